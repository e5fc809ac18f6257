"""The wheel scrolls a page, and changes none of its fields on the way."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget


class QuietWheel(QObject):
    """Keeps the wheel from the boxes of a page that do not have the keys; the page takes it then."""

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        for kind in (QAbstractSpinBox, QComboBox):
            for box in page.findChildren(kind):
                box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel alone gives it no focus
                box.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False
