"""Reviewing and exporting in the window: by key, by mouse, one scan or several, to the disk."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton

from core.datasets.dataset import find_samples
from core.review import Agreement
from gui.export.dialog import ExportDialog
from gui.export.request import ExportRequest
from gui.worklist.filter import Filter
from tests.gui.driving import PATIENCE_MS, click_row, names, press, search, settle
from tests.pictures import radiograph

Key, Modifier = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton


def entries(lungfield):
    return list(lungfield.session.worklist.entries)


def labels(lungfield):
    return [entry.review.label if entry.review else "" for entry in entries(lungfield)]


def key(qtbot, lungfield, *keys):
    """Press keys, and wait each time until what follows is on the screen."""
    for each in keys:
        press(qtbot, lungfield, *each) if isinstance(each, tuple) else press(qtbot, lungfield, each)
        settle(qtbot, lungfield)
        QApplication.processEvents()


def click(qtbot, lungfield, words):
    """Click a button of the review panel."""
    panel = lungfield.window.review_panel
    [button] = [each for each in panel.findChildren(QPushButton) if each.text() == words]
    lungfield.window.side.ensureWidgetVisible(button)
    qtbot.mouseClick(button, LEFT)
    settle(qtbot, lungfield)
    QApplication.processEvents()


def current(lungfield):
    return lungfield.session.current.name


def on_disk(lungfield):
    """What the store says, asked by content."""
    said = [lungfield.storing.store.review(entry.sha256) for entry in entries(lungfield)]
    return [review.label if review else "" for review in said]


CTRL_Z = (Key.Key_Z, Modifier.ControlModifier)
CTRL_SHIFT_Z = (Key.Key_Z, Modifier.ControlModifier | Modifier.ShiftModifier)


# Reviews by key. Of the three scans the model calls the second PNEUMONIA


def test_a_key_says_what_the_scan_shows(begin, qtbot, scans):
    lungfield = begin(*scans)
    for pressed, label in ((Key.Key_G, "NORMAL"), (Key.Key_P, "PNEUMONIA"), (Key.Key_N, "NORMAL")):
        key(qtbot, lungfield, pressed)
        assert labels(lungfield) == on_disk(lungfield) == [label, "", ""]
        assert current(lungfield) == "scan-0.png"
        assert lungfield.window.review_panel.state.label == label


def test_enter_agrees_and_goes_on_past_the_end_until_all_are_reviewed(begin, qtbot, scans):
    lungfield = begin(*scans)
    key(qtbot, lungfield, Key.Key_Space)
    seen = []
    for _ in range(3):
        seen.append(current(lungfield))
        key(qtbot, lungfield, Key.Key_Return)
    assert seen == ["scan-1.png", "scan-2.png", "scan-0.png"]
    assert labels(lungfield) == ["NORMAL", "PNEUMONIA", "NORMAL"]
    assert lungfield.session.worklist.agreement() == Agreement(tp=1, fp=0, tn=2, fn=0)
    assert not lungfield.window.actions_["next-unreviewed"].isEnabled()
    key(qtbot, lungfield, Key.Key_End, Key.Key_Backspace, Key.Key_Home, Key.Key_U)
    assert current(lungfield) == "scan-2.png"


def test_enter_agrees_only_with_what_was_on_the_screen_when_it_was_pressed(begin, qtbot, scans):
    lungfield = begin(*scans)
    key(qtbot, lungfield, Key.Key_End, Key.Key_Home)  # all pictures are kept: they are there at once
    for _ in scans:
        press(qtbot, lungfield, Key.Key_Return)
    assert labels(lungfield) == ["NORMAL", "", ""]
    assert current(lungfield) == "scan-1.png"


def test_enter_that_is_held_down_agrees_once(begin):
    assert not begin().window.actions_["agree-next"].autoRepeat()


def test_enter_does_not_agree_with_what_cannot_be_shown(begin, qtbot, scans):
    lungfield = begin(*scans)
    scans[2].unlink()
    key(qtbot, lungfield, Key.Key_End)
    assert lungfield.session.picture_status == "failed"
    key(qtbot, lungfield, Key.Key_Return)
    assert labels(lungfield) == ["", "", ""]
    assert current(lungfield) == "scan-2.png"


def test_nobody_agrees_with_the_reading_of_what_was_rejected(start, qtbot, tmp_path):
    """The bundled model has a gate."""
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((120, 90), 90, np.uint8))
    lungfield = start(blank)
    settle(qtbot, lungfield)
    assert lungfield.session.current.status == "rejected"
    lungfield.window.review_panel.agreed.emit()
    assert labels(lungfield) == [""]


def test_a_review_is_taken_back_and_all_is_undone_and_done_again(begin, qtbot, scans):
    lungfield = begin(*scans)
    key(qtbot, lungfield, Key.Key_P, Key.Key_Backspace)
    assert labels(lungfield) == on_disk(lungfield) == ["", "", ""]
    key(qtbot, lungfield, CTRL_Z)
    assert labels(lungfield) == on_disk(lungfield) == ["PNEUMONIA", "", ""]
    key(qtbot, lungfield, CTRL_Z)
    assert labels(lungfield) == on_disk(lungfield) == ["", "", ""]
    assert not lungfield.window.actions_["undo"].isEnabled()
    key(qtbot, lungfield, CTRL_SHIFT_Z)
    assert labels(lungfield) == on_disk(lungfield) == ["PNEUMONIA", "", ""]
    assert lungfield.window.actions_["undo"].text() == "Undo correction of scan-0.png"
    key(qtbot, lungfield, Key.Key_End)
    assert current(lungfield) == "scan-2.png"
    key(qtbot, lungfield, CTRL_Z)
    assert current(lungfield) == "scan-0.png", "it is seen what is undone"
    assert lungfield.window.review_panel.state.review is None


def test_a_note_takes_the_letters_that_are_keys_elsewhere_and_escape_hands_them_back(begin, qtbot, scans):
    lungfield = begin(*scans)
    key(qtbot, lungfield, Key.Key_M)
    field = lungfield.window.review_panel.note
    assert field.hasFocus()
    qtbot.keyClicks(field, "png up")
    key(qtbot, lungfield, Key.Key_Escape)
    assert lungfield.window.viewer.canvas.hasFocus()
    assert entries(lungfield)[0].review.note == "png up"
    assert labels(lungfield) == ["", "", ""]
    key(qtbot, lungfield, Key.Key_P)
    assert (labels(lungfield)[0], entries(lungfield)[0].review.note) == ("PNEUMONIA", "png up")
    search(qtbot, lungfield, "png")
    assert labels(lungfield) == ["PNEUMONIA", "", ""], "nor do letters that are searched for"


def test_a_note_that_is_being_typed_goes_with_its_scan(begin, qtbot, scans):
    lungfield = begin(*scans)
    key(qtbot, lungfield, Key.Key_M)
    qtbot.keyClicks(lungfield.window.review_panel.note, "scar")
    click_row(qtbot, lungfield, entries(lungfield)[1])
    settle(qtbot, lungfield)
    qtbot.waitUntil(lambda: lungfield.window.review_panel.note.toPlainText() == "")
    assert [entry.review.note if entry.review else "" for entry in entries(lungfield)] == ["scar", "", ""]


def test_who_wants_to_write_a_note_has_the_field_that_was_hidden(begin, qtbot, scans):
    lungfield = begin(*scans)
    panel = lungfield.window.review_panel
    for hidden_by in (Key.Key_F6, Key.Key_F8):
        key(qtbot, lungfield, hidden_by)
        assert not panel.isVisible()
        key(qtbot, lungfield, Key.Key_M)
        assert panel.isVisible()
        assert panel.note.hasFocus()
        key(qtbot, lungfield, Key.Key_Escape)


def test_a_scan_that_failed_is_no_scan_to_review(begin, qtbot, scans):
    scans[0].write_bytes(scans[0].read_bytes()[:900])
    lungfield = begin(scans[0])
    key(qtbot, lungfield, Key.Key_P, Key.Key_G, Key.Key_Return)
    assert labels(lungfield) == [""]
    assert not lungfield.window.review_panel.state.can_review


# By mouse


def test_buttons_say_the_same(begin, qtbot, scans):
    lungfield = begin(*scans)
    click(qtbot, lungfield, "Agree")
    assert labels(lungfield) == ["NORMAL", "", ""]
    click(qtbot, lungfield, "Next unreviewed")
    assert current(lungfield) == "scan-1.png"
    click(qtbot, lungfield, "NORMAL")
    assert labels(lungfield) == ["NORMAL", "NORMAL", ""]
    assert "corrected" in lungfield.window.review_panel._said.text()
    click(qtbot, lungfield, "Take back")
    assert labels(lungfield) == on_disk(lungfield) == ["NORMAL", "", ""]
    assert lungfield.window.viewer.canvas.hasFocus(), "the keys stay where they were"


def test_the_panel_counts_what_is_on_the_list_and_disagreements_are_found(begin, qtbot, scans):
    lungfield = begin(*scans)
    key(qtbot, lungfield, Key.Key_Return, Key.Key_Return, Key.Key_P)
    words = lungfield.window.review_panel._counts.text().replace("\N{NO-BREAK SPACE}", " ")
    assert words == "3 reviewed · 2 agree · sensitivity 1/2 · specificity 1/1"
    lungfield.session.worklist.set_filter(Filter(review="disagreements"))
    assert names(lungfield) == ["scan-2.png"]
    lungfield.session.remove(entries(lungfield)[1:])
    settle(qtbot, lungfield)
    QApplication.processEvents()
    words = lungfield.window.review_panel._counts.text().replace("\N{NO-BREAK SPACE}", " ")
    assert words == "1 reviewed · 1 agrees · specificity 1/1"


# Several


def select_two(qtbot, lungfield):
    click_row(qtbot, lungfield, entries(lungfield)[0])
    click_row(qtbot, lungfield, entries(lungfield)[2], Modifier.ControlModifier)
    settle(qtbot, lungfield)


def test_rows_are_chosen_one_by_one_and_stay_chosen_while_others_are_looked_at(begin, qtbot, scans):
    lungfield = begin(*scans)
    select_two(qtbot, lungfield)
    chosen = [entries(lungfield)[0], entries(lungfield)[2]]
    assert lungfield.window.worklist.selected() == chosen
    assert current(lungfield) == "scan-2.png"
    key(qtbot, lungfield, Key.Key_Left)
    assert current(lungfield) == "scan-1.png"
    assert lungfield.window.worklist.selected() == chosen


def test_keys_are_about_the_scan_on_the_screen_once_it_is_none_of_those_selected(begin, qtbot, scans):
    lungfield = begin(*scans)
    select_two(qtbot, lungfield)
    key(qtbot, lungfield, Key.Key_P, Key.Key_Left)
    for pressed, label in ((Key.Key_G, "PNEUMONIA"), (Key.Key_N, "NORMAL"), (Key.Key_Backspace, "")):
        key(qtbot, lungfield, pressed)
        assert labels(lungfield) == ["PNEUMONIA", label, "PNEUMONIA"]
    before = [entry.stored.milliseconds for entry in entries(lungfield)]
    key(qtbot, lungfield, Key.Key_F5)
    after = [entry.stored.milliseconds for entry in entries(lungfield)]
    assert [now != then for now, then in zip(after, before, strict=True)] == [False, True, False]
    key(qtbot, lungfield, Key.Key_Delete)
    assert names(lungfield) == ["scan-0.png", "scan-2.png"]


def test_a_row_that_is_taken_out_of_those_selected_is_not_meant(begin, qtbot, scans):
    """Though Qt makes it the current one."""
    lungfield = begin(*scans)
    click_row(qtbot, lungfield, entries(lungfield)[0])
    click_row(qtbot, lungfield, entries(lungfield)[2], Modifier.ShiftModifier)
    click_row(qtbot, lungfield, entries(lungfield)[1], Modifier.ControlModifier)
    settle(qtbot, lungfield)
    key(qtbot, lungfield, Key.Key_P)
    assert labels(lungfield) == ["PNEUMONIA", "", "PNEUMONIA"]


def test_as_a_table_the_one_row_that_is_left_of_those_selected_is_meant(begin, qtbot, scans):
    """Not the one that was taken out, which is still the current one."""
    lungfield = begin(*scans)
    key(qtbot, lungfield, Key.Key_F6)
    select_two(qtbot, lungfield)
    click_row(qtbot, lungfield, entries(lungfield)[2], Modifier.ControlModifier)
    settle(qtbot, lungfield)
    assert lungfield.window.worklist.selected() == entries(lungfield)[:1]
    key(qtbot, lungfield, Key.Key_P)
    assert labels(lungfield) == ["PNEUMONIA", "", ""]
    before = [entry.stored.milliseconds for entry in entries(lungfield)]
    key(qtbot, lungfield, Key.Key_F5)
    after = [entry.stored.milliseconds for entry in entries(lungfield)]
    assert [now != then for now, then in zip(after, before, strict=True)] == [True, False, False]
    key(qtbot, lungfield, Key.Key_Backspace)
    assert labels(lungfield) == ["", "", ""]
    key(qtbot, lungfield, Key.Key_Delete)
    assert names(lungfield) == ["scan-1.png", "scan-2.png"]


def test_as_a_table_keys_follow_the_scan_that_is_gone_on_to(begin, qtbot, scans):
    lungfield = begin(*scans)
    key(qtbot, lungfield, Key.Key_F6)
    click_row(qtbot, lungfield, entries(lungfield)[0])
    settle(qtbot, lungfield)
    key(qtbot, lungfield, Key.Key_Down, Key.Key_P, Key.Key_U, Key.Key_N)
    assert labels(lungfield) == ["", "PNEUMONIA", "NORMAL"]


def test_what_can_be_done_goes_by_all_that_are_selected(begin, qtbot, scans):
    scans[2].write_bytes(scans[2].read_bytes()[:900])
    lungfield = begin(*scans)
    actions = lungfield.window.actions_
    key(qtbot, lungfield, Key.Key_P)
    select_two(qtbot, lungfield)
    assert lungfield.session.current.status == "failed"
    qtbot.waitUntil(actions["take-back"].isEnabled)
    assert actions["call-normal"].isEnabled()
    assert not actions["note"].isEnabled()
    key(qtbot, lungfield, Key.Key_Backspace)
    assert labels(lungfield) == ["", "", ""]
    assert not actions["take-back"].isEnabled()
    key(qtbot, lungfield, Key.Key_G)
    assert labels(lungfield) == ["NORMAL", "", ""]
    click_row(qtbot, lungfield, entries(lungfield)[2])
    qtbot.waitUntil(lambda: not actions["take-back"].isEnabled())
    assert not actions["call-normal"].isEnabled()


def test_rows_selected_beside_a_scan_that_the_list_hides_are_meant(begin, qtbot, scans):
    lungfield = begin(*scans)
    click_row(qtbot, lungfield, entries(lungfield)[1])
    settle(qtbot, lungfield)
    lungfield.session.worklist.set_filter(Filter(label="NORMAL"))
    lungfield.window.worklist.view.setFocus()
    key(qtbot, lungfield, (Key.Key_A, Modifier.ControlModifier), Key.Key_P)
    assert current(lungfield) == "scan-1.png"
    assert labels(lungfield) == ["PNEUMONIA", "", "PNEUMONIA"]


def test_as_a_table_keys_are_about_the_rows_that_are_selected(begin, qtbot, scans):
    lungfield = begin(*scans)
    select_two(qtbot, lungfield)
    key(qtbot, lungfield, Key.Key_Left, Key.Key_F6, Key.Key_P)
    assert labels(lungfield) == ["PNEUMONIA", "", "PNEUMONIA"]


def test_what_is_said_of_several_rows_is_one_step(begin, qtbot, scans):
    lungfield = begin(*scans)
    select_two(qtbot, lungfield)
    key(qtbot, lungfield, Key.Key_P)
    assert labels(lungfield) == on_disk(lungfield) == ["PNEUMONIA", "", "PNEUMONIA"]
    assert lungfield.window.status.text == "You call 2 scans PNEUMONIA"
    key(qtbot, lungfield, CTRL_Z)
    assert labels(lungfield) == on_disk(lungfield) == ["", "", ""]
    key(qtbot, lungfield, CTRL_SHIFT_Z, Key.Key_Backspace)
    assert labels(lungfield) == ["", "", ""]


def test_who_agrees_with_several_agrees_with_each_and_several_are_read_again(begin, qtbot, scans):
    lungfield = begin(*scans)
    lungfield.window.worklist.view.setFocus()
    key(qtbot, lungfield, (Key.Key_A, Modifier.ControlModifier))
    assert len(lungfield.window.worklist.selected()) == 3
    key(qtbot, lungfield, Key.Key_G)
    assert labels(lungfield) == ["NORMAL", "PNEUMONIA", "NORMAL"]
    before = [entry.stored.milliseconds for entry in entries(lungfield)]
    select_two(qtbot, lungfield)
    key(qtbot, lungfield, Key.Key_F5)
    after = [entry.stored.milliseconds for entry in entries(lungfield)]
    assert [now != then for now, then in zip(after, before, strict=True)] == [True, False, True]


def test_the_panel_is_about_the_scan_on_the_screen_whatever_is_selected(begin, qtbot, scans):
    lungfield = begin(*scans)
    select_two(qtbot, lungfield)
    click(qtbot, lungfield, "PNEUMONIA")
    assert labels(lungfield) == ["", "", "PNEUMONIA"]
    lungfield.window.viewer.canvas.setFocus()
    key(qtbot, lungfield, Key.Key_Left, Key.Key_Return)
    assert labels(lungfield) == ["", "PNEUMONIA", "PNEUMONIA"], "Enter, too"


@pytest.mark.qt_log_ignore("^This plugin does not support", extend=True)  # offscreen, of any menu
def test_the_menu_of_a_row_is_about_the_rows_that_are_selected(begin, qtbot, scans):
    lungfield = begin(*scans)
    select_two(qtbot, lungfield)
    window = lungfield.window
    window._on_worklist_menu(entries(lungfield)[0], window.pos())
    [menu] = [each for each in window.findChildren(QMenu) if each.isVisible()]
    assert current(lungfield) == "scan-2.png", "it is selected: nothing else is shown"
    next(each for each in menu.actions() if each.objectName() == "call-normal").trigger()
    menu.close()
    assert labels(lungfield) == ["NORMAL", "", "NORMAL"]


@pytest.mark.qt_log_ignore("^This plugin does not support", extend=True)  # offscreen, of any menu
def test_and_so_it_is_after_another_was_looked_at(begin, qtbot, scans):
    lungfield = begin(*scans)
    select_two(qtbot, lungfield)
    key(qtbot, lungfield, Key.Key_Left)
    first, window = entries(lungfield)[0], lungfield.window
    view = window.worklist.view
    place = view.visualRect(lungfield.session.worklist.index(0, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=place)
    settle(qtbot, lungfield)
    window._on_worklist_menu(first, window.pos())
    [menu] = [each for each in window.findChildren(QMenu) if each.isVisible()]
    next(each for each in menu.actions() if each.objectName() == "call-normal").trigger()
    menu.close()
    assert labels(lungfield) == ["NORMAL", "", "NORMAL"]


# Exports


@pytest.fixture
def patients(tmp_path) -> list[Path]:
    """Three scans in a folder and with names that must not leave by themselves."""
    folder = tmp_path / "ward Meier"
    folder.mkdir()
    files = [folder / f"Meier Maria {number}.png" for number in range(3)]
    for number, file in enumerate(files):
        cv2.imwrite(str(file), radiograph(number, opacity=number == 1))
    return files


def export(qtbot, lungfield, kind, path, named=False, which=None, meanwhile=lambda: None):
    """Ask for it as a person does, `meanwhile` do that, and wait until it is written."""
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    qtbot.waitUntil(lungfield.window.actions_["export"].isEnabled)
    with qtbot.waitActive(lungfield.window):
        lungfield.window.activateWindow()  # no window manager gives it the keys back after a dialog
    press(qtbot, lungfield, Key.Key_E, Modifier.ControlModifier)
    [dialog] = [each for each in lungfield.window.findChildren(ExportDialog) if each.isVisible()]
    dialog.kinds[kind].click()
    if which:
        dialog.whiches[which].click()
    if named is not None:
        dialog.named.setChecked(named)
    dialog.go_on.click()
    asks = dialog.findChild(QFileDialog, "export-to")
    if asks.fileMode() == QFileDialog.FileMode.Directory:
        path.mkdir(exist_ok=True)
        asks.setDirectory(str(path))
    else:
        asks.selectFile(str(path))
    meanwhile()
    asks.accept()
    progress = lungfield.window.export_progress
    qtbot.waitUntil(lambda: progress.isVisible() and progress.dismiss.isVisible(), timeout=PATIENCE_MS)
    return progress.text


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def written(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def reviewed(begin, qtbot, patients):
    """The first two are reviewed, and there is a note with a name in it."""
    lungfield = begin(*patients)
    key(qtbot, lungfield, Key.Key_Return, Key.Key_P)
    lungfield.session.reviews.note(entries(lungfield)[0].sha256, 'old scar; "left"\nsee Meier Maria 0')
    return lungfield


def test_a_table_has_a_row_for_each_scan_with_what_was_said(begin, qtbot, patients, tmp_path):
    lungfield = reviewed(begin, qtbot, patients)
    said = export(qtbot, lungfield, "csv", tmp_path / "out.csv")
    assert said == "3 scans were exported to out.csv."
    read = rows(tmp_path / "out.csv")
    assert [row["sha256"] for row in read] == [entry.sha256 for entry in entries(lungfield)]
    assert [row["review"] for row in read] == ["NORMAL", "PNEUMONIA", ""]
    for row, entry in zip(read, entries(lungfield), strict=True):
        assert float(row["probability"]) == pytest.approx(entry.reading.probability, abs=1e-6)
        assert row["label"] == entry.reading.label
        assert row["path"] == f"scan-{entry.sha256[:12]}"
    assert "Meier" not in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_names_leave_where_the_person_ticks_it_and_not_the_next_time(begin, qtbot, patients, tmp_path):
    lungfield = reviewed(begin, qtbot, patients)
    export(qtbot, lungfield, "csv", tmp_path / "out.csv", named=True)
    read = rows(tmp_path / "out.csv")
    assert [row["path"] for row in read] == [str(path) for path in patients]
    assert read[0]["note"] == 'old scar; "left"\nsee Meier Maria 0'
    export(qtbot, lungfield, "overlays", tmp_path / "pictures", named=True)
    assert [file.stem for file in written(tmp_path / "pictures")] == [path.stem for path in patients]
    export(qtbot, lungfield, "csv", tmp_path / "again.csv", named=None)
    assert "Meier" not in (tmp_path / "again.csv").read_text("utf-8-sig")


def test_every_kind_reaches_the_disk_and_no_name_leaves_with_it(begin, qtbot, patients, tmp_path):
    lungfield = reviewed(begin, qtbot, patients)
    counts = {"folder-report": 1, "scan-reports": 3, "overlays": 3, "dicom": 6, "dataset": 2}
    begins = {".pdf": b"%PDF-", ".png": b"\x89PNG", ".dcm": b"\0" * 128 + b"DICM"}
    for kind, count in counts.items():
        folder = tmp_path / kind
        folder.mkdir()
        path = folder / "report.pdf" if kind == "folder-report" else folder
        assert "left out" not in export(qtbot, lungfield, kind, path), kind
        files = written(folder)
        assert len(files) == count, kind
        assert not any("Meier" in str(file) for file in files), kind
        contents = [(folder / file).read_bytes() for file in files]
        assert not any(b"Meier" in content for content in contents), kind
        assert all(
            content.startswith(begins[file.suffix]) for file, content in zip(files, contents, strict=True)
        ), kind
    made = [pydicom.dcmread(tmp_path / "dicom" / file) for file in written(tmp_path / "dicom")]
    images = {each.StudyInstanceUID: each for each in made if each.Modality != "SR"}
    reports = [each for each in made if each.Modality == "SR"]
    assert len(reports) == 3
    for report in reports:
        assert images[report.StudyInstanceUID].SOPInstanceUID in str(report)


def test_the_reviewed_scans_make_a_dataset_to_train_on(begin, qtbot, patients, tmp_path):
    lungfield = reviewed(begin, qtbot, patients)
    said = export(qtbot, lungfield, "dataset", tmp_path / "DATASET")
    assert said == "The DATASET is in DATASET: 1 NORMAL, 1 PNEUMONIA."
    samples = find_samples(tmp_path / "DATASET")
    assert sorted((sample.label, sample.split) for sample in samples) == [(0, "train"), (1, "train")]
    assert len({sample.patient for sample in samples}) == 2


def test_only_what_is_shown_or_selected_is_exported_in_the_lists_order(begin, qtbot, patients, tmp_path):
    lungfield = begin(*patients)
    lungfield.window.worklist.most_likely.click()
    export(qtbot, lungfield, "csv", tmp_path / "shown.csv")
    shown = [row["sha256"] for row in rows(tmp_path / "shown.csv")]
    assert shown == [entry.sha256 for entry in lungfield.session.worklist.shown]
    lungfield.session.worklist.set_filter(Filter(label="NORMAL"))
    export(qtbot, lungfield, "csv", tmp_path / "filtered.csv")
    assert [row["label"] for row in rows(tmp_path / "filtered.csv")] == ["NORMAL"] * 2
    export(qtbot, lungfield, "csv", tmp_path / "all.csv", which="all")
    assert len(rows(tmp_path / "all.csv")) == 3
    lungfield.session.worklist.set_filter(Filter())
    select_two(qtbot, lungfield)
    export(qtbot, lungfield, "csv", tmp_path / "selected.csv")
    assert [row["label"] for row in rows(tmp_path / "selected.csv")] == ["NORMAL"] * 2


def test_the_scan_is_exported_that_was_on_the_screen_when_the_dialog_came(begin, qtbot, patients, tmp_path):
    """A folder that was searched may bring another one onto it."""
    lungfield = begin(*patients)
    first, *_, last = entries(lungfield)
    path = tmp_path / "out.csv"
    export(qtbot, lungfield, "csv", path, which="current", meanwhile=lambda: lungfield.session.select(last))
    assert lungfield.session.current is last
    assert [row["sha256"] for row in rows(path)] == [first.sha256]


def test_a_table_tells_why_a_scan_failed_and_has_what_was_read_as_displayed(begin, qtbot, patients, tmp_path):
    patients[1].write_bytes(b"")
    lungfield = begin(*patients)
    key(qtbot, lungfield, Key.Key_I, Key.Key_D)
    entry = lungfield.session.current
    qtbot.waitUntil(lambda: entry.displayed is not None, timeout=PATIENCE_MS)
    assert entry.displayed.reading.probability != pytest.approx(entry.stored.probability, abs=1e-6)
    export(qtbot, lungfield, "csv", tmp_path / "out.csv")
    displayed, failed, _ = rows(tmp_path / "out.csv")
    assert float(displayed["probability"]) == pytest.approx(entry.displayed.reading.probability, abs=1e-6)
    assert (failed["status"], failed["label"], failed["probability"]) == ("failed", "", "")
    assert "empty" in failed["reason"]
    assert "Meier" not in failed["reason"]


def test_an_export_that_cannot_be_written_says_so_and_the_next_one_can(begin, qtbot, patients, tmp_path):
    lungfield = begin()
    assert not lungfield.window.actions_["export"].isEnabled(), "there is nothing yet"
    lungfield.session.open(patients)
    settle(qtbot, lungfield)
    (tmp_path / "out").mkdir()
    blocked = tmp_path / "out" / "blocked"
    blocked.write_bytes(b"a file where a folder would have to be")
    request = ExportRequest("csv", "shown", False, blocked / "out.csv")
    lungfield.window.worklist_commands._export(request, entries(lungfield))
    progress = lungfield.window.export_progress
    qtbot.waitUntil(lambda: progress.isVisible() and progress.dismiss.isVisible(), timeout=PATIENCE_MS)
    assert "out.csv" in progress.text
    assert not progress.open.isVisible()
    assert export(qtbot, lungfield, "csv", tmp_path / "out.csv").startswith("3 scans")
