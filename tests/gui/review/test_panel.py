"""The review panel: it says what the person wants, and no note is lost or given to another scan."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from core.review import Agreement, Review
from gui.review.panel import ReviewPanel
from gui.review.state import ReviewState

LEFT = Qt.MouseButton.LeftButton
COUNTS = Agreement(5, 0, 6, 1)
UNREVIEWED = ReviewState("a", True, "PNEUMONIA", None, COUNTS, has_next=True)
AGREED = ReviewState("a", True, "PNEUMONIA", Review("PNEUMONIA"), COUNTS)
CORRECTED = ReviewState("a", True, "PNEUMONIA", Review("NORMAL", "old scar"), COUNTS)
UNREAD = ReviewState("a", True, "", Review("PNEUMONIA"), COUNTS, 2)
LONG = ReviewState("b", True, "NORMAL", Review("", "an old scar, unchanged " * 30), COUNTS, 1, True)
EVERY_STATE = [ReviewState(), UNREVIEWED, AGREED, CORRECTED, UNREAD, LONG]


@pytest.fixture
def place(qtbot):
    """A window that keeps its size, with another field to go to."""
    place = QWidget()
    column = QVBoxLayout(place)
    column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    place.panel = ReviewPanel()
    place.elsewhere = QLineEdit()
    column.addWidget(place.panel)
    column.addWidget(place.elsewhere)
    column.addStretch()
    place.resize(300, 600)
    qtbot.addWidget(place)
    place.show()
    with qtbot.waitActive(place):
        place.activateWindow()
    return place


@pytest.fixture
def panel(place):
    return place.panel


def lay_out():
    QApplication.processEvents()


def button(panel, text):
    (found,) = (each for each in panel.findChildren(QPushButton) if each.text() == text)
    return found


def words_on(panel):
    return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def checked(panel):
    return [each.text() for each in panel.findChildren(QPushButton) if each.isChecked()]


class Heard:
    """All that the panel says, in order."""

    def __init__(self, panel):
        self.events = []
        panel.agreed.connect(lambda: self.events.append("agreed"))
        panel.corrected.connect(lambda label: self.events.append(label))
        panel.cleared.connect(lambda: self.events.append("cleared"))
        panel.next_unreviewed.connect(lambda: self.events.append("next"))
        panel.note_changed.connect(lambda key, note: self.events.append((key, note)))
        panel.note_finished.connect(lambda: self.events.append("finished"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Agree", "agreed"),
        ("NORMAL", "NORMAL"),
        ("PNEUMONIA", "PNEUMONIA"),
        ("Take back", "cleared"),
        ("Next unreviewed", "next"),
    ],
)
@pytest.mark.parametrize("way", ["mouse", "key"])
def test_a_button_says_what_the_person_wants(panel, qtbot, text, said, way):
    panel.show_state(ReviewState("a", True, "PNEUMONIA", Review("NORMAL"), has_next=True))
    heard = Heard(panel)
    if way == "mouse":
        qtbot.mouseClick(button(panel, text), LEFT)
    else:
        qtbot.keyClick(button(panel, text), Qt.Key.Key_Space)
    assert heard.events == [said]


@pytest.mark.parametrize(
    ("state", "words", "pressed"),
    [
        (UNREVIEWED, "Not reviewed yet.", []),
        (AGREED, "You agree: PNEUMONIA", ["Agree"]),
        (CORRECTED, "You corrected this to NORMAL", ["NORMAL"]),
        (UNREAD, "You call this PNEUMONIA", ["PNEUMONIA"]),
        (LONG, "A note, and no label yet.", []),
        (ReviewState(), "There is no scan to review.", []),
    ],
)
def test_what_was_said_is_shown(panel, state, words, pressed):
    panel.show_state(state)
    assert words in words_on(panel)
    assert checked(panel) == pressed
    assert button(panel, "Take back").isVisible() == (state.review is not None)
    assert panel.note.toPlainText() == state.note


@pytest.mark.parametrize("text", ["Agree", "NORMAL", "PNEUMONIA"])
def test_a_click_alone_changes_nothing(panel, qtbot, text):
    panel.show_state(CORRECTED)
    qtbot.mouseClick(button(panel, text), LEFT)
    assert checked(panel) == ["NORMAL"]
    assert panel.state is CORRECTED


def test_what_cannot_be_done_cannot_be_pressed(panel):
    panel.show_state(ReviewState())
    for text in ("Agree", "NORMAL", "PNEUMONIA", "Next unreviewed"):
        assert not button(panel, text).isEnabled()
    assert not panel.note.isEnabled()
    panel.show_state(UNREAD)
    assert not button(panel, "Agree").isEnabled()
    assert button(panel, "NORMAL").isEnabled()
    panel.show_state(UNREVIEWED)
    assert button(panel, "Agree").isEnabled()
    assert button(panel, "Next unreviewed").isEnabled()


def test_the_counts_are_shown(panel):
    panel.show_state(UNREVIEWED)
    said = words_on(panel).replace("\N{NO-BREAK SPACE}", " ")
    assert "12 reviewed · 11 agree · sensitivity 5/6 · specificity 6/6" in said


# The note


def test_a_note_is_told_of_after_a_pause(panel, qtbot):
    panel.show_state(UNREVIEWED)
    with qtbot.waitSignal(panel.note_changed) as told:
        qtbot.keyClicks(panel.note, "old scar")
    assert told.args == ["a", "old scar"]


def test_leaving_the_field_tells_of_the_note_at_once(place, panel, qtbot):
    panel.show_state(UNREVIEWED)
    heard = Heard(panel)
    panel.edit_note()
    qtbot.keyClicks(panel.note, "scar")
    assert heard.events == []
    place.elsewhere.setFocus()
    assert heard.events == [("a", "scar")]


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
    ],
)
def test_control_and_enter_or_escape_keep_the_note_and_hand_the_keys_back(panel, qtbot, key, modifiers):
    panel.show_state(UNREVIEWED)
    heard = Heard(panel)
    panel.edit_note()
    qtbot.keyClicks(panel.note, "scar")
    qtbot.keyClick(panel.note, key, modifiers)
    assert heard.events == [("a", "scar"), "finished"]
    assert panel.note.toPlainText() == "scar"


def test_enter_begins_a_new_line_and_gives_no_command(panel, qtbot):
    panel.show_state(UNREVIEWED)
    heard = Heard(panel)
    qtbot.keyClicks(panel.note, "one")
    qtbot.keyClick(panel.note, Qt.Key.Key_Return)
    qtbot.keyClicks(panel.note, "two")
    panel.tell_note()
    assert heard.events == [("a", "one\ntwo")]


@pytest.mark.parametrize("text", ["Agree", "NORMAL", "PNEUMONIA", "Take back", "Next unreviewed"])
def test_a_note_comes_before_what_else_is_wanted(panel, qtbot, text):
    panel.show_state(ReviewState("a", True, "PNEUMONIA", Review("NORMAL"), has_next=True))
    heard = Heard(panel)
    qtbot.keyClicks(panel.note, "scar")
    qtbot.mouseClick(button(panel, text), LEFT)
    assert heard.events[0] == ("a", "scar")
    assert len(heard.events) == 2


def test_a_note_belongs_to_the_scan_it_was_typed_for(panel, qtbot):
    panel.show_state(UNREVIEWED)
    heard = Heard(panel)
    qtbot.keyClicks(panel.note, "scar")
    panel.show_state(LONG)
    assert heard.events == [("a", "scar")]
    assert panel.note.toPlainText() == LONG.note
    panel.tell_note()
    assert heard.events == [("a", "scar")]


def test_showing_something_newer_while_a_note_is_told_of_wins(panel, qtbot):
    newer = ReviewState("b", True, "NORMAL", None, Agreement(1, 1, 1, 1))
    panel.show_state(UNREVIEWED)
    panel.note_changed.connect(lambda *_: panel.show_state(newer))
    qtbot.keyClicks(panel.note, "scar")
    panel.show_state(ReviewState("b", True, "NORMAL", None, COUNTS))
    assert panel.state is newer
    assert panel.note.toPlainText() == ""


def test_readings_that_arrive_leave_alone_what_is_being_typed(panel, qtbot):
    panel.show_state(UNREVIEWED)
    qtbot.keyClicks(panel.note, "sc")
    panel.show_state(ReviewState("a", True, "NORMAL", None, Agreement(1, 1, 1, 1)))
    qtbot.keyClicks(panel.note, "ar")
    assert panel.note.toPlainText() == "scar"


def test_a_note_that_is_kept_without_its_blanks_does_not_move_the_cursor(panel, qtbot):
    panel.show_state(UNREVIEWED)
    qtbot.keyClicks(panel.note, "old ")
    panel.tell_note()
    panel.show_state(ReviewState("a", True, "PNEUMONIA", Review("", "old")))
    qtbot.keyClicks(panel.note, "scar")
    assert panel.note.toPlainText() == "old scar"


def test_undoing_a_note_shows_the_former_one(panel, qtbot):
    panel.show_state(CORRECTED)
    heard = Heard(panel)
    panel.show_state(AGREED)
    assert panel.note.toPlainText() == ""
    panel.show_state(CORRECTED)
    assert panel.note.toPlainText() == "old scar"
    panel.tell_note()
    assert heard.events == []


@pytest.mark.parametrize("note", ["a\N{NO-BREAK SPACE}b", "a\r\nb", "a\N{PARAGRAPH SEPARATOR}b", "<b>x</b>"])
def test_showing_a_note_is_no_change_of_it(panel, note):
    heard = Heard(panel)
    panel.show_state(ReviewState("a", True, "", Review("", note)))
    panel.show_state(UNREVIEWED)
    assert heard.events == []


def test_keys_that_mean_something_elsewhere_are_typed_into_a_note(place, panel, qtbot):
    pressed = []
    for key in ("N", "G", "U", "Esc", "Return", "Space", "Del", "Backspace"):
        action = QAction(place)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda *_, key=key: pressed.append(key))
        place.addAction(action)
    panel.show_state(UNREVIEWED)
    panel.edit_note()
    for key in (Qt.Key.Key_N, Qt.Key.Key_Space, Qt.Key.Key_G, Qt.Key.Key_Delete, Qt.Key.Key_X):
        qtbot.keyClick(place.windowHandle(), key)
    for key in (Qt.Key.Key_Backspace, Qt.Key.Key_U, Qt.Key.Key_Return, Qt.Key.Key_Escape):
        qtbot.keyClick(place.windowHandle(), key)
    assert pressed == []
    assert panel.note.toPlainText() == "n gu\n"


def test_a_note_grows_with_its_lines_and_not_without_end(panel):
    heights = []
    for lines in range(1, 8):
        panel.show_state(ReviewState("a", True, "", Review("", "\n".join("x" * lines))))
        lay_out()
        heights.append(panel.note.height())
    assert heights[0] < heights[1] < heights[2] < heights[3] == heights[4] == heights[6]
    assert heights[3] < 5 * panel.note.fontMetrics().lineSpacing() + 20


def test_a_few_lines_are_seen_whole(panel):
    panel.show_state(ReviewState("a", True, "", Review("", "one\ntwo\nthree")))
    lay_out()
    assert panel.note.verticalScrollBar().maximum() == 0
    assert not panel.note.verticalScrollBar().isVisible()


# Room, keys and words for all


@pytest.mark.parametrize("scale", [1.0, 1.3])
@pytest.mark.parametrize("width", [276, 300, 340])
@pytest.mark.parametrize("state", EVERY_STATE, ids=range(len(EVERY_STATE)))
@pytest.mark.usefixtures("dark")
def test_nothing_is_cut_and_nothing_lies_on_anything(place, panel, state, width, scale):
    font = QGuiApplication.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    place.setFont(font)
    place.resize(width + 18, 700)
    panel.show_state(state)
    lay_out()
    assert panel.minimumSizeHint().width() <= width
    shown = [each for each in panel.children() if isinstance(each, QWidget) and each.isVisible()]
    for label in (each for each in shown if isinstance(each, QLabel)):
        flags = Qt.TextFlag.TextWordWrap if label.wordWrap() else 0
        inside = label.contentsRect()
        needed = label.fontMetrics().boundingRect(0, 0, inside.width(), 9999, flags, label.text())
        assert needed.width() <= inside.width() + 1, label.text()
        assert needed.height() <= inside.height() + 1, label.text()
    for each in (each for each in shown if isinstance(each, QPushButton)):
        assert each.width() >= each.sizeHint().width(), each.text()
        assert panel.rect().contains(each.geometry()), each.text()
    for one, other in itertools.combinations(shown, 2):
        assert not one.geometry().intersects(other.geometry())


@pytest.mark.usefixtures("dark")
def test_the_button_that_agrees_goes_above_where_it_is_narrow(place, panel):
    panel.show_state(UNREVIEWED)
    agree, normal = button(panel, "Agree"), button(panel, "NORMAL")
    assert agree.pos().y() == normal.pos().y()
    place.resize(panel.minimumSizeHint().width() + 30, 600)
    lay_out()
    assert agree.pos().y() < normal.pos().y()
    assert agree.mapTo(panel, QPoint()).x() == normal.mapTo(panel, QPoint()).x()


@pytest.mark.usefixtures("dark")
def test_what_is_below_stays_where_it_is_when_something_is_said(place, panel):
    tops = set()
    for state in (UNREVIEWED, AGREED, ReviewState("a", True, "PNEUMONIA", Review("NORMAL"), COUNTS)):
        panel.show_state(state)
        lay_out()
        tops.add(place.elsewhere.y())
    assert len(tops) == 1


def test_the_keys_are_told(panel):
    panel.show_state(UNREVIEWED)
    tips = [each.toolTip() for each in panel.findChildren(QPushButton)]
    for words in (
        "PNEUMONIA (G; Enter goes on to the next, too)",
        "NORMAL (N)",
        "PNEUMONIA (P)",
        "(U)",
        "(Backspace)",
    ):
        assert any(tip.endswith(words) for tip in tips), words
    assert "(M)" in panel.note.toolTip()


def test_everything_has_a_name_and_can_be_reached_by_key(panel):
    panel.show_state(UNREVIEWED)
    assert button(panel, "Agree").accessibleName() == "Agree with the model: PNEUMONIA"
    assert panel.note.accessibleName()
    for each in panel.findChildren(QPushButton):
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus
    counts = next(
        label for label in panel.findChildren(QLabel) if "reviewed" in label.text() and "·" in label.text()
    )
    assert "Sensitivity" in counts.accessibleDescription()


def test_the_keys_given_to_the_note_stand_at_its_end(panel, qtbot):
    panel.show_state(CORRECTED)
    panel.edit_note()
    assert panel.note.hasFocus()
    qtbot.keyClicks(panel.note, "!")
    assert panel.note.toPlainText() == "old scar!"
    panel.show_state(ReviewState())
    panel.edit_note()
    assert not panel.note.hasFocus()
