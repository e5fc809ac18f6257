"""What a person does with the window, and waiting for what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from gui.app import Lungfield

#: Long enough for a busy machine to open the model and read some scans.
PATIENCE_MS = 30_000


def settle(qtbot: Any, lungfield: Lungfield) -> None:
    """Wait until the model is open, and everything is read and shown."""
    session = lungfield.session

    def settled() -> bool:
        return (session.opened is not None or session.no_model is not None) and not session.is_busy

    qtbot.waitUntil(settled, timeout=PATIENCE_MS)


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
