"""Choosing scans with the mouse and with keys, and keeping what is chosen while rows move."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QHoverEvent
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication

from core.review import Review
from gui.worklist.filter import Filter
from gui.worklist.order import COLUMNS
from tests.gui.worklist.scans import read

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_a_click_chooses(room):
    entries = room.add(3)
    room.click(entries[1])
    assert room.wanted == [entries[1]]
    assert room.marked == [entries[1]]


def test_a_click_on_what_is_chosen_already_chooses_nothing(room):
    entries = room.add(3)
    for _ in range(2):
        room.click(entries[1])
    assert room.wanted == [entries[1]]


def test_a_click_below_the_last_row_chooses_nothing(room, qtbot):
    room.add(1)
    qtbot.mouseClick(room.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 250))
    assert room.wanted == []


def test_another_column_of_the_same_scan_is_the_same_scan(room, qtbot):
    entries = room.add(2)
    room.panel.resize(900, 500)
    room.click(entries[0])
    cell = room.view.visualRect(room.model.index(0, COLUMNS.index("probability")))
    qtbot.mouseClick(room.view.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    assert room.wanted == [entries[0]]
    assert room.marked == [entries[0]]


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        ([Key.Key_Down], 1),
        ([Key.Key_Down, Key.Key_Down], 2),
        ([Key.Key_Down, Key.Key_Up], 0),
        ([Key.Key_End], 3),
        ([Key.Key_End, Key.Key_Home], 0),
    ],
)
def test_keys_choose(room, keys, row):
    entries = room.add(4)
    room.click(entries[0])
    for key in keys:
        room.press(key)
    assert room.wanted[-1] is entries[row]
    assert len(room.wanted) == 1 + len(keys)


def test_letters_are_not_searched_for(room):
    entries = room.add(4)
    room.click(entries[0])
    room.press(Key.Key_3)
    assert room.wanted == [entries[0]]


def test_the_list_can_be_reached_and_left_by_tab(room, qtbot):
    room.add(3)
    assert room.view.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert room.view.accessibleName()
    with qtbot.waitActive(room.panel):
        room.panel.activateWindow()
    room.view.setFocus()
    room.press(Key.Key_Tab)
    assert not room.view.hasFocus()


# Several


def test_several_are_selected_with_the_mouse(room):
    entries = room.add(6)
    room.click(entries[1])
    room.click(entries[3], SHIFT)
    assert room.marked == entries[1:4]
    room.click(entries[5], CTRL)
    assert room.marked == [*entries[1:4], entries[5]]
    room.click(entries[2], CTRL)
    assert room.marked == [entries[1], entries[3], entries[5]]


def test_several_are_selected_with_keys(room):
    entries = room.add(6)
    room.click(entries[1])
    room.press(Key.Key_Down, SHIFT)
    room.press(Key.Key_Down, SHIFT)
    assert room.marked == entries[1:4]
    room.press(Key.Key_A, CTRL)
    assert room.marked == entries
    assert room.view.selected_count == 6


def test_a_new_selection_is_told(room):
    entries = room.add(3)
    told = QSignalSpy(room.panel.selection_changed)
    room.click(entries[0])
    room.click(entries[2], SHIFT)
    assert told.count() == 2


def test_the_scan_on_the_screen_changes_nothing_of_several_selected_rows(room):
    entries = room.add(6)
    room.click(entries[0])
    room.click(entries[2], SHIFT)
    room.panel.show_current(entries[1])
    assert room.marked == entries[:3]
    room.panel.show_current(entries[5])
    assert room.marked == entries[:3]
    assert room.view.marked is entries[5]
    room.panel.show_current(None)
    assert room.marked == entries[:3]


# The scan on the screen


def test_the_scan_on_the_screen_is_marked_and_in_sight(room):
    entries = room.add(60)
    room.panel.show_current(entries[50])
    assert room.marked == [entries[50]]
    assert room.is_in_sight(entries[50])
    assert room.wanted == []


def test_nothing_is_marked_where_no_scan_is_on_the_screen(room):
    entries = room.add(3)
    room.panel.show_current(entries[1])
    room.panel.show_current(None)
    assert room.marked == []
    assert room.view.marked is None


def test_the_same_scan_is_marked_again(room):
    entries = room.add(3)
    for entry in (entries[1], None, entries[1]):
        room.panel.show_current(entry)
    assert room.marked == [entries[1]]


def test_marking_what_is_marked_tells_nothing(room):
    entries = room.add(3)
    room.click(entries[1])
    room.panel.show_current(entries[1])
    assert room.wanted == [entries[1]]


def test_a_scan_that_is_not_shown_can_be_on_the_screen(room):
    entries = room.add(3)
    room.click(entries[0])
    room.model.set_filter(Filter("2"))
    room.panel.show_current(entries[1])
    assert room.marked == []
    room.panel.clear_filter()
    assert room.view.marked is entries[1]
    assert room.marked == [entries[1]], "and is marked when it comes back"


# Opening


def test_a_double_click_opens(room, qtbot):
    entries = room.add(3)
    room.click(entries[1])
    qtbot.mouseDClick(room.view.viewport(), Qt.MouseButton.LeftButton, pos=room.place(entries[1]))
    assert room.opened == [entries[1]]


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_enter_opens(room, key):
    entries = room.add(3)
    room.press(key)
    assert room.opened == []
    room.click(entries[1])
    room.press(key)
    assert room.opened == [entries[1]]


# Rows come, go and move


def test_what_is_chosen_stays_so_when_it_is_sorted(room):
    entries = room.add(6)
    room.click(entries[1])
    room.click(entries[2], CTRL)
    room.model.sort_by("scan", descending=True)
    assert room.order == "5 4 3 2 1 0"
    assert room.marked == [entries[2], entries[1]]
    assert room.view.currentIndex().row() == 3
    assert room.wanted == [entries[1], entries[2]], "nobody chose anything"


def test_a_large_selection_stays_so_when_it_is_sorted(room):
    entries = room.add(900)
    room.click(entries[0])
    room.press(Key.Key_A, CTRL)
    room.click(entries[3], CTRL)
    room.model.sort_by("scan", descending=True)
    assert room.marked == [each for each in reversed(entries) if each is not entries[3]]


def test_what_is_chosen_and_still_shown_stays_so_when_it_is_filtered(room):
    entries = room.add(300)
    for entry in entries[:250]:
        read(entry, 0.9)
    room.click(entries[0])
    room.press(Key.Key_A, CTRL)
    told = QSignalSpy(room.panel.selection_changed)
    room.model.set_filter(Filter(label="PNEUMONIA"))
    assert room.marked == entries[:250]
    assert told.count() == 1
    room.panel.clear_filter()
    assert room.marked == entries[:250]
    assert room.wanted == [entries[0]]


@pytest.mark.parametrize("number", [5, 500])
def test_where_the_chosen_scan_goes_no_other_is_chosen(room, number):
    """The session says which one comes next."""
    entries = room.add(number)
    room.click(entries[1])
    room.model.remove(entries[1 : number - 1])
    assert room.wanted == [entries[1]]
    assert room.marked == []


def test_a_scan_that_moves_away_leaves_the_others_where_they_are(room, qtbot):
    entries = room.add(5)
    room.model.set_filter(Filter(review="unreviewed"))
    room.click(entries[1])
    room.panel.show_current(entries[1])
    entries[1].review = Review("NORMAL")
    room.model.tell(entries[1])
    room.click(entries[2])
    room.panel.show_current(entries[2])
    qtbot.waitUntil(lambda: room.order == "0 2 3 4")
    assert room.marked == [entries[2]]
    assert room.wanted == [entries[1], entries[2]]


def test_the_scan_on_the_screen_stays_where_it_is_when_others_come_above_it(room, qtbot):
    entries = room.add(100)
    room.model.sort_by("probability", descending=True)
    room.panel.show_current(entries[50])
    before = room.place(entries[50]).y()
    for entry in entries[60:80]:
        room.model.tell(read(entry, 0.9))
    room.model.arrange_changed()
    assert room.model.row_of(entries[50]) == 70
    assert room.place(entries[50]).y() == before


def test_who_looks_at_the_first_rows_sees_what_comes_there(room):
    entries = room.add(100)
    room.model.sort_by("probability", descending=True)
    room.panel.show_current(entries[0])
    for entry in entries[60:80]:
        room.model.tell(read(entry, 0.9))
    room.model.arrange_changed()
    assert room.view.verticalScrollBar().value() == 0
    assert room.is_in_sight(entries[60])


# For those who cannot see it


def test_screen_readers_hear_the_name_and_what_is_known_of_a_scan(room):
    entries = room.add(3)
    read(entries[1], 0.93)
    table = QAccessible.queryAccessibleInterface(room.view)
    assert table.role() == QAccessible.Role.Table
    cells = [table.child(at) for at in range(table.childCount())]
    [cell] = [each for each in cells if each and each.text(QAccessible.Text.Name) == "1.png"]
    assert cell.text(QAccessible.Text.Description) == "PNEUMONIA   93%"


# The row under the mouse


def test_the_row_under_the_mouse_is_known(room):
    entries = room.add(3)
    position = QPointF(room.place(entries[1]))
    QApplication.sendEvent(
        room.view.viewport(), QHoverEvent(QEvent.Type.HoverMove, position, position, QPointF())
    )
    assert room.view.itemDelegate().hovered == 1
    QApplication.sendEvent(room.view.viewport(), QEvent(QEvent.Type.Leave))
    assert room.view.itemDelegate().hovered == -1


def test_rows_in_sight_are_those_that_are_painted(room):
    assert list(room.view.rows_in_sight()) == []
    entries = room.add(100)
    room.panel.show_current(entries[50])
    rows = room.view.rows_in_sight()
    assert 50 in rows
    assert 3 <= len(rows) <= 12
    room.model.remove(entries[2:])
    QApplication.processEvents()
    assert list(room.view.rows_in_sight()) == [0, 1]
