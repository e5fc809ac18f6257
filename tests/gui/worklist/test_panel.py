"""The worklist on the screen: counts, and choosing a scan with the mouse and with keys."""

from __future__ import annotations

import time
from pathlib import Path, PurePath

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel

from core.reading.folder import Found
from core.reading.gate import Verdict
from core.reading.reader import Reading
from core.settings import Settings
from gui.preferences import Preferences
from gui.worklist.entry import Entry
from gui.worklist.model import WorklistModel
from gui.worklist.panel import WorklistPanel

LEFT = Qt.MouseButton.LeftButton
READINGS = {"pneumonia": 0.95, "normal": 0.05, "unsure": 0.5, "rejected": 0.9}


class Room:
    """A panel with its model, and what the person wanted."""

    def __init__(self, theme, qtbot) -> None:
        self.model = WorklistModel()
        self.preferences = Preferences(Settings(), keep=False)
        self.panel = WorklistPanel(self.model, theme, self.preferences)
        self.view = self.panel.view
        self.wanted: list[Entry] = []
        self.panel.wanted.connect(self.wanted.append)
        self._qtbot = qtbot
        self.panel.resize(260, 500)
        qtbot.addWidget(self.panel)
        self.panel.show()

    def add(self, number: int) -> list[Entry]:
        start = self.model.rowCount()
        fresh = self.model.add(
            Found(Path(f"/scans/{n}.png"), PurePath(f"{n}.png")) for n in range(start, start + number)
        )
        self.panel.show_counts()
        return fresh

    def click(self, entry: Entry) -> None:
        box = self.view.visualRect(self.model.index(self.model.row_of(entry)))
        self._qtbot.mouseClick(self.view.viewport(), LEFT, pos=box.center())

    def press(self, key: Qt.Key) -> None:
        self._qtbot.keyClick(self.view, key)

    @property
    def marked(self) -> list[Entry]:
        return [self.model.entries[index.row()] for index in self.view.selectionModel().selectedIndexes()]

    @property
    def counts(self) -> str:
        [label] = [each for each in self.panel.findChildren(QLabel) if each.property("role") == "caption"]
        return label.text().replace("\N{NO-BREAK SPACE}", " ")

    def says(self, words: str) -> None:
        self._qtbot.waitUntil(lambda: self.counts == words, timeout=3000)

    def read(self, entry: Entry, verdict: str) -> None:
        if verdict == "failed":
            entry.status, entry.reason = "failed", "it is empty"
            return
        p = READINGS[verdict]
        reasons = ("blank picture",) if verdict == "rejected" else ()
        entry.status = "rejected" if reasons else "ok"
        entry.stored = Reading(
            p,
            "PNEUMONIA" if p >= 0.5 else "NORMAL",
            0.5,
            np.zeros((2, 2), np.float32),
            Verdict(reasons),
            "",
            "",
            1.0,
        )


@pytest.fixture
def room(dark, qtbot) -> Room:
    return Room(dark, qtbot)


# Counts


def test_an_empty_list_says_so(room):
    assert room.counts == "No scans yet"
    assert not room.view.isVisible()
    assert any(
        "listed here" in label.text() and label.isVisible() for label in room.panel.findChildren(QLabel)
    )


@pytest.mark.parametrize(("number", "words"), [(1, "1 scan"), (2, "2 scans"), (20, "20 scans")])
def test_scans_are_counted(room, number, words):
    room.add(number)
    room.says(words)
    assert room.view.isVisible()


def test_every_verdict_is_counted_and_what_there_is_none_of_is_left_out(room):
    read = ["pneumonia"] * 3 + ["normal"] * 2 + ["unsure", "failed"]
    for entry, verdict in zip(room.add(9), read, strict=False):
        room.read(entry, verdict)
    room.panel.show_counts()
    room.says("9 scans · 3 pneumonia · 1 not sure · 2 normal · 1 failed")


def test_rejected_scans_are_counted_apart(room):
    for entry in room.add(2):
        room.read(entry, "rejected")
    room.says("2 scans · 2 rejected")


def test_the_band_moves_the_counts(room):
    for entry, verdict in zip(room.add(2), ["unsure", "normal"], strict=True):
        room.read(entry, verdict)
    room.says("2 scans · 1 not sure · 1 normal")
    room.preferences.change(uncertain_band=0.0)
    room.panel.show_counts()
    room.says("2 scans · 1 pneumonia · 1 normal")


def test_a_cleared_list_is_empty_again(room):
    room.add(3)
    room.says("3 scans")
    room.model.clear()
    room.panel.show_counts()
    assert not room.view.isVisible()
    room.says("No scans yet")


def test_counts_keep_up_while_readings_come_fast(room, qtbot):
    entries = room.add(100)
    began, seen = time.monotonic(), set()
    for entry in entries:
        room.read(entry, "normal")
        room.panel.show_counts()
        qtbot.wait(10)
        seen.add(room.counts)
    assert time.monotonic() - began > 0.9
    assert len(seen) >= 3


# Choosing


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
    qtbot.mouseClick(room.view.viewport(), LEFT, pos=QPoint(100, 380))
    assert room.wanted == []


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        ([Qt.Key.Key_Down], 1),
        ([Qt.Key.Key_Down, Qt.Key.Key_Down], 2),
        ([Qt.Key.Key_Down, Qt.Key.Key_Up], 0),
        ([Qt.Key.Key_End], 3),
        ([Qt.Key.Key_End, Qt.Key.Key_Home], 0),
    ],
)
def test_keys_choose(room, keys, row):
    entries = room.add(4)
    room.click(entries[0])
    for key in keys:
        room.press(key)
    assert room.wanted[-1] is entries[row]
    assert len(room.wanted) == 1 + len(keys)


def test_the_list_can_be_reached_by_tab(room):
    assert room.view.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert room.view.accessibleName()


def test_the_scan_on_the_screen_is_marked_and_in_sight(room):
    entries = room.add(60)
    room.panel.show_current(entries[50])
    assert room.marked == [entries[50]]
    box = room.view.visualRect(room.model.index(50))
    assert (
        room.view.viewport().rect().contains(box.adjusted(0, 0, 0, -1))
    )  # the lowest row of pixels is empty


def test_nothing_is_marked_where_no_scan_is_on_the_screen(room):
    entries = room.add(3)
    room.panel.show_current(entries[1])
    room.panel.show_current(None)
    assert room.marked == []


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


def test_where_the_chosen_scan_is_removed_a_neighbour_is_chosen(room):
    entries = room.add(3)
    room.click(entries[1])
    room.model.remove(entries[1])
    assert room.wanted[1:] in ([entries[0]], [entries[2]])
    assert room.marked == room.wanted[1:]


# The menu


def ask_for_menu(room: Room, position: QPoint) -> None:
    viewport = room.view.viewport()
    QApplication.sendEvent(
        viewport,
        QContextMenuEvent(QContextMenuEvent.Reason.Mouse, position, viewport.mapToGlobal(position)),
    )


def test_a_row_has_a_menu(room, qtbot):
    entries = room.add(3)
    position = room.view.visualRect(room.model.index(1)).center()
    with qtbot.waitSignal(room.panel.menu_wanted, timeout=500) as asked:
        ask_for_menu(room, position)
    assert asked.args == [entries[1], room.view.viewport().mapToGlobal(position)]


def test_there_is_no_menu_beside_the_rows(room, qtbot):
    room.add(1)
    with qtbot.assertNotEmitted(room.panel.menu_wanted):
        ask_for_menu(room, QPoint(100, 380))


def test_twenty_thousand_scans_are_shown_quickly(room):
    began = time.process_time()
    entries = room.add(20_000)
    room.panel.show_current(entries[-1])
    QApplication.processEvents()
    room.panel.grab()
    assert time.process_time() - began < 3
    room.says("20000 scans")
