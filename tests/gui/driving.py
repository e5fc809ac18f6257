"""What a person does with the window, and waiting for what comes of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from core.progress import Progress
from core.reading.finding import Listing, find
from gui.app import Lungfield
from gui.jobs import JobProgress, Lane
from gui.worklist.entry import Entry

#: Long enough for a busy machine to open the model and read some scans.
PATIENCE_MS = 120_000


def settle(qtbot: Any, lungfield: Lungfield) -> None:
    """Wait until the model is open, and everything is read and shown."""
    session = lungfield.session

    def settled() -> bool:
        return (session.opened is not None or session.no_model is not None) and not session.is_busy

    qtbot.waitUntil(settled, timeout=PATIENCE_MS)


def names(lungfield: Lungfield) -> list[str]:
    """Of the scans that are shown, in order."""
    return [entry.name for entry in lungfield.session.worklist.shown]


def press(
    qtbot: Any,
    lungfield: Lungfield,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Press a key where the keys are."""
    qtbot.keyClick(QApplication.focusWidget() or lungfield.window, key, modifiers)


def click_row(
    qtbot: Any,
    lungfield: Lungfield,
    entry: Entry,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Click the row of a scan that is shown and in sight."""
    view, worklist = lungfield.window.worklist.view, lungfield.session.worklist
    place = view.visualRect(worklist.index(worklist.row_of(entry), 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, place)


def search(qtbot: Any, lungfield: Lungfield, words: str) -> None:
    """Find words on the list, and go back to it."""
    press(qtbot, lungfield, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    field = lungfield.window.worklist.filter_bar.search
    field.clear()
    qtbot.keyClicks(field, words)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@contextmanager
def held(lane: Lane) -> Iterator[None]:
    """What is started on the lane waits meanwhile, until what went before it is cancelled."""
    go_on = threading.Event()

    def hold(progress: JobProgress) -> None:
        while not go_on.wait(0.001):
            progress.check()

    lane.start(hold)
    try:
        yield
    finally:
        go_on.set()


@contextmanager
def slow_folders() -> Iterator[None]:
    """Meanwhile folders answer nothing, as one on a network may; files do."""
    go_on = threading.Event()

    def find_late(paths: Iterable[Path], progress: Progress) -> Listing:
        if any(path.is_dir() for path in paths):
            go_on.wait(PATIENCE_MS / 1000)
        return find(paths, progress)

    with patch("gui.opening.find", find_late):
        try:
            yield
        finally:
            go_on.set()


def close_and(lungfield: Lungfield, answer: QMessageBox.StandardButton) -> str:
    """Close the window, and answer the question that comes then; the question."""
    asked: list[str] = []

    def click() -> None:
        question = QApplication.activeModalWidget()
        assert isinstance(question, QMessageBox)
        asked.append(f"{question.text()} {question.informativeText()}")
        question.button(answer).click()

    QTimer.singleShot(0, click)
    lungfield.window.close()
    (words,) = asked
    return words


def files_mime(*files: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    return mime


def drag_over(lungfield: Lungfield, mime: QMimeData) -> bool:
    """Drag something over the middle of the window; whether the window would take it."""
    middle = lungfield.window.rect().center()
    event = QDragEnterEvent(
        QPoint(middle),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(lungfield.window, event)
    return event.isAccepted()


def drop(lungfield: Lungfield, mime: QMimeData) -> None:
    """Drop something on the middle of the window, over which it was dragged."""
    drag_over(lungfield, mime)
    middle = QPointF(lungfield.window.rect().center())
    event = QDropEvent(
        middle, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(lungfield.window, event)
