"""Exports behind the window: written by the real thing, told of, stopped, and never half there."""

from __future__ import annotations

import csv
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import LungfieldError
from gui.export.exporter import Exporter
from gui.export.request import KINDS, ExportRequest

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_MS = 60_000


@pytest.fixture
def exporter(lane) -> Exporter:
    return Exporter(lane)


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "out"


def exported(exporter, qtbot, kind, path, items, named=False, which="shown"):
    with qtbot.waitSignal(exporter.succeeded, timeout=PATIENCE_MS) as done:
        exporter.start(ExportRequest(kind, which, named, path), items, "Ward 7")
    assert not exporter.is_busy
    return done.args[0]


def names(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob(pattern) if path.is_file())


def test_a_table_has_a_row_for_each_scan(exporter, qtbot, out, items):
    path = out / "table.csv"
    done = exported(exporter, qtbot, "csv", path, items)
    assert (done.scans, done.left_out, done.request.path) == (4, (), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["review"] for row in rows] == ["NORMAL", "PNEUMONIA", "", ""]
    assert all(row["path"].startswith("scan-") and not row["path"].endswith(".png") for row in rows)


def test_names_are_in_it_where_they_were_asked_for(exporter, qtbot, out, items):
    exported(exporter, qtbot, "csv", out / "table.csv", items, named=True)
    assert str(items[0].found.path) in (out / "table.csv").read_text("utf-8-sig")


def test_the_report_of_all_is_one_file(exporter, qtbot, out, items):
    done = exported(exporter, qtbot, "folder-report", out / "report.pdf", items)
    assert done.scans == 4
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")
    assert names(out) == ["report.pdf"]


def test_the_report_of_one_scan_is_one_file(exporter, qtbot, out, items):
    done = exported(exporter, qtbot, "scan-reports", out / "scan.pdf", items[:1], which="current")
    assert (done.scans, done.left_out) == (1, ())
    assert (out / "scan.pdf").read_bytes().startswith(b"%PDF")


def test_the_reports_of_many_scans_are_a_file_each(exporter, qtbot, out, items):
    done = exported(exporter, qtbot, "scan-reports", out, items)
    assert done.scans == len(names(out, "*.pdf")) == 3
    assert [each.reason for each in done.left_out] == ["it has no pixels"]
    assert exported(exporter, qtbot, "scan-reports", out / "one", items[:1]).scans == 1
    assert len(names(out / "one", "*.pdf")) == 1, "a folder, although there is but one"


def test_pictures_are_made_of_what_was_read(exporter, qtbot, out, items):
    done = exported(exporter, qtbot, "overlays", out, items)
    assert done.scans == len(names(out, "*.png")) == 3
    assert [each.reason for each in done.left_out] == ["it has no pixels"]


def test_dicom_is_written(exporter, qtbot, out, items):
    done = exported(exporter, qtbot, "dicom", out, items[:1])
    assert done.scans == 1
    assert len(names(out, "*.dcm")) == 2


def test_a_dataset_is_counted_by_class(exporter, qtbot, out, items):
    done = exported(exporter, qtbot, "dataset", out, items)
    assert done.counts == {"NORMAL": 1, "PNEUMONIA": 1}
    assert done.scans == 2
    assert [name.split("/")[:2] for name in names(out, "*.png")] == [
        ["train", "NORMAL"],
        ["train", "PNEUMONIA"],
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_it_tells_how_far_it_is(exporter, qtbot, out, items, kind):
    heard = []
    exporter.progressed.connect(lambda fraction, _: heard.append(fraction))
    path = {"csv": out / "a.csv", "folder-report": out / "a.pdf"}.get(kind, out)
    exported(exporter, qtbot, kind, path, items)
    assert heard == sorted(heard)
    assert heard[-1] == 1


def test_a_place_that_cannot_be_written_to_is_said(exporter, qtbot, tmp_path, items):
    (tmp_path / "file").write_bytes(b"")
    with qtbot.waitSignal(exporter.failed, timeout=PATIENCE_MS) as said:
        exporter.start(ExportRequest("csv", "all", False, tmp_path / "file" / "a.csv"), items)
    assert isinstance(said.args[0], LungfieldError)
    assert not exporter.is_busy


class Slow:
    """Items that wait before each but the first until they may go on."""

    def __init__(self, items):
        self.items = items
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        yield self.items[0]
        self.reached.set()
        self.go_on.wait(10)
        yield from self.items[1:]


@pytest.mark.parametrize(("kind", "name"), [("csv", "a.csv"), ("overlays", ""), ("dataset", "")])
def test_what_is_stopped_leaves_nothing(exporter, qtbot, out, items, kind, name):
    out.mkdir()
    (out / "before.txt").write_text("it was there")
    slow = Slow(items)
    with qtbot.waitSignal(exporter.cancelled, timeout=PATIENCE_MS):
        exporter.start(ExportRequest(kind, "all", False, out / name), slow)
        assert slow.reached.wait(10)
        exporter.cancel()
        slow.go_on.set()
    assert not exporter.is_busy
    assert names(out) == ["before.txt"]


def test_there_is_one_at_a_time(exporter, qtbot, out, items):
    slow = Slow(items)
    request = ExportRequest("csv", "all", False, out / "a.csv")
    exporter.start(request, slow)
    assert exporter.is_busy
    with pytest.raises(RuntimeError):
        exporter.start(request, items)
    with qtbot.waitSignal(exporter.succeeded, timeout=PATIENCE_MS):
        slow.go_on.set()


def test_the_next_may_be_begun_when_it_is_heard_that_one_is_over(exporter, qtbot, out, items):
    done = []

    def and_another(what):
        done.append(what.request.path.name)
        if len(done) == 1:
            exporter.start(ExportRequest("csv", "all", False, out / "b.csv"), items)

    exporter.succeeded.connect(and_another)
    exporter.start(ExportRequest("csv", "all", False, out / "a.csv"), items)
    qtbot.waitUntil(lambda: len(done) == 2, timeout=PATIENCE_MS)
    assert done == names(out) == ["a.csv", "b.csv"]


def test_stopping_nothing_does_nothing(exporter):
    exporter.cancel()
    assert not exporter.is_busy


def test_nothing_heavy_is_loaded_before_it_is_needed():
    code = (
        "import sys, gui.export.dialog, gui.export.progress, gui.export.items; "
        "print({'reportlab', 'highdicom', 'pydicom', 'torch', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "set()", done.stderr
