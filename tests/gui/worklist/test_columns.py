"""Which columns are in sight, and that they stay as the person left them."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gui.worklist.order import COLUMNS
from tests.gui.worklist.room import Room


def widths(room: Room) -> dict[str, int]:
    """Of the columns in sight, from the left."""
    header = room.view.horizontalHeader()
    at = [header.logicalIndex(place) for place in range(header.count())]
    return {COLUMNS[section]: header.sectionSize(section) for section in at if header.sectionSize(section)}


def fill_the_width(room: Room) -> bool:
    return sum(widths(room).values()) == room.view.viewport().width()


def drag_edge(room: Room, column: str, by: int) -> None:
    header = room.view.horizontalHeader()
    header.resizeSection(COLUMNS.index(column), header.sectionSize(COLUMNS.index(column)) + by)


def test_a_narrow_list_is_the_scan_alone(room):
    room.add(1)
    assert list(widths(room)) == ["scan"]
    assert room.panel.columns.visible == {"scan"}
    assert fill_the_width(room)


def test_a_wider_list_shows_more(room):
    room.add(1)
    seen = []
    for width in (180, 260, 340, 420, 600):
        room.panel.resize(width, 500)
        QApplication.processEvents()
        seen.append(len(widths(room)))
        assert fill_the_width(room)
    assert seen == sorted(seen)
    assert list(widths(room)) == ["scan", "probability", "review"]
    room.panel.resize(260, 500)
    QApplication.processEvents()
    assert list(widths(room)) == ["scan"]


def test_a_list_that_has_the_window_shows_all(room):
    room.add(1)
    room.panel.resize(1300, 500)
    room.panel.set_wide(True)
    QApplication.processEvents()
    assert list(widths(room)) == list(COLUMNS)
    assert fill_the_width(room)
    room.panel.set_wide(False)
    assert list(widths(room)) == ["scan", "probability", "review"]


def test_columns_without_room_are_left_out_the_last_first(room):
    room.add(1)
    room.panel.set_wide(True)
    for width in (1300, 1000, 900, 700, 500, 300):
        room.panel.resize(width, 500)
        QApplication.processEvents()
        assert list(widths(room)) == list(COLUMNS[: len(widths(room))])
        assert fill_the_width(room)
    assert list(widths(room)) == ["scan"]


def test_each_width_has_its_own_columns(room):
    room.add(1)
    room.panel.resize(1300, 500)
    columns = room.panel.columns
    columns.choose("status", True)
    columns.choose("review", False)
    columns.set_wide(True)
    columns.choose("folder", False)
    assert columns.visible == set(COLUMNS) - {"folder"}
    columns.set_wide(False)
    assert columns.visible == {"scan", "probability", "status"}


def test_an_edge_can_be_dragged_as_far_as_the_scan_gives_way(room):
    room.add(1)
    room.panel.resize(700, 500)
    before = widths(room)
    drag_edge(room, "probability", 30)
    assert widths(room)["probability"] == before["probability"] + 30
    assert widths(room)["scan"] == before["scan"] - 30
    drag_edge(room, "probability", 2000)
    QApplication.processEvents()
    assert list(widths(room)) == list(before)
    assert widths(room)["scan"] >= 200
    assert fill_the_width(room)


def test_the_scan_stays_the_first_column(room):
    header = room.view.horizontalHeader()
    assert not header.isFirstSectionMovable()
    room.panel.resize(900, 500)
    header.moveSection(header.visualIndex(COLUMNS.index("review")), 1)
    assert list(widths(room)) == ["scan", "review", "probability"]


def arrange(room: Room) -> None:
    """What a person may do to the columns."""
    header = room.view.horizontalHeader()
    room.panel.resize(900, 500)
    room.panel.columns.choose("label", True)
    header.moveSection(header.visualIndex(COLUMNS.index("review")), 1)
    drag_edge(room, "review", 17)
    room.panel.columns.set_wide(True)
    room.panel.columns.choose("folder", False)
    room.panel.columns.set_wide(False)
    room.model.sort_by("probability", descending=True)


def test_all_that_was_arranged_is_kept(room, qtbot):
    arrange(room)
    kept = room.panel.save_state()
    assert isinstance(kept, str)
    room.model.sort_by("")
    second = room.another_panel()
    qtbot.addWidget(second)
    second.resize(900, 500)
    second.show()
    second.restore_state(kept)
    assert second.save_state() == kept
    assert room.model.order.column == "probability"
    header = second.view.horizontalHeader()
    first = room.view.horizontalHeader()
    assert [header.logicalIndex(n) for n in range(7)] == [first.logicalIndex(n) for n in range(7)]
    assert header.sectionSize(COLUMNS.index("review")) == first.sectionSize(COLUMNS.index("review"))


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        b"bytes",
        "no json {",
        "[]",
        "7",
        '{"columns": 3, "order": "scan"}',
        '{"columns": {"narrow": {"order": [1, "label"], "chosen": 4, "widths": {"label": "wide"}}}}',
        '{"columns": {"narrow": {"widths": {"label": -5, "review": true, "size": 100}}}}',
        '{"order": ["size", true]}',
        '{"order": ["scan"]}',
    ],
)
def test_what_makes_no_sense_is_passed_over(room, nonsense):
    before = json.loads(room.panel.save_state())
    room.panel.restore_state(nonsense)
    after = json.loads(room.panel.save_state())
    assert after["order"] == before["order"]
    assert after["columns"]["wide"] == before["columns"]["wide"]
    assert set(after["columns"]["narrow"]["order"]) == set(COLUMNS[1:])
    assert after["columns"]["narrow"]["widths"] == {}


def test_a_column_that_an_older_version_had_not_comes_last(room):
    room.panel.restore_state('{"columns": {"narrow": {"order": ["review", "label", "gone"]}}}')
    kept = json.loads(room.panel.save_state())["columns"]["narrow"]
    assert kept["order"] == ["review", "label", "probability", "confidence", "status", "folder"]


def test_columns_are_chosen_from_a_menu(room):
    room.add(1)
    room.panel.resize(900, 500)
    menu = room.panel.columns.menu()
    texts = {each.text(): each for each in menu.actions()}
    assert [text for text, each in texts.items() if each.isChecked()] == ["Probability", "Review"]
    assert "Scan" not in texts
    texts["Status"].trigger()
    assert room.panel.columns.visible == {"scan", "probability", "status", "review"}
    texts["Columns as at first"].trigger()
    assert room.panel.columns.visible == {"scan", "probability", "review"}
    menu.deleteLater()


def test_the_title_bar_is_as_wide_as_the_rows_and_needs_no_scrolling(room):
    room.add(100)
    for width in (180, 260, 900):
        room.panel.resize(width, 500)
        QApplication.processEvents()
        assert room.view.horizontalScrollBar().maximum() == 0
    assert room.view.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
