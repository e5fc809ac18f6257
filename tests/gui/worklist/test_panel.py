"""The worklist on the screen: counts, order, filter, and what takes the place of an empty table."""

from __future__ import annotations

import cv2
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from core.reading.finding import Found
from gui.worklist.filter import Filter
from gui.worklist.order import Order
from tests.gui.worklist.scans import fail, read
from tests.pictures import radiograph

Key = Qt.Key


# Counts


def test_an_empty_list_says_so(room):
    assert room.counts == "No scans yet"
    assert not room.view.isVisible()
    assert room.shows("listed here")


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1 scan · 1 not read"), (2, "2 scans · 2 not read"), (20, "20 scans · 20 not read")],
)
def test_scans_are_counted(room, number, words):
    room.add(number)
    room.says(words)
    assert room.view.isVisible()


def test_every_verdict_is_counted_and_what_there_is_none_of_is_left_out(room):
    verdicts = ["pneumonia"] * 3 + ["normal"] * 2 + ["unsure", "failed"]
    for entry, verdict in zip(room.add(9), verdicts, strict=False):
        room.read(entry, verdict)
    room.panel.show_counts()
    room.says("9 scans · 3 pneumonia · 1 not sure · 2 normal · 1 failed · 2 not read")


def test_rejected_scans_are_counted_apart(room):
    for entry in room.add(2):
        room.read(entry, "rejected")
    room.says("2 scans · 2 rejected")


def test_the_band_moves_the_counts(room):
    for entry, verdict in zip(room.add(2), ["unsure", "normal"], strict=True):
        room.read(entry, verdict)
    room.says("2 scans · 1 not sure · 1 normal")
    room.model.band = 0.0
    room.panel.show_counts()
    room.says("2 scans · 1 pneumonia · 1 normal")


def test_a_cleared_list_is_empty_again(room):
    room.add(3)
    room.says("3 scans · 3 not read")
    room.model.clear()
    assert not room.view.isVisible()
    room.says("No scans yet")


def test_counts_keep_up_while_readings_come_fast(room, qtbot):
    entries = room.add(60)
    seen = set()
    for entry in entries:
        room.read(entry, "normal")
        room.panel.show_counts()
        qtbot.wait(10)
        seen.add(room.counts)
    assert len(seen) >= 3


# Order


def scored(room, *probabilities: float) -> None:
    for entry, probability in zip(room.add(len(probabilities)), probabilities, strict=True):
        room.model.tell(read(entry, probability))


def arrow(room) -> tuple[int, Qt.SortOrder]:
    header = room.view.horizontalHeader()
    return header.sortIndicatorSection(), header.sortIndicatorOrder()


def test_the_most_likely_come_first_by_one_click_and_back_by_another(room):
    scored(room, 0.2, 0.9, 0.5)
    room.panel.most_likely.click()
    assert room.order == "1 2 0"
    assert arrow(room) == (2, Qt.SortOrder.DescendingOrder)
    room.panel.most_likely.click()
    assert room.order == "0 1 2"
    assert not room.panel.most_likely.isChecked()


def test_a_new_order_is_looked_at_from_its_beginning(room):
    scored(room, *[0.5] * 60, 0.9)
    room.panel.show_current(room.model.entries[40])
    room.panel.most_likely.click()
    assert room.is_in_sight(room.model.entries[60])


def test_a_click_on_a_title_sorts_another_turns_round_and_a_third_ends_it(room):
    scored(room, 0.2, 0.9, 0.5)
    orders = []
    for _ in range(3):
        room.click_title("scan")
        orders.append((room.order, room.model.order))
    assert orders == [
        ("0 1 2", Order("scan")),
        ("2 1 0", Order("scan", descending=True)),
        ("0 1 2", Order()),
    ]


def test_numbers_are_sorted_from_the_largest_down(room):
    scored(room, 0.2, 0.9, 0.5)
    room.panel.resize(500, 500)
    QApplication.processEvents()
    room.click_title("probability")
    assert room.order == "1 2 0"
    assert room.panel.most_likely.isChecked()
    room.click_title("probability")
    assert room.order == "0 2 1"
    assert not room.panel.most_likely.isChecked()


def test_an_order_that_was_kept_is_shown(room):
    scored(room, 0.2, 0.9, 0.5)
    room.panel.restore_state('{"order": ["probability", true]}')
    assert room.order == "1 2 0"
    assert room.panel.most_likely.isChecked()


# Filter


def test_typing_shows_those_that_are_meant(room, qtbot):
    room.add(30)
    qtbot.keyClicks(room.panel.filter_bar.search, "2")
    qtbot.waitUntil(lambda: room.order == "2 12 20 21 22 23 24 25 26 27 28 29")
    assert room.shows("12 of 30 shown")


def test_what_is_filtered_by_is_said_and_can_be_ended(room):
    scored(room, 0.2, 0.9, 0.5)
    room.model.set_filter(Filter(label="NORMAL", review="unreviewed"))
    assert room.shows("1 of 3 shown · NORMAL · Not reviewed")
    assert room.panel.filter_bar.button.isChecked()
    [button] = [each for each in buttons(room, "Show all") if each.isVisible()]
    button.click()
    assert room.order == "0 1 2"
    assert not room.shows("shown")


def buttons(room, text: str) -> list[QPushButton]:
    return [each for each in room.panel.findChildren(QPushButton) if each.text() == text]


def test_where_nothing_passes_that_is_said_with_a_way_out(room):
    room.add(3)
    room.model.set_filter(Filter("nothing like it"))
    assert not room.view.isVisible()
    assert room.shows("No scan matches the filter")
    buttons(room, "Show all scans")[0].click()
    assert room.view.isVisible()
    assert room.order == "0 1 2"
    assert room.panel.filter_bar.search.text() == ""


def test_a_filter_on_an_empty_list_does_not_say_that_nothing_matches(room):
    room.model.set_filter(Filter("x"))
    assert room.shows("listed here")


def test_the_scan_on_the_screen_is_in_sight_when_the_filter_ends(room):
    entries = room.add(60)
    room.panel.show_current(entries[50])
    room.model.set_filter(Filter("5"))
    assert room.is_in_sight(entries[50])
    room.panel.clear_filter()
    assert room.is_in_sight(entries[50])
    assert room.marked == [entries[50]]
    assert room.wanted == []


def test_a_filter_chooses_no_other_scan(room):
    entries = room.add(5)
    room.click(entries[1])
    room.panel.show_current(entries[1])
    room.model.set_filter(Filter("3"))
    assert room.wanted == [entries[1]]
    assert room.view.marked is entries[1]


def test_the_search_field_is_a_key_away_and_the_list_too(room, qtbot):
    room.add(3)
    with qtbot.waitActive(room.panel):
        room.panel.activateWindow()
    room.panel.find()
    assert room.panel.filter_bar.search.hasFocus()
    qtbot.keyClick(room.panel.filter_bar.search, Key.Key_Return)
    assert room.view.hasFocus()


# The menu


def test_a_row_has_a_menu(room, qtbot):
    entries = room.add(3)
    position = room.place(entries[1])
    with qtbot.waitSignal(room.panel.menu_wanted, timeout=500) as asked:
        room.ask_for_menu(position)
    assert asked.args == [entries[1], room.view.viewport().mapToGlobal(position)]


def test_there_is_no_menu_beside_the_rows(room, qtbot):
    room.add(1)
    with qtbot.assertNotEmitted(room.panel.menu_wanted):
        room.ask_for_menu(QPoint(100, 250))


def test_a_menu_on_one_of_several_leaves_them_selected(room, qtbot):
    entries = room.add(4)
    room.click(entries[0])
    room.click(entries[2], Qt.KeyboardModifier.ShiftModifier)
    qtbot.mouseClick(room.view.viewport(), Qt.MouseButton.RightButton, pos=room.place(entries[1]))
    assert room.marked == entries[:3]


# Thumbnails


@pytest.fixture
def files(room, tmp_path) -> list:
    picture = radiograph(0, size=(120, 120))
    made = []
    for number in range(60):
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), picture)
        made.append(Found(path, path.relative_to(tmp_path)))
    return room.model.add(made)


def test_thumbnails_come_for_the_rows_in_sight_only(room, files, lane, qtbot):
    qtbot.waitUntil(lambda: bool(room.thumbnails._seen) and lane.is_idle)
    made = {found.name for found in room.thumbnails._seen}
    assert {"0.png", "1.png"} <= made
    assert len(made) < 15


def test_a_row_is_painted_when_its_thumbnail_is_there(room, files, lane, qtbot):
    def brightness() -> int:
        image = room.view.viewport().grab().toImage()
        return sum(image.pixelColor(x, 28).lightness() > 60 for x in range(10, 50))

    qtbot.waitUntil(lambda: bool(room.thumbnails._seen) and lane.is_idle)
    qtbot.waitUntil(lambda: brightness() > 20)


def test_what_was_scrolled_by_is_not_made(room, files, lane, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(room.thumbnails, "keep_only", lambda founds: asked.append(founds))
    room.panel.show_current(files[50])
    qtbot.waitUntil(lambda: len(asked) > 0)
    assert files[50].found in asked[-1]
    assert len(asked[-1]) < 15
    qtbot.waitUntil(lambda: lane.is_idle)


# All the rest


def test_a_wide_list_has_the_words_of_its_button(room):
    room.panel.set_wide(True)
    assert room.panel.is_wide
    wide = room.panel.most_likely.sizeHint().width()
    room.panel.set_wide(False)
    assert room.panel.most_likely.sizeHint().width() < wide


@pytest.mark.parametrize("width", [180, 260, 1200])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_is_cut_off_at_any_width(room, dark, width, theme):
    entries = room.add(30)
    fail(entries[0], "a reason " * 30)
    room.model.set_filter(Filter(review="unreviewed"))
    dark.apply(theme)
    room.panel.resize(width, 500)
    room.panel.set_wide(width > 1000)
    QApplication.processEvents()
    assert room.panel.minimumSizeHint().width() <= (180 if width < 1000 else 400)
    assert room.panel.width() == width
    for child in room.panel.findChildren(QPushButton):
        if child.isVisible():
            assert child.width() >= child.minimumSizeHint().width()


def test_everything_that_can_be_operated_has_a_name_for_screen_readers(room):
    assert room.view.accessibleName() == "Worklist"
    assert room.view.accessibleDescription()
    assert room.panel.most_likely.accessibleName() == "Most likely pneumonia first"
