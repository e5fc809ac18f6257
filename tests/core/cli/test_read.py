from __future__ import annotations

import contextlib
import csv
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.cli import DONE, SOME_FAILED, UNUSABLE, main
from core.cli.read import heatmap_places
from core.model import checkpoint as checkpoints
from core.reading.finding import Found, find
from core.reading.results import COLUMNS, ResultsFile, earlier_rows
from tests.conftest import ROOT
from tests.models import checkpoint
from tests.pictures import radiograph

CONTRACT = "path,sha256,status,label,probability,confidence,threshold,reason,model,engine,milliseconds"


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "a model.safetensors"
    checkpoints.save(checkpoint(), path)
    return str(path)


@pytest.fixture
def scans(tmp_path):
    """Two good scans, one of them in a folder below, and one bad file."""
    root = tmp_path / "Scans of Jürgen 1"
    (root / "deep er").mkdir(parents=True)
    cv2.imwrite(str(root / "one.png"), radiograph(1))
    cv2.imwrite(str(root / "deep er" / "two.png"), radiograph(2, opacity=True))
    (root / "bad.png").write_text("this is text")
    return root


def _read(*arguments):
    return main(["read", *map(str, arguments), "--device", "cpu"])


def _rows(path):
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_row_a_scan_in_the_contracts_columns(model, scans, tmp_path, capsys):
    out = tmp_path / "results" / "r.csv"
    assert _read(scans, "--out", out, "--model", model) == SOME_FAILED
    assert out.read_text().splitlines()[0] == CONTRACT == ",".join(COLUMNS)
    rows = {Path(row["path"]).name: row for row in _rows(out)}
    assert [row["path"] for row in _rows(out)] == [
        str(scans / "bad.png"),
        str(scans / "one.png"),
        str(scans / "deep er" / "two.png"),
    ]
    assert rows["bad.png"]["status"] == "failed"
    assert rows["bad.png"]["reason"]
    assert rows["bad.png"]["label"] == rows["bad.png"]["probability"] == ""
    good = rows["one.png"]
    probability, confidence = float(good["probability"]), float(good["confidence"])
    assert good["status"] == "ok"
    assert good["label"] == ("PNEUMONIA" if probability >= float(good["threshold"]) else "NORMAL")
    assert confidence == pytest.approx(
        max(probability, 1 - probability) if good["threshold"] == "0.500000" else 0
    )
    assert (good["model"], good["engine"]) == ("test resnet18 linear", "openvino cpu fp32")
    assert float(good["milliseconds"]) > 0
    assert len(good["sha256"]) == 64
    errors = capsys.readouterr().err.strip().splitlines()
    assert len(errors) == 1
    assert errors[0].startswith("lungfield: ")
    assert "bad.png" in errors[0]


def test_exit_statuses(model, scans, tmp_path, capsys):
    assert _read(scans / "one.png", "--model", model) == DONE
    assert _read(scans / "bad.png", "--model", model) == UNUSABLE
    assert _read(tmp_path / "nothing here.png", "--model", model) == UNUSABLE
    assert _read(scans, "--model", tmp_path / "none.safetensors") == UNUSABLE
    (tmp_path / "empty").mkdir()
    assert _read(tmp_path / "empty", "--model", model) == UNUSABLE
    assert _read(scans / "one.png", "--model", model, "--resume") == UNUSABLE
    assert _read(scans / "one.png", "--model", model, "--out", scans) == UNUSABLE
    for wrong in (["--threshold", "2"], ["--engine", "abacus"], ["--precision", "fp64"]):
        with pytest.raises(SystemExit) as stop:
            _read(scans, *wrong)
        assert stop.value.code == UNUSABLE
    assert "Traceback" not in capsys.readouterr().err


def test_a_path_that_no_system_can_look_at_does_not_stop_the_others(model, scans, tmp_path, capsys):
    out = tmp_path / "r.csv"
    assert _read("a" * 300, scans / "one.png", "--model", model, "--out", out) == SOME_FAILED
    assert [row["status"] for row in _rows(out)] == ["failed", "ok"]
    assert "could not be read (File name too long)" in capsys.readouterr().err


@pytest.mark.parametrize("resume", [(), ("--resume",)])
def test_a_folder_as_out_is_refused_before_a_scan_is_read(model, scans, tmp_path, capsys, resume):
    (tmp_path / "results").mkdir()
    before = sorted(tmp_path.rglob("*"))
    out = tmp_path / "results"
    status = _read(scans, "--model", model, "--heatmaps", tmp_path / "maps", "--out", out, *resume)
    assert status == UNUSABLE
    assert f"cannot write {out}: it is a folder; name a file in it" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_without_out_a_line_a_scan(model, scans, capsys):
    _read(scans / "one.png", "--model", model, "--threshold", "0")
    line = capsys.readouterr().out.strip()
    assert line.startswith("PNEUMONIA")
    assert line.endswith(str(scans / "one.png"))


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
@pytest.mark.parametrize("is_piped", [True, False])
def test_lines_go_where_stdout_goes_though_a_bar_is_on_the_terminal(model, scans, is_piped):
    owner, terminal = os.openpty()
    command = [sys.executable, "main.py", "read", str(scans / "one.png"), "--model", model, "--device", "cpu"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE if is_piped else terminal, stderr=terminal
    ) as running:
        os.close(terminal)
        piped = running.stdout.read() if is_piped else b""
        seen = b""
        with contextlib.suppress(OSError):  # the end of a terminal
            while said := os.read(owner, 4096):
                seen += said
    os.close(owner)
    assert running.returncode == DONE
    assert (b"one.png" in piped, b"one.png" in seen) == (is_piped, not is_piped)


def test_heatmaps_lie_under_the_scans_relative_path(model, scans, tmp_path):
    where = tmp_path / "maps"
    _read(scans, "--heatmaps", where, "--out", tmp_path / "r.csv", "--model", model)
    assert sorted(str(p.relative_to(where)) for p in where.rglob("*") if p.is_file()) == [
        "deep er/two.npy",
        "deep er/two.png",
        "one.npy",
        "one.png",
    ]
    numbers = np.load(where / "one.npy")
    assert (numbers.dtype, numbers.shape) == (np.float32, (2, 2))
    probability = float(
        next(r for r in _rows(tmp_path / "r.csv") if r["path"].endswith("one.png"))["probability"]
    )
    bias = checkpoint().weights["head.bias"]
    assert numbers.sum() + bias[1] - bias[0] == pytest.approx(
        np.log(probability / (1 - probability)), abs=1e-2
    )
    picture = cv2.imread(str(where / "one.png"))
    assert min(picture.shape[:2]) >= 512


def test_no_heatmap_replaces_a_scan_or_is_read_as_one(model, scans, tmp_path, capsys):
    """Where they go to the folder of the scans, or a folder in it."""
    (scans / "bad.png").unlink()
    before = {path: path.read_bytes() for path in scans.rglob("*") if path.is_file()}
    for number in range(2):
        out = tmp_path / f"{number}.csv"
        assert _read(scans, "--heatmaps", scans, "--out", out, "--model", model) == DONE
        assert len(_rows(out)) == 2
        after = {path for path in scans.rglob("*") if path.is_file()}
        assert {path: path.read_bytes() for path in before} == before
        assert {str(path.relative_to(scans)) for path in after - set(before)} == {
            *("one.png.png", "one.png.npy"),
            *("deep er/two.png.png", "deep er/two.png.npy"),
        }
    assert "heatmaps of an earlier run left out: 2" in capsys.readouterr().err


def test_numbers_that_are_not_ours_are_not_replaced_by_a_map(model, scans, tmp_path):
    maps = tmp_path / "maps"
    maps.mkdir()
    (maps / "one.npy").write_bytes(b"numbers of somebody's own")
    _read(scans / "one.png", "--heatmaps", maps, "--model", model)
    assert sorted(path.name for path in maps.iterdir()) == ["one.npy", "one.png.npy", "one.png.png"]
    assert (maps / "one.npy").read_bytes() == b"numbers of somebody's own"


def test_scans_that_would_share_a_heatmap_keep_theirs_apart(tmp_path):
    files = [
        Found(Path(p), Path(r)) for p, r in (("x/a.png", "a.png"), ("x/a.dcm", "a.dcm"), ("y/a.png", "a.png"))
    ]
    assert [str(place) for place in heatmap_places(files, tmp_path)] == ["a", "a.dcm", "a.png"]
    dotted = [Found(Path(name), Path(name)) for name in ("1.2.840.1", "1.2.840.2")]
    assert len(set(heatmap_places(dotted, tmp_path))) == 2
    cased = [Found(Path(name), Path(name)) for name in ("A.png", "a.dcm", "B.png", "b.png")]
    assert [str(place) for place in heatmap_places(cased, tmp_path)] == ["A", "a.dcm", "B", "b.png"]


def test_places_for_very_many_heatmaps_are_known_at_once(tmp_path):
    """Before the first scan is read. Looking for each among as many choices as files took a minute."""
    files, begun = [Found(f"x/{n}.png", f"{n}.png") for n in range(3000)], time.process_time()
    assert len(set(heatmap_places(files, tmp_path))) == len(files)
    assert time.process_time() - begun < 5


def test_resume_keeps_what_is_there_and_reads_the_rest(model, scans, tmp_path, capsys):
    out = tmp_path / "r.csv"
    _read(scans, "--out", out, "--model", model)
    before = {row["path"]: row for row in _rows(out)}
    # As a killed run leaves it: no results.csv, and a last line cut off.
    part = out.with_name("r.csv.part")
    lines = out.read_text().splitlines(keepends=True)
    kept = [line for line in lines[1:] if "one.png" in line]
    part.write_text(lines[0] + "".join(kept) + lines[-1][:40])
    out.unlink()
    cv2.imwrite(str(scans / "three.png"), radiograph(3))
    assert _read(scans, "--out", out, "--model", model, "--resume") == SOME_FAILED
    after = {row["path"]: row for row in _rows(out)}
    assert set(after) == set(before) | {str(scans / "three.png")}
    one = str(scans / "one.png")
    assert after[one] == before[one], "the earlier row, down to its milliseconds"
    assert not part.exists()


def test_resume_knows_a_model_whose_name_a_spreadsheet_would_calculate(scans, tmp_path):
    named, out = tmp_path / "m.safetensors", tmp_path / "r.csv"
    checkpoints.save(checkpoint().renamed("=1+1"), named)
    _read(scans / "one.png", "--out", out, "--model", named)
    before = _rows(out)
    _read(scans / "one.png", "--out", out, "--model", named, "--resume")
    assert _rows(out) == before, "down to its milliseconds"


def test_resume_reads_again_with_a_model_that_is_called_like_the_one_before(model, scans, tmp_path):
    """As one that was trained anew is; and at another precision."""
    out, other = tmp_path / "r.csv", tmp_path / "other.safetensors"
    checkpoints.save(replace(checkpoint(), temperature=7 * checkpoint().temperature), other)
    chosen = (scans / "one.png", "--threshold", "0.5", "--out")
    _read(*chosen, out, "--model", model)
    _read(*chosen, out, "--model", other, "--resume")
    _read(*chosen, tmp_path / "afresh.csv", "--model", other)
    told = [
        (row["model"], row["probability"]) for path in (out, tmp_path / "afresh.csv") for row in _rows(path)
    ]
    assert told[0] == told[1]
    before = _rows(out)
    _read(*chosen, out, "--model", other, "--resume")
    assert _rows(out) == before, "down to the milliseconds"


def test_resume_goes_on_after_a_row_that_was_cut_off_within_a_letter(model, scans, tmp_path):
    out, part = tmp_path / "r.csv", tmp_path / "r.csv.part"
    _read(scans / "one.png", scans / "deep er" / "two.png", "--out", out, "--model", model)
    before = _rows(out)
    part.write_bytes(out.read_bytes()[: out.read_bytes().rindex("ü".encode()) + 1])
    out.unlink()
    assert _read(scans / "one.png", "--out", out, "--model", model, "--resume") == DONE
    assert _rows(out) == before[:1], "kept, down to its milliseconds"
    assert not part.exists()


def test_a_run_that_is_resumed_and_killed_again_loses_nothing(model, scans, tmp_path):
    """Each run begins its file anew; what an earlier one had read, and it had not come to, stays."""
    out = tmp_path / "r.csv"
    _read(scans, "--out", out, "--model", model)
    before = {row["path"]: row for row in _rows(out)}
    part = out.with_name("r.csv.part")
    out.rename(part)  # the first run, killed at its very end
    made_by = out.with_name(".r.csv.model").rename(out.with_name(".r.csv.part.model")).read_text()
    earlier = earlier_rows(out, made_by)
    ResultsFile(out, made_by, earlier.values()).close()  # the second, killed at once
    assert len(part.read_text().splitlines()) == 1
    _read(scans, "--out", out, "--model", model, "--resume")
    assert {row["path"]: row for row in _rows(out)} == before, "down to the milliseconds"
    assert sorted(tmp_path.glob("r.csv*")) == [out]


def test_resume_knows_a_moved_file_by_its_content(model, scans, tmp_path):
    out, one = tmp_path / "r.csv", scans / "one.png"
    _read(one, "--out", out, "--model", model)
    (before,) = _rows(out)
    moved = one.rename(scans / "moved.png")
    _read(moved, "--out", out, "--model", model, "--resume")
    (after,) = _rows(out)
    assert after == before | {"path": str(moved)}


def test_hidden_and_empty_files_are_told(model, scans, tmp_path, capsys):
    (scans / ".hidden.png").write_bytes(b"x")
    (scans / "empty.png").write_bytes(b"")
    assert _read(scans, "--model", model) == SOME_FAILED
    said = capsys.readouterr().err
    assert "hidden files left out: 1" in said
    assert "empty.png is empty" in said


def test_resume_reads_again_what_changed(model, scans, tmp_path):
    out, one = tmp_path / "r.csv", scans / "one.png"
    _read(one, "--out", out, "--model", model)
    first = _rows(out)[0]
    cv2.imwrite(str(one), radiograph(9))
    _read(one, "--out", out, "--model", model, "--resume")
    second = _rows(out)[0]
    assert second["sha256"] != first["sha256"]
    _read(one, "--out", out, "--model", model, "--resume", "--threshold", "0.9")
    assert _rows(out)[0]["threshold"] == "0.900000"


def test_folders_are_searched_once_and_in_order(tmp_path):
    (tmp_path / "b" / "c").mkdir(parents=True)
    for name in ("b/c/z.dcm", "a.png", "notes.txt", ".hidden.png", "b/IM000001"):
        (tmp_path / name).write_bytes(b"x")
    os.symlink(tmp_path, tmp_path / "b" / "loop")
    listing = find([tmp_path])
    assert [str(found.relative) for found in listing.files] == ["a.png", "b/IM000001", "b/c/z.dcm"]
    assert (listing.left_out, listing.hidden) == (1, 1)
    assert [str(found.relative) for found in find([tmp_path / "notes.txt"]).files] == ["notes.txt"]


def test_a_folder_that_may_not_be_searched_is_told(model, scans, monkeypatch, capsys):
    """Simulated, as the tests may run as root, who may search every folder."""
    search = os.scandir

    def guarded(path):
        if Path(path).name == "deep er":
            raise PermissionError(13, "Permission denied", str(path))
        return search(path)

    (scans / "bad.png").unlink()
    monkeypatch.setattr(os, "scandir", guarded)
    assert _read(scans, "--model", model) == SOME_FAILED
    said = capsys.readouterr()
    assert "deep er may not be searched" in said.err
    assert "one.png" in said.out


def test_an_error_of_ours_is_logged_without_names_and_said_in_one_line(
    model, scans, tmp_path, monkeypatch, capsys
):
    from core.reading import folder

    def broken(*_, **__):
        raise RuntimeError("our own mistake")

    monkeypatch.setattr(folder, "decode", broken)
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))  # the tests' common log may quote others
    assert _read(scans / "one.png", "--model", model) == UNUSABLE
    assert "internal error of Lungfield" in capsys.readouterr().err
    log = (Path(os.environ["LUNGFIELD_HOME"]) / "log" / "lungfield.log").read_text()
    assert "our own mistake" in log
    assert "Traceback" in log
    assert "Jürgen" not in log


def test_native_scans_are_read_right(data_root, tmp_path):
    """The bundled model on the scans as the machine made them."""
    out = tmp_path / "r.csv"
    assert _read(data_root / "native", "--out", out) == DONE
    rows = _rows(out)
    assert len(rows) == 50
    assert {row["status"] for row in rows} == {"ok"}
    right = sum(row["label"] == Path(row["path"]).parent.name for row in rows)
    assert right >= 46


@pytest.mark.skipif(sys.platform != "linux", reason="only there a file's name may be any bytes")
def test_a_name_that_is_no_text_is_told_all_the_same(model, tmp_path, capfd):
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/M\xfcller.png")
    cv2.imwrite(str(tmp_path / "plain.png"), radiograph(1))
    (tmp_path / "plain.png").rename(odd)
    assert _read(odd, "--model", model, "--out", tmp_path / "r.csv", "--heatmaps", tmp_path / "maps") == DONE
    assert _rows(tmp_path / "r.csv")[0]["path"].endswith(r"M\udcfcller.png")
    code = (
        f"import sys; from core.cli import main; sys.exit(main(['read', sys.argv[1], '--model', {model!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code, odd], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == DONE
    assert r"M\udcfcller.png" in done.stdout
