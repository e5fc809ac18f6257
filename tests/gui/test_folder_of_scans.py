"""A folder of scans in the window: known again after a restart, wherever it lies, by whichever model."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import suppress

import cv2
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from core import paths
from core.imaging.decode import decode_file
from core.progress import Cancelled
from core.reading.folder import read_files
from core.store.store import open_store
from gui.dialogs.clear_history import ClearHistoryDialog
from gui.dialogs.settings import SettingsDialog
from gui.worklist.entry import thumbnail
from gui.worklist.filter import Filter
from gui.worklist.thumbnails import image_of
from tests.gui.driving import PATIENCE_MS, click_row, drop, files_mime, held, names, press, search, settle
from tests.pictures import radiograph

Key, Modifier = Qt.Key, Qt.KeyboardModifier


def entries(lungfield):
    return list(lungfield.session.worklist.entries)


def times(lungfield):
    """How long reading took: a reading that is made anew takes another time."""
    return [entry.stored.milliseconds for entry in entries(lungfield)]


def quit_(lungfield):
    lungfield.window.close()
    lungfield.end()


def review(lungfield, entry, label):
    lungfield.session.reviews.correct([entry], label)


def read_inverted(qtbot, lungfield):
    press(qtbot, lungfield, Key.Key_I)
    press(qtbot, lungfield, Key.Key_D)
    qtbot.waitUntil(lambda: lungfield.session.current.displayed is not None, timeout=PATIENCE_MS)


# After a restart


def test_a_folder_is_as_it_was_left_and_nothing_is_read_anew(begin, qtbot, scans):
    first = begin(scans[0].parent)
    review(first, entries(first)[1], "NORMAL")
    first.session.reviews.note(entries(first)[1].sha256, "old scar")
    read_inverted(qtbot, first)
    displayed = first.session.reading
    before = times(first)
    quit_(first)
    second = begin(scans[0].parent)
    assert names(second) == [file.name for file in scans]
    assert times(second) == before
    panel = second.window.reading_panel.state
    assert panel.reading.probability == displayed.probability
    assert "inverted" in panel.as_displayed
    np.testing.assert_array_equal(second.session.reading.heatmap, displayed.heatmap)
    second.session.step(1)
    settle(qtbot, second)
    assert second.window.reading_panel.state.reading.probability == entries(second)[1].stored.probability
    panel = second.window.review_panel
    qtbot.waitUntil(lambda: (panel.state.label, panel.state.note) == ("NORMAL", "old scar"))
    assert second.session.reading.has_map
    assert second.window.viewer.canvas.isVisible()


def test_a_moved_folder_is_known_again_with_all_that_was_said(begin, qtbot, scans, tmp_path):
    first = begin(scans[0].parent)
    review(first, entries(first)[0], "PNEUMONIA")
    read_inverted(qtbot, first)
    before = times(first)
    quit_(first)
    moved = tmp_path / "moved"
    scans[0].parent.rename(moved)
    second = begin(moved)
    assert times(second) == before
    assert second.window.review_panel.state.label == "PNEUMONIA"
    assert "inverted" in second.window.reading_panel.state.as_displayed
    assert second.session.reading.has_map


def test_a_file_that_is_moved_while_it_is_on_the_screen_is_shown_where_it_is_now(
    begin, qtbot, scans, tmp_path
):
    lungfield = begin(*scans)
    lungfield.session.step(1)
    settle(qtbot, lungfield)
    review(lungfield, lungfield.session.current, "NORMAL")
    moved = tmp_path / "moved.png"
    scans[1].rename(moved)
    drop(lungfield, files_mime(moved))
    settle(qtbot, lungfield)
    assert names(lungfield) == ["scan-0.png", "scan-2.png", "moved.png"]
    assert lungfield.session.current.name == "moved.png"
    assert lungfield.window.review_panel.state.label == "NORMAL"
    assert lungfield.session.picture_status == "shown"


def test_a_file_that_was_changed_is_read_anew_and_its_picture_is_the_new_one(begin, qtbot, scans):
    first = begin(scans[0])
    review(first, entries(first)[0], "PNEUMONIA")
    before = entries(first)[0].stored.probability
    quit_(first)
    cv2.imwrite(str(scans[0]), radiograph(5))
    second = begin(scans[0])
    assert entries(second)[0].stored.probability != before
    assert second.window.review_panel.state.review is None
    np.testing.assert_allclose(second.session.picture.scan.pixels * 255, radiograph(5), atol=0.6)


def test_a_file_that_is_changed_while_it_is_on_the_screen_is_shown_as_it_is_now(begin, qtbot, scans):
    lungfield = begin(*scans)
    for seed, how in ((5, "drop"), (6, "F5")):
        before = entries(lungfield)[0].stored.probability
        cv2.imwrite(str(scans[0]), radiograph(seed))
        if how == "drop":
            drop(lungfield, files_mime(scans[0]))
        else:
            press(qtbot, lungfield, Key.Key_F5)
        settle(qtbot, lungfield)
        assert entries(lungfield)[0].stored.probability != before, how
        np.testing.assert_allclose(
            lungfield.session.picture.scan.pixels * 255, radiograph(seed), atol=0.6, err_msg=how
        )
        assert lungfield.session.picture.scan.sha256 == lungfield.session.current.sha256, how


def test_a_file_that_was_changed_keeps_no_reading_as_displayed_nor_the_look_it_had(begin, qtbot, scans):
    lungfield = begin(*scans)
    press(qtbot, lungfield, Key.Key_BracketRight)
    read_inverted(qtbot, lungfield)
    first = entries(lungfield)[0]
    review(lungfield, first, "PNEUMONIA")
    press(qtbot, lungfield, Key.Key_Space)
    settle(qtbot, lungfield)
    assert first.look is not None
    cv2.imwrite(str(scans[0]), radiograph(5))
    drop(lungfield, files_mime(scans[0]))
    settle(qtbot, lungfield)
    assert lungfield.session.current is first
    assert (first.displayed, first.look, first.review) == (None, None, None)
    panel = lungfield.window.reading_panel.state
    assert panel.reading.probability == first.stored.probability
    assert panel.as_displayed == ""
    assert lungfield.session.picture.scan.sha256 == first.sha256
    assert not lungfield.display.display.inverted
    assert lungfield.view.orientation.is_upright


def test_a_file_that_was_changed_to_one_that_is_known_has_its_thumbnail(begin, qtbot, scans, tmp_path):
    """What is known is not read, so no thumbnail comes with its reading."""
    known = tmp_path / "known.png"
    cv2.imwrite(str(known), radiograph(5))
    lungfield = begin(known, *scans)
    thumbnails, first = lungfield.thumbnails, entries(lungfield)[1]
    qtbot.waitUntil(lambda: thumbnails.image(first.found) is not None)
    shutil.copy(known, first.found.path)
    drop(lungfield, files_mime(first.found.path))
    settle(qtbot, lungfield)
    assert first.sha256 == entries(lungfield)[0].sha256
    qtbot.waitUntil(lambda: thumbnails.image(first.found) is not None)
    assert thumbnails.image(first.found) == image_of(thumbnail(decode_file(known)))


def test_a_file_that_was_changed_while_another_is_looked_at_is_never_shown_as_it_was(begin, qtbot, scans):
    lungfield = begin(*scans)
    session, first = lungfield.session, entries(lungfield)[0]
    session.step(1)
    settle(qtbot, lungfield)
    before = first.sha256
    cv2.imwrite(str(scans[0]), radiograph(5))
    session.read_again([first])
    settle(qtbot, lungfield)
    assert first.sha256 != before
    shown = []
    session.picture_changed.connect(
        lambda: shown.append(session.picture.scan.sha256) if session.picture_status == "shown" else None
    )
    session.step(-1)
    settle(qtbot, lungfield)
    assert shown == [first.sha256]


def test_what_is_read_as_displayed_while_the_file_is_changed_is_not_said_of_what_it_is_now(
    begin, qtbot, scans
):
    lungfield = begin(*scans)
    session, first = lungfield.session, entries(lungfield)[0]
    press(qtbot, lungfield, Key.Key_I)
    with held(session.readings.service._lane):
        press(qtbot, lungfield, Key.Key_D)
        cv2.imwrite(str(scans[0]), radiograph(5))
        press(qtbot, lungfield, Key.Key_Space)
        session._loader.forget()  # as where many large ones were looked at since
        press(qtbot, lungfield, Key.Key_Left)
        qtbot.waitUntil(lambda: session.picture_status == "shown")
    settle(qtbot, lungfield)
    assert session.current is first
    assert first.status == "ok"
    assert (first.displayed, first.look) == (None, None)
    assert not lungfield.display.display.inverted
    assert lungfield.storing.store.displayed(first.sha256, session.readings.model) is None


def test_a_known_file_that_was_changed_before_it_is_looked_at_is_read_as_it_is_now(begin, qtbot, scans):
    """No picture may stand beside the reading of another."""
    quit_(begin(*scans))
    lungfield = begin(*scans)
    before = entries(lungfield)[2].stored.probability
    cv2.imwrite(str(scans[2]), radiograph(5))
    press(qtbot, lungfield, Key.Key_End)
    settle(qtbot, lungfield)
    entry = lungfield.session.current
    assert entry is entries(lungfield)[2]
    assert entry.stored.probability != before
    assert lungfield.session.picture.scan.sha256 == entry.sha256


def test_another_model_reads_anew_and_going_back_is_instant(begin, qtbot, scans, model_files):
    lungfield = begin(*scans)
    before = times(lungfield)
    lungfield.preferences.change(model=str(model_files[1]))
    settle(qtbot, lungfield)
    assert {entry.stored.model for entry in entries(lungfield)} == {"second"}
    assert lungfield.window.reading_panel.state.model == "second"
    assert lungfield.session.reading.has_map
    lungfield.preferences.change(model=str(model_files[0]))
    settle(qtbot, lungfield)
    assert times(lungfield) == before
    assert lungfield.window.reading_panel.state.reading.model == "first"
    assert lungfield.session.reading.has_map


def test_a_threshold_that_comes_with_another_device_is_that_of_the_list_and_of_the_panel(begin, qtbot, scans):
    lungfield = begin(*scans)
    lungfield.preferences.change(device="auto", threshold=0.01)
    settle(qtbot, lungfield)
    assert [entry.reading.label for entry in entries(lungfield)] == ["PNEUMONIA"] * 3
    assert lungfield.session.worklist.counts() == {"pneumonia": 3}
    panel = lungfield.window.reading_panel.state
    assert (panel.reading.label, panel.threshold) == ("PNEUMONIA", 0.01)


def test_everything_read_before_comes_with_a_key(begin, qtbot, scans):
    first = begin(*scans)
    review(first, entries(first)[2], "NORMAL")
    before = times(first)
    quit_(first)
    second = begin()
    press(qtbot, second, Key.Key_H, Modifier.ControlModifier)
    settle(qtbot, second)
    assert names(second) == [file.name for file in scans]
    assert times(second) == before
    assert second.session.current.name == scans[0].name
    assert second.window.viewer.canvas.isVisible()
    assert entries(second)[2].review.label == "NORMAL"


def test_a_review_of_a_scan_is_found_though_no_model_can_be_opened(begin, start, qtbot, scans, tmp_path):
    first = begin(scans[0])
    review(first, entries(first)[0], "NORMAL")
    quit_(first)
    moved = tmp_path / "moved.png"
    scans[0].rename(moved)
    second = start(moved, model="no such model")
    settle(qtbot, second)
    qtbot.waitUntil(lambda: second.window.review_panel.state.label == "NORMAL", timeout=PATIENCE_MS)
    assert second.session.worklist.reviewed == 1
    assert "1\N{NO-BREAK SPACE}reviewed" in second.window.review_panel._counts.text()


# What is left out


def test_what_is_no_scan_by_its_name_or_is_hidden_is_noted(begin, scans, monkeypatch):
    monkeypatch.setattr("gui.status_line._NOTE_MS", 10 * PATIENCE_MS)  # it must stay until all is read
    folder = scans[0].parent
    for name in ("notes.txt", "results.csv", ".hidden.png"):
        (folder / name).write_bytes(b"nothing")
    (folder / "empty.png").touch()
    lungfield = begin(folder)
    assert lungfield.window.status.text == "Files left out: 2 that are no scans, 1 hidden"
    assert names(lungfield) == ["empty.png", *(file.name for file in scans)]
    assert [entry.status for entry in entries(lungfield)] == ["failed", "ok", "ok", "ok"]


# Stopped


def test_stopping_what_is_read_again_brings_back_what_was_said(begin, qtbot, scans):
    lungfield = begin(*scans)
    window = lungfield.window
    before = lungfield.session.worklist.counts()
    window.worklist.view.setFocus()
    press(qtbot, lungfield, Key.Key_A, Modifier.ControlModifier)
    with held(lungfield.session.readings.service._lane):
        press(qtbot, lungfield, Key.Key_F5)
        assert window.reading_panel.state.status == "waiting"
        qtbot.waitUntil(window.actions_["stop"].isEnabled)
        press(qtbot, lungfield, Key.Key_Escape)
    settle(qtbot, lungfield)
    assert window.reading_panel.state.status == "read"
    assert lungfield.session.worklist.counts() == before


# Sorted and filtered


def test_next_and_previous_go_through_what_is_shown_as_it_is_sorted(begin, qtbot, scans):
    lungfield = begin(*scans)
    lungfield.window.worklist.most_likely.click()
    by_probability = sorted(entries(lungfield), key=lambda entry: -entry.reading.probability)
    assert list(lungfield.session.worklist.shown) == by_probability
    seen = []
    press(qtbot, lungfield, Key.Key_Home)
    for key in (Key.Key_Space, Key.Key_Space, Key.Key_Left, Key.Key_End, Key.Key_Home):
        seen.append(lungfield.session.current)
        press(qtbot, lungfield, key)
        settle(qtbot, lungfield)
    first, second, third = by_probability
    assert [*seen, lungfield.session.current] == [first, second, third, second, third, first]


def test_next_and_next_unreviewed_pass_over_what_is_filtered_out(begin, qtbot, scans):
    lungfield = begin(*scans)
    lungfield.session.worklist.set_filter(Filter(label="NORMAL"))
    assert names(lungfield) == ["scan-0.png", "scan-2.png"]
    for key, expected in ((Key.Key_Space, "scan-2.png"), (Key.Key_U, "scan-0.png")):
        press(qtbot, lungfield, key)
        settle(qtbot, lungfield)
        assert lungfield.session.current.name == expected
    search(qtbot, lungfield, "nowhere to be found")
    [button] = [
        each
        for each in lungfield.window.worklist.findChildren(QPushButton)
        if each.isVisible() and each.text() == "Show all scans"
    ]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert names(lungfield) == [file.name for file in scans]


def test_words_find_scans_and_show_the_first_and_escape_brings_all_back(begin, qtbot, scans):
    lungfield = begin(*scans)
    search(qtbot, lungfield, "scan-1")
    assert names(lungfield) == ["scan-1.png"]
    assert lungfield.session.current.name == "scan-1.png"
    press(qtbot, lungfield, Key.Key_F, Modifier.ControlModifier)
    press(qtbot, lungfield, Key.Key_Escape)
    assert names(lungfield) == [file.name for file in scans]
    search(qtbot, lungfield, "png")
    assert lungfield.session.current.name == "scan-1.png", "what is found already stays on the screen"


# Taken off the list


def test_after_a_scan_in_the_middle_comes_the_next_and_what_is_taken_off_is_still_known(begin, qtbot, scans):
    lungfield = begin(*scans)
    before = times(lungfield)
    lungfield.session.step(1)
    settle(qtbot, lungfield)
    press(qtbot, lungfield, Key.Key_Delete)
    settle(qtbot, lungfield)
    assert names(lungfield) == ["scan-0.png", "scan-2.png"]
    assert lungfield.session.current.name == "scan-2.png"
    press(qtbot, lungfield, Key.Key_Delete)
    settle(qtbot, lungfield)
    assert lungfield.session.current.name == "scan-0.png", "after the last, the one before"
    press(qtbot, lungfield, Key.Key_Delete)
    assert lungfield.session.current is None
    assert lungfield.window.empty_page.isVisible()
    drop(lungfield, files_mime(*scans))
    settle(qtbot, lungfield)
    assert times(lungfield) == before


def test_several_are_taken_off_and_the_next_that_stays_is_shown(begin, qtbot, tmp_path):
    files = [tmp_path / f"{number}.png" for number in range(7)]
    for number, file in enumerate(files):
        cv2.imwrite(str(file), radiograph(number, size=(120, 90)))
    lungfield = begin(*files)
    one, two, *_ = entries(lungfield)[1:]
    five = entries(lungfield)[5]
    click_row(qtbot, lungfield, five)
    click_row(qtbot, lungfield, one, Modifier.ControlModifier)
    click_row(qtbot, lungfield, two, Modifier.ControlModifier)
    settle(qtbot, lungfield)
    assert lungfield.session.current is two
    press(qtbot, lungfield, Key.Key_Delete)
    settle(qtbot, lungfield)
    assert names(lungfield) == ["0.png", "3.png", "4.png", "6.png"]
    assert lungfield.session.current.name == "3.png"
    assert lungfield.window.worklist.selected() == [lungfield.session.current]
    assert all(file.exists() for file in files)


# As a table


def test_f6_gives_the_list_the_window_and_takes_it_back(begin, qtbot, scans):
    lungfield = begin(*scans)
    window = lungfield.window
    sizes = window.splitter.sizes()
    press(qtbot, lungfield, Key.Key_F6)
    assert window.worklist.is_wide
    assert not window.viewer.isVisible()
    assert not window.side.isVisible()
    assert window.worklist.view.hasFocus()
    columns = {"scan", "label", "probability", "confidence", "status", "review", "folder"}
    qtbot.waitUntil(lambda: window.worklist.columns.visible == columns)
    press(qtbot, lungfield, Key.Key_F6)
    assert not window.worklist.is_wide
    assert window.viewer.isVisible()
    assert window.side.isVisible()
    qtbot.waitUntil(lambda: window.splitter.sizes() == sizes)


def test_a_hidden_list_is_shown_as_a_table_and_enter_opens_a_scan(begin, qtbot, scans):
    lungfield = begin(*scans)
    press(qtbot, lungfield, Key.Key_F7)
    assert not lungfield.window.worklist.isVisible()
    press(qtbot, lungfield, Key.Key_F6)
    assert lungfield.window.worklist.isVisible()
    press(qtbot, lungfield, Key.Key_Down)
    press(qtbot, lungfield, Key.Key_Return)
    settle(qtbot, lungfield)
    assert not lungfield.window.worklist.is_wide
    assert not lungfield.window.worklist.isVisible()
    assert lungfield.session.current.name == "scan-1.png"
    assert lungfield.window.viewer.canvas.hasFocus()
    assert lungfield.session.current.review is None, "that Enter opened, and said nothing"


def test_order_and_columns_are_found_as_they_were_left_and_all_scans_are_shown(begin, qtbot, scans):
    first = begin(*scans)
    first.window.worklist.most_likely.click()
    first.window.worklist.columns.choose("status", True)
    press(qtbot, first, Key.Key_F6)
    first.window.worklist.columns.choose("folder", False)
    qtbot.waitUntil(lambda: "status" in first.window.worklist.columns.visible)
    search(qtbot, first, "scan-1")
    shown = first.window.worklist.columns.visible
    quit_(first)
    second = begin(*scans)
    assert second.window.worklist.most_likely.isChecked()
    assert len(names(second)) == 3, "nobody looks for a filter of yesterday"
    qtbot.waitUntil(lambda: names(second)[0] == "scan-1.png", timeout=PATIENCE_MS)
    assert not second.window.worklist.is_wide
    press(qtbot, second, Key.Key_F6)
    qtbot.waitUntil(lambda: second.window.worklist.columns.visible == shown)
    assert "folder" not in shown


# The end


def test_what_was_read_and_said_and_a_note_being_typed_are_on_the_disk_when_the_window_is_closed(
    begin, qtbot, scans
):
    lungfield = begin(*scans)
    digests = [entry.sha256 for entry in entries(lungfield)]
    review(lungfield, entries(lungfield)[1], "NORMAL")
    press(qtbot, lungfield, Key.Key_M)
    qtbot.keyClicks(QApplication.focusWidget(), "scar, unchanged")
    model = lungfield.session.readings.model
    lungfield.window.close()
    with open_store(paths.user_data() / "lungfield.sqlite3") as store:
        assert [known.sha256 for known in store.history(model)] == digests
        assert all(known.reading for known in store.history(model))
        assert store.review(digests[0]).note == "scar, unchanged"
        assert store.review(digests[1]).label == "NORMAL"


def test_clearing_the_history_empties_the_list_and_what_is_opened_again_is_read_again(begin, qtbot, scans):
    lungfield = begin(*scans)
    review(lungfield, entries(lungfield)[0], "PNEUMONIA")
    for reviews_too in (False, True):
        before = times(lungfield)
        clear_history(qtbot, lungfield, reviews_too)
        assert lungfield.window.empty_page.isVisible()
        qtbot.waitUntil(lambda: not lungfield.window.actions_["undo"].isEnabled())
        drop(lungfield, files_mime(*scans))
        settle(qtbot, lungfield)
        assert all(now != then for now, then in zip(times(lungfield), before, strict=True))
        assert (entries(lungfield)[0].review is None) == reviews_too


def test_what_is_being_read_when_the_history_is_cleared_is_not_in_it_afterwards(
    begin, qtbot, scans, monkeypatch
):
    """Not even what had just been read when reading was stopped."""
    lungfield = begin()
    at_hand = threading.Event()

    def read_until_stopped(reader, files, progress, known):
        for outcome in read_files(reader, files, progress, known):
            at_hand.set()
            with suppress(Cancelled):
                while True:
                    progress.check()
                    time.sleep(0.001)
            yield outcome

    monkeypatch.setattr("gui.reading.service.read_files", read_until_stopped)
    lungfield.session.open(scans)
    qtbot.waitUntil(at_hand.is_set)
    history = lungfield.window.commands._history
    with qtbot.waitSignal(history.cleared):
        history.clear(True)
    settle(qtbot, lungfield)
    assert history.counts() == (0, 0, 0)
    assert names(lungfield) == []


def test_nor_is_what_is_being_read_as_displayed(begin, qtbot, scans):
    lungfield = begin(scans[0])
    session, history = lungfield.session, lungfield.window.commands._history
    press(qtbot, lungfield, Key.Key_I)
    with qtbot.waitSignal(history.cleared), held(session.readings.service._lane):
        press(qtbot, lungfield, Key.Key_D)
        assert lungfield.window.reading_panel.state.status == "reading"
        history.clear(True)
        assert lungfield.window.reading_panel.state.status == "read"
        press(qtbot, lungfield, Key.Key_D)
        assert session.reading_as_displayed is None
    settle(qtbot, lungfield)
    assert history.counts() == (0, 0, 0)
    drop(lungfield, files_mime(scans[0]))
    settle(qtbot, lungfield)
    read_inverted(qtbot, lungfield)  # nothing is held any more
    assert history.counts()[0] == 1


def clear_history(qtbot, lungfield, reviews_too):
    """In the settings."""
    lungfield.window.actions_["settings"].trigger()
    [settings] = [each for each in lungfield.window.findChildren(SettingsDialog) if each.isVisible()]
    settings.tabs.setCurrentIndex(settings.tabs.count() - 1)
    assert "Scans: 3 · readings: 3 · reviews: 1" in settings.data.kept.text()
    settings.data.clear_history.click()
    question = settings.findChild(ClearHistoryDialog)
    question.reviews.setChecked(reviews_too)
    question.clear.click()
    qtbot.waitUntil(lambda: names(lungfield) == [], timeout=PATIENCE_MS)
    settings.reject()
