"""A worklist on the screen, and what the person does with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel

from core.settings import Settings
from gui.icons import Icons
from gui.preferences import Preferences
from gui.worklist.entry import Entry
from gui.worklist.model import WorklistModel
from gui.worklist.order import COLUMNS
from gui.worklist.panel import WorklistPanel
from gui.worklist.thumbnails import Thumbnails
from tests.gui.worklist.scans import fail, founds, read

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier
READINGS = {"pneumonia": 0.95, "normal": 0.05, "unsure": 0.5, "rejected": 0.9}


class Room:
    """A panel with its model, and what the person wanted."""

    def __init__(self, theme, lane, qtbot) -> None:
        self.model = WorklistModel()
        self.preferences = Preferences(Settings(), keep=False)
        self.thumbnails = Thumbnails(lane)
        self.icons = Icons(theme)
        self.panel = self.another_panel()
        self.view = self.panel.view
        self.wanted: list[Entry] = []
        self.opened: list[Entry] = []
        self.panel.wanted.connect(self.wanted.append)
        self.panel.opened.connect(self.opened.append)
        self._theme = theme
        self._qtbot = qtbot
        self.panel.resize(260, 500)
        qtbot.addWidget(self.panel)
        self.panel.show()

    def another_panel(self) -> WorklistPanel:
        theme = self.icons._theme
        return WorklistPanel(self.model, self.thumbnails, theme, self.icons, self.preferences)

    def add(self, number: int) -> list[Entry]:
        start = len(self.model.entries)
        fresh = self.model.add(founds(range(start, start + number)))
        self.panel.show_counts()
        return fresh

    def read(self, entry: Entry, verdict: str) -> None:
        if verdict == "failed":
            fail(entry)
        else:
            read(entry, READINGS[verdict], *(["blank picture"] if verdict == "rejected" else []))
        self.model.tell(entry)

    # What the person does

    def place(self, entry: Entry) -> QPoint:
        return self.view.visualRect(self.model.index(self.model.row_of(entry), 0)).center()

    def click(self, entry: Entry, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
        self._qtbot.mouseClick(self.view.viewport(), LEFT, modifiers, self.place(entry))

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEY) -> None:
        self._qtbot.keyClick(self.view, key, modifiers)

    def click_title(self, column: str, button: Qt.MouseButton = LEFT) -> None:
        header = self.view.horizontalHeader()
        section = COLUMNS.index(column)
        middle = header.sectionViewportPosition(section) + header.sectionSize(section) // 2
        self._qtbot.mouseClick(header.viewport(), button, NO_KEY, QPoint(middle, header.height() // 2))

    def ask_for_menu(self, position: QPoint) -> None:
        viewport = self.view.viewport()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, position, viewport.mapToGlobal(position))
        QApplication.sendEvent(viewport, event)

    # What is on the screen

    @property
    def marked(self) -> list[Entry]:
        return self.panel.selected()

    @property
    def order(self) -> str:
        return " ".join(Path(entry.name).stem for entry in self.model.shown)

    @property
    def counts(self) -> str:
        [label] = [each for each in self.panel.findChildren(QLabel) if each.property("role") == "caption"]
        return label.text().replace("\N{NO-BREAK SPACE}", " ")

    def says(self, words: str) -> None:
        self._qtbot.waitUntil(lambda: self.counts == words)

    def shows(self, words: str) -> bool:
        """Whether it can be read somewhere beside the table."""
        return any(words in each.text() and each.isVisible() for each in self.panel.findChildren(QLabel))

    def is_in_sight(self, entry: Entry) -> bool:
        box = self.view.visualRect(self.model.index(self.model.row_of(entry), 0))
        return self.view.viewport().rect().contains(box)
