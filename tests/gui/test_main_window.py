"""The window as a person uses it: drops, keys, mouse, menus."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePath

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QToolButton,
    QTreeView,
    QWidget,
)

from core.errors import ModelError
from core.imaging.decode import decode_file
from core.model import library
from core.model.checkpoint import save
from core.opening import open_reader
from core.reading.finding import Found
from core.store.store import open_store
from gui.dialogs.notice import NoticeDialog
from gui.worklist.entry import Entry
from tests.gui.driving import PATIENCE_MS, drag_over, drop, files_mime, held, settle, slow_folders
from tests.models import checkpoint
from tests.pictures import radiograph


@pytest.fixture(scope="module")
def reader():
    """The model as the command line would open it: what the window says is compared with this."""
    return open_reader().reader


@pytest.fixture(scope="module")
def accepting(tmp_path_factory):
    """A model without a gate, which reads a generated scan as if it were a real one."""
    entry = library.add(_saved(tmp_path_factory.mktemp("model") / "small.safetensors"), "without a gate")
    yield entry.name
    library.remove(entry.name)


def _saved(path):
    save(checkpoint(), path)
    return path


def press(qtbot, lungfield, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(lungfield.window.viewer.canvas, key, modifier)


def names(lungfield):
    return [entry.name for entry in lungfield.session.worklist.entries]


# Loading


def test_nothing_is_open_at_first_and_the_window_says_how_to_begin(start, qtbot):
    lungfield = start()
    settle(qtbot, lungfield)
    assert lungfield.window.empty_page.isVisible()
    assert not lungfield.window.viewer.isVisible()
    assert lungfield.window.reading_panel.state.status == "empty"
    assert not lungfield.window.actions_["save"].isEnabled()


def test_dropped_scans_are_shown_read_and_said_as_the_command_line_reads_them(start, qtbot, scans, reader):
    lungfield = start()
    drop(lungfield, files_mime(*scans))
    settle(qtbot, lungfield)
    assert names(lungfield) == [file.name for file in scans]
    assert lungfield.window.viewer.canvas.isVisible()
    assert lungfield.session.current.name == scans[0].name
    for entry, file in zip(lungfield.session.worklist.entries, scans, strict=True):
        expected = reader.read(decode_file(file))
        assert entry.reading.probability == pytest.approx(expected.probability, abs=1e-5)
        lungfield.session.select(entry)
        np.testing.assert_allclose(lungfield.session.reading.heatmap, expected.heatmap, atol=1e-4)
    state = lungfield.window.reading_panel.state
    assert state.reading is lungfield.session.reading
    assert (state.model, state.threshold) == (reader.checkpoint.name, reader.threshold)


def test_a_dropped_folder_is_searched_and_is_recent_afterwards(start, qtbot, scans):
    lungfield = start()
    drop(lungfield, files_mime(scans[0].parent))
    settle(qtbot, lungfield)
    assert names(lungfield) == [file.name for file in scans]
    assert lungfield.preferences.now.recent == (str(scans[0].parent),)


def test_the_drop_is_shown_to_be_possible_and_the_veil_goes_with_it(start, qtbot, scans):
    lungfield = start()
    settle(qtbot, lungfield)
    assert drag_over(lungfield, files_mime(scans[0]))
    assert lungfield.window._veil.isVisible()
    assert lungfield.window._veil.geometry() == lungfield.window.rect()
    drop(lungfield, files_mime(scans[0]))
    assert not lungfield.window._veil.isVisible()
    settle(qtbot, lungfield)


def test_text_cannot_be_dropped(start, qtbot):
    lungfield = start()
    mime = QMimeData()
    mime.setText("not a scan")
    assert not drag_over(lungfield, mime)
    assert not lungfield.window._veil.isVisible()
    settle(qtbot, lungfield)


def test_a_link_to_the_web_is_refused_with_words(start, qtbot):
    lungfield = start()
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/scan.png")])
    drop(lungfield, mime)
    assert "only files on this computer" in lungfield.window.banner.text
    settle(qtbot, lungfield)


def test_no_child_takes_a_drop_from_the_window(start, qtbot):
    lungfield = start()
    assert [child for child in lungfield.window.findChildren(QWidget) if child.acceptDrops()] == []
    settle(qtbot, lungfield)


def test_paths_of_the_command_line_are_opened(start, qtbot, scans):
    lungfield = start(*scans[:2])
    settle(qtbot, lungfield)
    assert names(lungfield) == [file.name for file in scans[:2]]


def test_the_same_file_is_listed_once_and_shown_when_dropped_again(start, qtbot, scans):
    lungfield = start(*scans)
    settle(qtbot, lungfield)
    drop(lungfield, files_mime(scans[2]))
    settle(qtbot, lungfield)
    assert names(lungfield) == [file.name for file in scans]
    assert lungfield.session.current.name == scans[2].name


def test_a_picture_is_pasted_from_the_clipboard(start, qtbot, scans, reader):
    lungfield = start()
    settle(qtbot, lungfield)
    QGuiApplication.clipboard().setImage(QImage(str(scans[1])))
    press(qtbot, lungfield, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, lungfield)
    (entry,) = lungfield.session.worklist.entries
    assert entry.name == "Pasted picture 1"
    expected = reader.read(decode_file(scans[1])).probability
    assert entry.reading.probability == pytest.approx(expected, abs=1e-5)


def test_files_are_pasted_too(start, qtbot, scans):
    lungfield = start()
    settle(qtbot, lungfield)
    QGuiApplication.clipboard().setMimeData(files_mime(scans[0], scans[2]))
    lungfield.window.actions_["paste"].trigger()
    settle(qtbot, lungfield)
    assert names(lungfield) == [scans[0].name, scans[2].name]


def test_scans_are_chosen_in_a_dialog_and_are_recent_afterwards(start, qtbot, scans):
    lungfield = start()
    settle(qtbot, lungfield)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    lungfield.window.actions_["open"].trigger()
    dialog = lungfield.window.findChild(QFileDialog, "open-scans")
    dialog.setDirectory(str(scans[1].parent))
    dialog.selectFile(scans[1].name)
    dialog.accept()
    settle(qtbot, lungfield)
    assert names(lungfield) == [scans[1].name]
    assert lungfield.preferences.now.recent == (str(scans[1]),)
    (recent,) = lungfield.window._recent.actions()
    lungfield.window.actions_["clear"].trigger()
    assert lungfield.window.empty_page.isVisible()
    recent.trigger()
    settle(qtbot, lungfield)
    assert names(lungfield) == [scans[1].name]


# Stopped


def test_a_search_is_stopped_with_a_key_and_nothing_of_it_comes(begin, qtbot, scans):
    lungfield = begin()
    window = lungfield.window
    stop = window.status.findChild(QToolButton)
    with slow_folders():
        for _ in range(2):
            lungfield.session.open([scans[0].parent])
        assert stop.isVisible()
        assert window.actions_["stop"].isEnabled()
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.status.text == "Search stopped: nothing more is added"
    assert not stop.isVisible()
    assert not window.actions_["stop"].isEnabled()
    settle(qtbot, lungfield)
    assert names(lungfield) == []
    lungfield.session.open(scans[1:])
    settle(qtbot, lungfield)
    assert names(lungfield) == [file.name for file in scans[1:]]


def test_removing_all_stops_the_search_too(begin, qtbot, scans):
    lungfield = begin(scans[0])
    with slow_folders():
        lungfield.session.open([scans[0].parent])
        lungfield.window.actions_["clear"].trigger()
    settle(qtbot, lungfield)
    assert names(lungfield) == []


def test_a_folder_that_is_found_late_leaves_the_scan_that_was_opened_since_on_the_screen(begin, qtbot, scans):
    lungfield = begin()
    session = lungfield.session
    with slow_folders():
        session.open([scans[0].parent])
        session.open([scans[-1]])
        qtbot.waitUntil(lambda: session.current is not None, timeout=PATIENCE_MS)
        assert session.current.found.path == scans[-1]
    settle(qtbot, lungfield)
    assert sorted(names(lungfield)) == sorted(scan.name for scan in scans)
    assert session.current.found.path == scans[-1]


# States


def test_what_is_no_scan_fails_alone_and_says_why(start, qtbot, scans, tmp_path, accepting):
    broken = tmp_path / "broken.png"
    broken.write_bytes(scans[0].read_bytes()[:2000])
    lungfield = start(broken, *scans[:1], model=accepting)
    settle(qtbot, lungfield)
    assert [entry.status for entry in lungfield.session.worklist.entries] == ["failed", "ok"]
    state = lungfield.window.reading_panel.state
    assert state.status == "failed"
    assert "broken.png is cut short" in state.reason
    assert lungfield.window.viewer.message.isVisible()
    assert not lungfield.window.viewer.canvas.isVisible()


def test_what_is_no_chest_is_rejected_with_reasons(start, qtbot, tmp_path):
    noise = tmp_path / "noise.png"
    cv2.imwrite(str(noise), np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8))
    lungfield = start(noise)
    settle(qtbot, lungfield)
    state = lungfield.window.reading_panel.state
    assert state.status == "rejected"
    assert state.reading.verdict.reasons


def test_without_a_model_the_scan_is_shown_and_it_is_said_why_it_is_not_read(start, qtbot, scans, accepting):
    lungfield = start(scans[0], model="no such model")
    settle(qtbot, lungfield)
    assert lungfield.session.picture_status == "shown"
    assert lungfield.window.reading_panel.state.status == "no-model"
    assert "no such model" in lungfield.window.banner.text
    assert "Settings" in lungfield.window.banner.text
    assert "--" not in lungfield.window.banner.text
    assert lungfield.window.status.engine.text() == "no model"
    lungfield.preferences.change(model=accepting)
    settle(qtbot, lungfield)
    assert lungfield.window.reading_panel.state.status == "read"


def test_a_model_that_fails_to_open_while_a_scan_is_decoded_leaves_nothing_waiting(start, qtbot, scans):
    lungfield = start(model="no such model")
    settle(qtbot, lungfield)
    session = lungfield.session
    # The moment between the two: the scan waits for its picture, and its model for being opened
    session.readings.service.open(session.preferences.now)
    session._on_arrived([Entry(Found(scans[0], PurePath(scans[0].name)))])
    assert [entry.status for entry in session.worklist.entries] == ["waiting"]
    session.readings.service._on_unavailable(ModelError("gone"))
    settle(qtbot, lungfield)
    assert [entry.status for entry in session.worklist.entries] == ["unread"]
    assert session.picture_status == "shown"


def test_the_disclaimer_is_on_the_window_in_every_state(start, qtbot, scans):
    lungfield = start()
    for _ in ("empty", "read"):
        settle(qtbot, lungfield)
        label = lungfield.window.findChild(QWidget, "disclaimer")
        assert label.isVisible()
        assert "Not for diagnosis" in label.text()
        lungfield.session.open(scans[:1])


def test_a_probability_in_the_band_is_called_not_sure(start, qtbot, scans, accepting):
    lungfield = start(scans[0], model=accepting)
    settle(qtbot, lungfield)
    p = lungfield.session.current.reading.probability
    lungfield.preferences.change(threshold=min(p + 0.05, 1.0), uncertain_band=0.06)
    assert lungfield.window.reading_panel._verdict.property("verdict") == "unsure"
    lungfield.preferences.change(uncertain_band=0.04)
    assert lungfield.window.reading_panel._verdict.property("verdict") == "normal"
    lungfield.preferences.change(threshold=max(p - 0.05, 0.0))
    assert lungfield.window.reading_panel._verdict.property("verdict") == "pneumonia"


# Keys and mouse


def test_keys_go_to_the_next_scan_and_back(start, qtbot, scans):
    lungfield = start(*scans)
    settle(qtbot, lungfield)
    seen = [lungfield.session.current.name]
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up):
        press(qtbot, lungfield, key)
        settle(qtbot, lungfield)
        seen.append(lungfield.session.current.name)
    assert seen == [scans[n].name for n in (0, 1, 2, 2, 1, 0)]


def test_keys_change_what_radiology_viewers_change(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    display, heat, view = lungfield.display, lungfield.heat, lungfield.view
    press(qtbot, lungfield, Qt.Key.Key_I)
    assert display.display.inverted
    press(qtbot, lungfield, Qt.Key.Key_3)
    assert display.preset == "lung"
    press(qtbot, lungfield, Qt.Key.Key_C)
    assert display.display.clahe > 0
    before = view.scale
    press(qtbot, lungfield, Qt.Key.Key_Plus)
    assert view.scale > before
    press(qtbot, lungfield, Qt.Key.Key_Minus)
    assert view.scale == pytest.approx(before)
    x, y = view.centre
    press(qtbot, lungfield, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, lungfield, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert view.centre == pytest.approx((x + 80 / view.scale, y - 80 / view.scale))
    press(qtbot, lungfield, Qt.Key.Key_BracketRight)
    assert view.orientation.quarter_turns == 1
    press(qtbot, lungfield, Qt.Key.Key_H)
    assert not heat.shown
    press(qtbot, lungfield, Qt.Key.Key_R)
    assert display.display == display.initial
    assert view.orientation.is_upright
    assert view.fit


def test_a_number_that_was_typed_hands_the_keys_back(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    number = next(
        each for each in lungfield.window.side.findChildren(QAbstractSpinBox) if each.value() == 255
    )
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        number.setFocus()
        number.selectAll()
        qtbot.keyClicks(number, "120")
        qtbot.keyClick(number, key)
        qtbot.waitUntil(lungfield.window.viewer.canvas.hasFocus)
    assert round(lungfield.display.width * 255) == 120


def test_escape_in_a_number_hands_the_keys_back_and_stops_no_reading(begin, qtbot, scans):
    lungfield = begin(*scans)
    window, session = lungfield.window, lungfield.session
    number = window.side.findChild(QAbstractSpinBox)
    with held(session.readings.service._lane):
        session.read_again(session.worklist.entries)
        qtbot.waitUntil(window.actions_["stop"].isEnabled)
        number.setFocus()
        qtbot.keyClick(number, Qt.Key.Key_Escape)
        qtbot.waitUntil(window.viewer.canvas.hasFocus)
        assert [entry.status for entry in session.worklist.entries] == ["waiting"] * 3
        press(qtbot, lungfield, Qt.Key.Key_Escape)
        assert [entry.status for entry in session.worklist.entries] == ["ok"] * 3
    settle(qtbot, lungfield)


def test_the_list_keeps_the_keys_while_it_is_walked_through(start, qtbot, scans):
    lungfield = start(*scans)
    settle(qtbot, lungfield)
    view = lungfield.window.worklist.view
    view.setFocus()
    for key, expected in ((Qt.Key.Key_End, 2), (Qt.Key.Key_Up, 1), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(view, key)
        settle(qtbot, lungfield)
        assert lungfield.session.current.name == scans[expected].name
        assert view.hasFocus()


def test_esc_leaves_the_full_screen(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    lungfield.window.actions_["full-screen"].trigger()
    assert lungfield.window.isFullScreen()
    press(qtbot, lungfield, Qt.Key.Key_Escape)
    assert not lungfield.window.isFullScreen()


def test_a_picture_has_no_window_of_its_own_to_go_back_to(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    assert not lungfield.window.actions_["file"].isEnabled()
    assert lungfield.window.actions_["full"].isEnabled()


def test_what_was_said_of_the_last_attempt_goes_with_the_next(start, qtbot, scans):
    lungfield = start()
    settle(qtbot, lungfield)
    mime = QMimeData()
    mime.setText("no picture")
    lungfield.session.take(mime)
    assert "no picture on the clipboard" in lungfield.window.banner.text
    lungfield.session.open(scans[:1])
    settle(qtbot, lungfield)
    assert lungfield.window.banner.text == ""


def test_no_two_actions_share_a_key(start, qtbot):
    lungfield = start()
    keys = [key.toString() for action in lungfield.window.actions_.all() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    settle(qtbot, lungfield)


def test_clicking_a_control_leaves_the_keys_with_the_viewer(start, qtbot, scans):
    lungfield = start(*scans[:2])
    settle(qtbot, lungfield)
    lungfield.window.activateWindow()
    lungfield.window.viewer.canvas.setFocus()
    for control in lungfield.window.side.findChildren(QAbstractButton):
        if control.isVisible() and control.isEnabled() and "Show" in control.text():
            qtbot.mouseClick(control, Qt.MouseButton.LeftButton)
    assert not lungfield.heat.shown
    assert lungfield.window.viewer.canvas.hasFocus()


def test_dragging_changes_the_window_and_level_but_not_the_reading(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    canvas, before = lungfield.window.viewer.canvas, lungfield.session.current.reading
    width, level = lungfield.display.width, lungfield.display.level
    middle = canvas.rect().center()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(canvas, middle + QPoint(-80, 0))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(-80, 0))
    assert lungfield.display.width < width
    assert lungfield.display.level == pytest.approx(level)
    assert lungfield.session.current.reading is before
    assert lungfield.window.reading_panel.state.as_displayed == ""


def test_reading_as_displayed_is_asked_for_said_and_undone(start, qtbot, scans, reader):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    assert not lungfield.window.actions_["read-as-displayed"].isEnabled()
    stored = lungfield.session.current.reading
    press(qtbot, lungfield, Qt.Key.Key_I)
    press(qtbot, lungfield, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: lungfield.session.current.displayed is not None, timeout=PATIENCE_MS)
    state = lungfield.window.reading_panel.state
    assert "inverted" in state.as_displayed
    scan = decode_file(scans[0])
    inverted = type(scan)(1 - scan.pixels)
    assert state.reading.probability == pytest.approx(reader.read(inverted).probability, abs=1e-3)
    lungfield.window.actions_["read-as-stored"].trigger()
    assert lungfield.session.current.reading is stored
    assert lungfield.window.reading_panel.state.as_displayed == ""


def test_the_wheel_zooms(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    canvas, before = lungfield.window.viewer.canvas, lungfield.view.scale
    at = QPointF(canvas.rect().center())
    event = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)
    assert lungfield.view.scale > before


def test_a_scan_is_found_as_it_was_left(start, qtbot, scans):
    lungfield = start(*scans[:2])
    settle(qtbot, lungfield)
    press(qtbot, lungfield, Qt.Key.Key_4)
    press(qtbot, lungfield, Qt.Key.Key_X)
    press(qtbot, lungfield, Qt.Key.Key_BracketRight)
    left = lungfield.display.display, lungfield.view.orientation
    press(qtbot, lungfield, Qt.Key.Key_Space)
    settle(qtbot, lungfield)
    assert not lungfield.display.is_changed
    assert lungfield.view.orientation.is_upright
    press(qtbot, lungfield, Qt.Key.Key_Left)
    settle(qtbot, lungfield)
    assert (lungfield.display.display, lungfield.view.orientation) == left


def test_a_scan_is_taken_off_the_list_and_its_file_stays(start, qtbot, scans):
    lungfield = start(*scans)
    settle(qtbot, lungfield)
    press(qtbot, lungfield, Qt.Key.Key_Delete)
    settle(qtbot, lungfield)
    assert names(lungfield) == [file.name for file in scans[1:]]
    assert lungfield.session.current.name == scans[1].name
    assert scans[0].exists()


# Pictures


def test_the_picture_is_saved_with_and_without_the_evidence(start, qtbot, scans, tmp_path, accepting):
    lungfield = start(scans[1], model=accepting)
    lungfield.heat.set_opacity(1)
    lungfield.heat.set_cut_off(0)
    settle(qtbot, lungfield)
    pictures = []
    for shown in (True, False):
        lungfield.heat.set_shown(shown)
        target = tmp_path / f"picture-{shown}.png"
        QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
        lungfield.window.actions_["save"].trigger()
        dialog = lungfield.window.findChild(QFileDialog, "save-picture")
        dialog.selectFile(str(target))
        dialog.accept()
        qtbot.waitUntil(target.exists, timeout=PATIENCE_MS)
        pictures.append(cv2.imread(str(target)))
        qtbot.wait(20)  # the dialog is deleted
    height, width = radiograph(0).shape
    with_evidence, plain = (picture[:height, :width].astype(int) for picture in pictures)
    assert np.array_equal(plain[..., 0], radiograph(1, opacity=True))
    assert np.ptp(plain, axis=2).max() == 0
    assert np.ptp(with_evidence, axis=2).max() > 10
    assert min(picture.shape[0] for picture in pictures) > height  # the words below


def test_the_picture_is_saved_that_was_on_the_screen_when_the_dialog_came(begin, qtbot, scans, tmp_path):
    """The file has the name of that scan: what another search brings meanwhile may be of another patient."""
    lungfield = begin(scans[0], heatmap_shown=False)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    lungfield.window.actions_["save"].trigger()
    dialog = lungfield.window.findChild(QFileDialog, "save-picture")
    assert [Path(name).name for name in dialog.selectedFiles()] == ["scan-0-lungfield.png"]
    lungfield.session.open(scans[1:])
    settle(qtbot, lungfield)
    assert lungfield.session.current.name == "scan-1.png"
    target = tmp_path / "scan-0-lungfield.png"
    dialog.selectFile(str(target))
    dialog.accept()
    qtbot.waitUntil(target.exists, timeout=PATIENCE_MS)
    height, width = radiograph(0).shape
    assert np.array_equal(cv2.imread(str(target))[:height, :width, 0], radiograph(0))
    settle(qtbot, lungfield)


def test_the_key_that_copies_is_for_the_words_that_are_selected(begin, qtbot, scans):
    lungfield = begin(scans[0])
    window, clipboard = lungfield.window, QGuiApplication.clipboard()
    words = window.reading_panel._sentence
    words.setFocus()
    words.setSelection(0, 9)
    clipboard.clear()
    qtbot.keyClick(words, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == words.text()[:9]
    window.actions_["copy"].trigger()  # by its name in the menu, it is the picture that is copied
    qtbot.waitUntil(lambda: not clipboard.image().isNull(), timeout=PATIENCE_MS)
    words.setSelection(0, 0)
    clipboard.clear()
    qtbot.keyClick(words, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not clipboard.image().isNull(), timeout=PATIENCE_MS)
    clipboard.clear()


def test_the_picture_is_copied(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    QGuiApplication.clipboard().clear()
    press(qtbot, lungfield, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=PATIENCE_MS)
    assert QGuiApplication.clipboard().image().width() >= radiograph(0).shape[1]
    assert "clipboard" in lungfield.window.status.text
    assert lungfield.window.findChild(QWidget, "disclaimer").isVisible()


# The rest


def test_the_notice_must_be_accepted_once(start, qtbot, scans):
    lungfield = start(scans[0], understood=False)
    qtbot.waitUntil(lambda: lungfield.window.findChild(NoticeDialog) is not None)
    notice = lungfield.window.findChild(NoticeDialog)
    assert names(lungfield) == []
    assert not notice.start.isEnabled()
    qtbot.mouseClick(
        notice.understood, Qt.MouseButton.LeftButton, pos=QPoint(8, notice.understood.height() // 2)
    )
    qtbot.mouseClick(notice.start, Qt.MouseButton.LeftButton)
    settle(qtbot, lungfield)
    assert names(lungfield) == [scans[0].name]
    again = start()
    settle(qtbot, again)
    assert again.window.findChild(NoticeDialog) is None


def test_quitting_the_notice_closes_the_window_and_is_not_accepting(start, qtbot):
    lungfield = start(understood=False)
    qtbot.waitUntil(lambda: lungfield.window.findChild(NoticeDialog) is not None)
    qtbot.mouseClick(lungfield.window.findChild(NoticeDialog).quit, Qt.MouseButton.LeftButton)
    assert not lungfield.window.isVisible()
    assert lungfield.preferences.now.notice_accepted == 0


def test_the_window_is_found_as_it_was_left(start, qtbot):
    first = start()
    settle(qtbot, first)
    first.window.resize(1111, 666)
    first.window.actions_["show-worklist"].trigger()
    first.heat.set_opacity(0.31)
    first.window.close()
    second = start()
    settle(qtbot, second)
    assert not second.window.worklist.isVisible()
    assert second.heat.opacity == pytest.approx(0.31)
    second.window.close()
    first.end()


def test_every_control_has_a_name_for_those_who_cannot_see_it(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QTreeView)
    inner = "qt_"  # parts that Qt makes for itself
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for kind in kinds
        for widget in lungfield.window.findChildren(kind)
        if widget.isVisible()
        and not widget.objectName().startswith(inner)
        and type(widget.parent()).__name__ not in ("QWidget",)
        and not (widget.accessibleName() or getattr(widget, "text", str)())
        and type(widget).__name__ not in ("QScrollBar", "QToolBarExtension")
    ]
    assert nameless == []


def test_tab_reaches_every_control_of_the_side_panel(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    lungfield.window.activateWindow()
    lungfield.window.viewer.canvas.setFocus()
    reached = set()
    for _ in range(120):
        qtbot.keyClick(QApplication.focusWidget() or lungfield.window, Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    wanted = {
        widget
        for kind in (QAbstractButton, QAbstractSlider, QAbstractSpinBox)
        for widget in lungfield.window.side.widget().findChildren(kind)
        if widget.isVisible() and widget.isEnabled() and not widget.objectName().startswith("qt_")
    }
    # Of exclusive buttons Tab reaches the checked one, and the arrows the others
    groups = {button.group() for button in wanted if isinstance(button, QAbstractButton) and button.group()}
    in_groups = {button for group in groups for button in group.buttons()}
    assert wanted - in_groups - reached == set()
    assert in_groups & reached


def test_a_bug_of_ours_is_shown_as_ours_and_nothing_stops(start, qtbot, scans):
    lungfield = start(scans[0])
    settle(qtbot, lungfield)
    lungfield.funnel.tell(ZeroDivisionError("secret"))
    assert "inside Lungfield" in lungfield.window.banner.text
    assert "secret" not in lungfield.window.banner.text
    press(qtbot, lungfield, Qt.Key.Key_I)
    assert lungfield.display.display.inverted


@pytest.mark.parametrize("action", ["settings", "shortcuts", "model-card", "about"])
def test_dialogs_open_over_the_window_and_close_with_esc(start, qtbot, action):
    lungfield = start()
    settle(qtbot, lungfield)
    lungfield.window.actions_[action].trigger()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    assert dialog.parent() is lungfield.window
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert QApplication.activeModalWidget() is None


def test_side_by_side_shows_the_scan_plain_and_with_its_evidence(start, qtbot, scans, accepting):
    lungfield = start(scans[1], model=accepting)
    lungfield.heat.set_opacity(1)
    lungfield.heat.set_cut_off(0)
    settle(qtbot, lungfield)
    press(qtbot, lungfield, Qt.Key.Key_S)
    viewer = lungfield.window.viewer
    assert viewer.canvas.isVisible()
    assert viewer.evidence_canvas.isVisible()
    plain, evidence = (
        np.ptp(pixels(canvas).astype(int), axis=2).max() for canvas in (viewer.canvas, viewer.evidence_canvas)
    )
    assert plain < 8
    assert evidence > 10


def test_of_a_rejected_scan_no_evidence_is_drawn(start, qtbot, scans):
    lungfield = start(scans[1])
    lungfield.heat.set_opacity(1)
    lungfield.heat.set_cut_off(0)
    settle(qtbot, lungfield)
    assert lungfield.session.current.status == "rejected"
    assert np.abs(lungfield.session.reading.heatmap).max() > 0
    assert np.ptp(pixels(lungfield.window.viewer.canvas).astype(int), axis=2).max() < 8


def test_a_reading_whose_map_is_gone_is_shown_without_it(begin, qtbot, scans):
    """Such as where another window cleared the history."""
    lungfield = begin(*scans[:2])
    told = []
    lungfield.funnel.told.connect(told.append)
    assert lungfield.window.commands.shown().heatmap is not None
    store = lungfield.storing.store
    store.flush()
    with open_store(store.path) as other:
        other.clear_history(False)
    lungfield.session.step(1)
    settle(qtbot, lungfield)
    assert lungfield.window.reading_panel.state.status == "read"
    assert not lungfield.session.reading.has_map
    assert np.ptp(pixels(lungfield.window.viewer.canvas).astype(int), axis=2).max() < 8
    shown = lungfield.window.commands.shown()
    assert shown.heatmap is None
    assert shown.captions
    assert told == []


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    inside = data[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)
    middle = slice(image.height() // 4, -image.height() // 4)
    # A copy: the image, whose memory this is, ends here
    return inside[middle, image.width() // 4 : -image.width() // 4].copy()


def test_a_healthy_chest_looks_cool_and_a_sick_one_does_not(start, qtbot, data_root):
    """On real scans: how much of the picture is drawn in the colour of evidence for pneumonia."""
    lungfield = start()
    warm = {}
    for label in ("NORMAL", "PNEUMONIA"):
        shares = []
        for file in sorted((data_root / "native" / label).iterdir())[:4]:
            lungfield.session.open([file])
            settle(qtbot, lungfield)
            seen = pixels(lungfield.window.viewer.canvas).astype(int)
            shares.append(float((seen[..., 0] - seen[..., 2] > 25).mean()))
        warm[label] = np.median(shares)
    assert warm["NORMAL"] < 0.01
    assert warm["PNEUMONIA"] > 0.1


def test_a_long_name_is_elided_and_the_window_keeps_its_size(start, qtbot, scans, tmp_path):
    long = tmp_path / ("a very long file name of a radiograph " * 5 + ".png")
    shutil.copy(scans[0], long)
    lungfield = start(long)
    settle(qtbot, lungfield)
    assert lungfield.window.width() == 1280
    assert Path(lungfield.session.current.found.path) == long
