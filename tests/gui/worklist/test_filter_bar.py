"""Saying which scans are shown: by typing and from the menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy

from gui.icons import Icons
from gui.worklist.filter import Filter
from gui.worklist.filter_bar import FilterBar

Key = Qt.Key


class Bar:
    def __init__(self, theme, qtbot) -> None:
        self.bar = FilterBar(Icons(theme))
        self.wanted: list[Filter] = []
        self.bar.wanted.connect(self.wanted.append)
        qtbot.addWidget(self.bar)
        self.bar.show()
        with qtbot.waitActive(self.bar):
            self.bar.activateWindow()
        self.bar.search.setFocus()

    @property
    def texts(self) -> dict[str, QAction]:
        return {each.text(): each for each in self.bar.button.menu().actions() if each.text()}

    @property
    def checked(self) -> list[str]:
        return [text for text, each in self.texts.items() if each.isChecked()]


@pytest.fixture
def room(dark, qtbot) -> Bar:
    return Bar(dark, qtbot)


def test_what_is_typed_is_searched_for_once(room, qtbot):
    qtbot.keyClicks(room.bar.search, "ward 7")
    assert room.wanted == []
    qtbot.waitUntil(lambda: room.wanted == [Filter("ward 7")])


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Down])
def test_who_has_typed_goes_on_to_the_list_at_once(room, qtbot, key):
    left = QSignalSpy(room.bar.left)
    qtbot.keyClicks(room.bar.search, "x")
    qtbot.keyClick(room.bar.search, key)
    assert room.wanted == [Filter("x")]
    assert left.count() == 1


def test_escape_searches_for_nothing_and_stops_no_reading(room, qtbot):
    stop = QAction("Stop", room.bar)
    stop.setShortcut("Esc")
    room.bar.addAction(stop)
    stopped = QSignalSpy(stop.triggered)
    room.bar.search.setText("x")
    left = QSignalSpy(room.bar.left)
    qtbot.keyClick(room.bar.search, Key.Key_Escape)
    assert room.bar.search.text() == ""
    assert room.wanted[-1] == Filter()
    assert left.count() == 1
    assert stopped.count() == 0


def test_choices_are_made_from_the_menu(room):
    for text in ("PNEUMONIA", "Only not sure", "Disagreements", "Read"):
        room.texts[text].trigger()
    assert room.wanted[-1] == Filter("", "PNEUMONIA", "read", "disagreements", unsure_only=True)
    room.texts["NORMAL"].trigger()
    assert room.wanted[-1].label == "NORMAL", "one label at a time"
    room.texts["NORMAL"].trigger()
    assert room.wanted[-1].label == "", "and none again"
    assert room.checked == ["Only not sure", "Read", "Disagreements"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("NORMAL", Filter(label="NORMAL")),
        ("Rejected", Filter(status="rejected")),
        ("Failed", Filter(status="failed")),
        ("Not read yet", Filter(status="unread")),
        ("Reviewed", Filter(review="reviewed")),
        ("Not reviewed", Filter(review="unreviewed")),
    ],
)
def test_each_choice_means_what_it_says(room, text, wanted):
    room.texts[text].trigger()
    assert room.wanted == [wanted]
    assert room.bar.words(wanted) == [text]


def test_typing_keeps_what_was_chosen_and_choosing_what_was_typed(room, qtbot):
    room.texts["NORMAL"].trigger()
    qtbot.keyClicks(room.bar.search, "x")
    qtbot.keyClick(room.bar.search, Key.Key_Return)
    assert room.wanted[-1] == Filter("x", "NORMAL")
    room.texts["Failed"].trigger()
    assert room.wanted[-1] == Filter("x", "NORMAL", "failed")


def test_all_is_shown_again_from_the_menu(room, qtbot):
    assert not room.texts["Show all"].isEnabled()
    room.texts["NORMAL"].trigger()
    qtbot.keyClicks(room.bar.search, "x")
    room.texts["Show all"].trigger()
    assert room.wanted[-1] == Filter()
    assert room.checked == []
    assert room.bar.search.text() == ""


def test_a_filter_is_shown_and_nobody_told(room, qtbot):
    room.bar.show_filter(Filter("a b", "NORMAL", unsure_only=True))
    assert room.checked == ["NORMAL", "Only not sure"]
    assert room.bar.search.text() == "a b"
    assert room.bar.button.isChecked()
    assert room.bar.button.accessibleDescription() == "NORMAL, Only not sure"
    qtbot.wait(300)
    assert room.wanted == []


def test_the_button_shows_that_something_is_chosen(room):
    room.bar.show_filter(Filter("text"))
    assert not room.bar.button.isChecked()
    room.bar.show_filter(Filter(status="failed"))
    assert room.bar.button.isChecked()
    room.bar.show_filter(Filter())
    assert not room.bar.button.isChecked()


def test_what_is_being_typed_is_left_alone(room, qtbot):
    """A blank at the end is the beginning of the next word."""
    room.bar.search.setText("ward ")
    room.bar.show_filter(Filter("ward"))
    assert room.bar.search.text() == "ward "


def test_everything_has_a_name(room):
    assert room.bar.search.accessibleName()
    assert room.bar.button.accessibleName()
    assert not room.bar.button.icon().isNull()
