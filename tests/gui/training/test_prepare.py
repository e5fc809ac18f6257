"""The stage of the scans: what is added, what was found, and what will be done about it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLabel, QPlainTextEdit

from core.datasets.dataset import Sample
from core.datasets.inspected import Inspection, Remark
from core.paths import reviewed_table
from gui.training.found import FoundView
from gui.training.remark_row import RemarkRow
from gui.training.steps import STAGES
from tests.datasets import write_dataset
from tests.gui.driving import files_mime
from tests.gui.training.conftest import SOON_MS

LONG = "a very long name of scans from the hospital of Königsberg, winter 2024 to 2025, second export"


def samples(name, part, count):
    return [Sample(Path(f"{name}/{part}/{n}.png"), n % 2, name, part, str(n // 2)) for n in range(count)]


def cells(table):
    return [[table.item(row, column).text() for column in range(5)] for row in range(table.rowCount())]


def drag(page, mime):
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(90, 90), Qt.DropAction.CopyAction, mime, left, none)
    event.ignore()
    page.dragEnterEvent(event)
    return event.isAccepted()


def drop(page, mime):
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(90, 90), Qt.DropAction.CopyAction, mime, left, none))


def test_at_first_it_says_how_scans_have_to_lie(bench):
    page = bench().page
    assert page.stage == "scans"
    assert page.prepare.found.help.isVisible()
    assert not page.prepare.found.table.isVisible()
    assert not page.start_bar.start.isEnabled()
    assert [page.steps.buttons[stage].isEnabled() for stage in STAGES] == [True, True, False, False]


def test_a_folder_is_chosen_and_looked_at(bench, qtbot, tmp_path):
    on = bench()
    ward = write_dataset(tmp_path / "ward", each=6)
    sources = on.page.prepare.sources
    qtbot.mouseClick(sources.add_folder, Qt.MouseButton.LeftButton)
    dialog = sources.findChild(QFileDialog, "add-folder")
    dialog.filesSelected.emit([str(ward)])
    dialog.reject()
    assert on.setup.sources == (ward,)
    assert on.page.prepare.found.bar.isVisible()
    on.wait_until_inspected(qtbot)
    assert cells(on.page.prepare.found.table)[0][:4] == ["ward", "Learns from", "4", "4"]
    assert not on.page.prepare.found.bar.isVisible()


def test_a_table_is_asked_for_by_its_ending(bench, qtbot):
    sources = bench().page.prepare.sources
    qtbot.mouseClick(sources.add_table, Qt.MouseButton.LeftButton)
    dialog = sources.findChild(QFileDialog, "add-table")
    assert "*.csv" in dialog.nameFilters()[0]
    dialog.reject()


def test_folders_and_tables_can_be_dropped_and_scans_cannot(bench, qtbot, tmp_path):
    on = bench()
    ward = write_dataset(tmp_path / "ward", each=6)
    scan = next(ward.rglob("*.png"))
    assert not drag(on.page.prepare, files_mime(scan))
    assert not drag(on.page.prepare, files_mime(scan.with_name("n" * 300))), "no file can be called so"
    assert drag(on.page.prepare, files_mime(scan, ward))
    drop(on.page.prepare, files_mime(scan, ward))
    assert on.setup.sources == (ward,)
    on.wait_until_inspected(qtbot)


def test_what_is_selected_is_removed_by_key(bench, qtbot, tmp_path):
    on = bench()
    wards = [write_dataset(tmp_path / name, each=4, first=n * 20) for n, name in enumerate("ab")]
    on.setup.add(wards)
    sources = on.page.prepare.sources
    assert not sources.remove.isEnabled()
    sources.view.setCurrentRow(0)
    assert sources.remove.isEnabled()
    with qtbot.waitActive(on.page):
        on.page.activateWindow()
    sources.view.setFocus()
    qtbot.keyClick(sources.view, Qt.Key.Key_Delete)
    assert on.setup.sources == (wards[1],)
    assert wards[0].is_dir()
    on.wait_until_inspected(qtbot)


def test_a_folder_that_is_no_dataset_is_explained(bench, qtbot, tmp_path):
    on = bench()
    (tmp_path / "holiday").mkdir()
    on.setup.add([tmp_path / "holiday"])
    on.wait_until_inspected(qtbot)
    found = on.page.prepare.found
    assert "holiday" in found.line.text()
    assert found.line.property("role") == "error"
    assert found.help.isVisible()
    assert not on.page.start_bar.start.isEnabled()
    assert on.said == []


def test_reviewed_scans_are_added_by_their_button(bench, qtbot, reviewed, tmp_path):
    on = bench()
    ward = write_dataset(tmp_path / "ward", each=6)
    for number, file in enumerate(sorted(ward.rglob("*.png"))):
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        reviewed.append((file, sha256, file.parent.name, f"p{number}"))
    qtbot.mouseClick(on.page.prepare.sources.add_reviewed, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: on.setup.inspection is not None, timeout=SOON_MS)
    assert on.setup.sources == (reviewed_table(),)
    assert "reviewed" in on.page.prepare.sources.view.item(0).text()
    assert on.page.start_bar.start.isEnabled()


def test_where_no_scan_was_reviewed_what_was_found_stays_in_sight(bench, qtbot, tmp_path):
    on = bench()
    on.setup.add([write_dataset(tmp_path / "ward", each=6)])
    on.wait_until_inspected(qtbot)
    qtbot.mouseClick(on.page.prepare.sources.add_reviewed, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "not reviewed any scan" in on.page.notice.text, timeout=SOON_MS)
    assert on.page.prepare.found.title.text() == "What was found"
    assert on.page.prepare.found.table.isVisible()
    assert on.page.start_bar.start.isEnabled()


@pytest.fixture
def found(qtbot, dark):
    view = FoundView()
    qtbot.addWidget(view)
    view.resize(700, 560)
    view.show()
    return view


def test_counts_are_shown_by_source_and_use(found):
    parts = {"train": 10, "val": 4, "test": 6}
    all_of_them = [
        s for name in ("ward", "clinic") for part, n in parts.items() for s in samples(name, part, n)
    ]
    found.show_inspection(Inspection((), tuple(all_of_them), patients={("ward", "train"): 5}))
    assert cells(found.table)[:4] == [
        ["ward", "Learns from", "5", "5", "5"],
        ["", "Checks itself on", "2", "2", "–"],
        ["", "Kept for the test", "3", "3", "–"],
        ["clinic", "Learns from", "5", "5", "–"],
    ]


def test_remarks_are_shown_with_what_is_done(found):
    remarks = (Remark("few-patients", "ward", 1, fatal=True), Remark("duplicate", "ward", 3))
    found.show_inspection(Inspection((), (), remarks))
    assert [row.property("kind") for row in found.rows] == ["error", "info"]
    assert found.rows[1].text == "ward: 3 files are copies of others. Each scan is used once."
    found.show_looking()
    assert found.rows == []


def test_a_remark_unfolds_its_files(qtbot, dark):
    files = tuple((Path(f"/scans/{n}.png"), "torn") for n in range(600))
    row = RemarkRow(Remark("unreadable", "ward", 600, files=files))
    qtbot.addWidget(row)
    row.show()
    assert "600" in row.files.text()
    qtbot.mouseClick(row.files, Qt.MouseButton.LeftButton)
    listed = row.findChild(QPlainTextEdit)
    qtbot.waitUntil(listed.isVisible)
    assert listed.toPlainText().splitlines()[0] == f"{Path('/scans/0.png')}: torn"
    assert listed.toPlainText().splitlines()[-1] == "and 100 more"
    qtbot.mouseClick(row.files, Qt.MouseButton.LeftButton)
    assert not listed.isVisible()


def test_a_remark_on_all_sources_names_none(qtbot, dark):
    row = RemarkRow(Remark("missing-class", "all that was chosen", fatal=True, about="NORMAL"))
    qtbot.addWidget(row)
    assert row.text.startswith("There are no NORMAL scans.")


def test_nothing_is_cut_with_long_names_and_many_remarks(found, qapp):
    kinds = ("unreadable", "duplicate", "contradiction", "shared-patient", "no-validation", "not-found")
    remarks = tuple(Remark(kind, LONG, 12, files=((Path("a"), ""),)) for kind in kinds)
    found.show_inspection(Inspection((), tuple(samples(LONG, "train", 20)), remarks))
    qapp.processEvents()
    assert found.table.width() <= found.width()
    for label in found.findChildren(QLabel):
        if label.isVisible():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
