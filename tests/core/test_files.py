"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from core.errors import LungfieldError
from core.export.staging import whole_file
from core.files import write_whole


@pytest.mark.skipif(sys.platform == "win32", reason="has no umask")
def test_it_is_for_whom_the_umask_says_and_the_umask_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It belongs to the process: another thread would make its files for everybody meanwhile."""
    before = os.umask(0o027)
    try:
        monkeypatch.setattr(os, "umask", None)
        write_whole(tmp_path / "new" / "file", b"text")
    finally:
        monkeypatch.undo()
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new" / "file").stat().st_mode) == 0o640


def test_what_cannot_be_written_leaves_what_was_there_and_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("before")
    with pytest.raises(LungfieldError, match="cannot write"):
        write_whole(tmp_path / "folder", b"text")
    with pytest.raises(LungfieldError, match="cannot write"):
        write_whole(tmp_path / "file" / "in it", b"text")
    with pytest.raises(TypeError):
        write_whole(tmp_path / "file", "no bytes")  # type: ignore[arg-type]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "before"


@pytest.mark.parametrize("name", ["n" * 255, 85 * "肺"])
def test_a_name_as_long_as_names_may_be(tmp_path: Path, name: str) -> None:
    """File systems count letters, or bytes."""
    write_whole(tmp_path / name, b"text")
    with whole_file(tmp_path / name) as beside:
        beside.write_bytes(b"new")
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(sys.platform == "win32", reason="says otherwise who may read")
def test_what_is_private_is_for_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")
    write_whole(tmp_path / "file", b"text", private=True)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
