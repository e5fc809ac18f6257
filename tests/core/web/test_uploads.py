"""Uploads: read once, gone afterwards; nothing else on this computer is ever read for a request."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import LungfieldError
from core.web import uploads as module
from core.web.uploads import MAX_FILES, Upload, Uploads
from tests.conftest import ROOT


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Uploads]:
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    made = Uploads()
    yield made
    made.close()


def laid(uploads: Uploads, name: str = "scan.png", content: bytes = b"pixels") -> dict[str, str]:
    """A file as Gradio lays it, and what a request then names."""
    folder = uploads.folder / f"{abs(hash((name, content))):x}"
    folder.mkdir()
    (folder / name).write_bytes(content)
    return {"path": str(folder / name), "orig_name": name}


def files(uploads: Uploads) -> list[str]:
    return [path.name for path in uploads.folder.rglob("*") if path.name != ".lock"]


def test_an_upload_is_read_once_and_is_then_gone(uploads: Uploads) -> None:
    (upload,) = uploads.take([laid(uploads)])
    assert (upload.where, upload.read(), upload.data) == ("scan.png", b"pixels", b"pixels")
    assert files(uploads) == []
    with pytest.raises(LungfieldError, match="does not exist"):
        upload.read()


def test_a_sample_of_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "ours.png").write_bytes(b"drawn")
    sample = Upload("ours.png", tmp_path / "ours.png", lasting=True)
    assert sample.read() == sample.read() == b"drawn"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "{folder}/.lock",
        "{folder}/../outside.png",
        "{folder}/x/../../outside.png",
        "{folder}/link/secret.png",
        "{folder}/gone/away.png",
        "http://127.0.0.1:9/scan.png",
        "",
        "\0",
    ],
)
def test_what_is_no_upload_is_refused(uploads: Uploads, path: str) -> None:
    outside = uploads.folder.parent
    (outside / "outside.png").write_bytes(b"secret")
    (outside / "elsewhere").mkdir()
    (outside / "elsewhere" / "secret.png").write_bytes(b"secret")
    (uploads.folder / "link").symlink_to(outside / "elsewhere")
    with pytest.raises(LungfieldError, match="no uploaded file"):
        uploads.take([{"path": path.format(folder=uploads.folder), "orig_name": "scan.png"}])
    assert (outside / "outside.png").exists()


@pytest.mark.parametrize("name", ["../../up.png", "C:\\scans\\up.png", "folder/up.png"])
def test_a_name_is_its_last_part(uploads: Uploads, name: str) -> None:
    (upload,) = uploads.take([laid(uploads) | {"orig_name": name}])
    assert upload.where == "up.png"


def test_too_many_at_once_are_refused_and_gone(uploads: Uploads) -> None:
    sent = [laid(uploads, f"{number}.png") for number in range(MAX_FILES + 1)]
    with pytest.raises(LungfieldError, match="too many"):
        uploads.take(sent)
    assert files(uploads) == []


def test_what_was_abandoned_is_swept_and_what_is_new_stays(uploads: Uploads) -> None:
    old, new = laid(uploads, "old.png"), laid(uploads, "new.png")
    (uploads.folder / "half-sent").write_bytes(b"the rest never came")
    for path in (old["path"], str(uploads.folder / "half-sent")):
        os.utime(path, (time.time() - 700, time.time() - 700))
    uploads.sweep()
    assert {name for name in files(uploads) if "." in name or "-" in name} == {Path(new["path"]).name}


def test_sweeping_goes_on_where_a_folder_goes_meanwhile(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is read, and gone, at any time: here just as it is looked into."""
    read, old = Path(laid(uploads, "read.png")["path"]), Path(laid(uploads, "old.png")["path"])
    os.utime(old, (time.time() - 700, time.time() - 700))
    look = os.scandir

    def looking(folder):
        if str(folder) == str(read.parent) and read.exists():
            Upload("read.png", read).discard()
        return look(folder)

    monkeypatch.setattr(os, "scandir", looking)
    uploads.sweep()
    assert not old.exists()


def test_closing_leaves_nothing(uploads: Uploads, tmp_path: Path) -> None:
    laid(uploads)
    uploads.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_server_left_goes_and_what_a_running_one_has_stays(
    uploads: Uploads, tmp_path: Path
) -> None:
    mine = laid(uploads)
    code = (
        "import os, tempfile\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "from core.web.uploads import Uploads\n"
        "left = Uploads().folder\n"
        "(left / 'scan.png').write_bytes(b'pixels')\n"
        "print(left, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    left = Path(died.stdout.strip())
    assert (left / "scan.png").exists()
    Uploads().close()
    assert not left.exists()
    assert Path(mine["path"]).exists()
