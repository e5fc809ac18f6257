"""The field of a note: one line high while there is little in it, and no higher than a few."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

#: Lines of it that are seen at once; of more, it scrolls.
_MOST_LINES = 4

#: Pixels without which the field scrolls although its lines fit.
_SLACK = 1

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NoteField(QPlainTextEdit):
    """Takes words. Esc and Ctrl+Enter leave it; nothing typed is lost by either."""

    left = Signal()  # the person has done with it: by a key, or by going elsewhere
    finished = Signal()  # by a key: the keys are to go back to where they were

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "note")
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._height = 0
        self.textChanged.connect(self._grow)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(super().sizeHint().width(), self._height_for(self._lines()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(60, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        # Esc stops the reading elsewhere, and Enter may have a meaning there too
        if event.type() == QEvent.Type.ShortcutOverride and self._leaves(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if self._leaves(event):
            self.left.emit()
            self.finished.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own menu takes the focus for a moment
            self.left.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """It lets the wheel scroll the page it is on until it has the focus."""
        if self.hasFocus() and self._lines() > _MOST_LINES:
            super().wheelEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._grow()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._grow()

    @staticmethod
    def _leaves(event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        # Not Enter alone: who goes on typing after it would give commands, each letter one
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return event.key() == Qt.Key.Key_Escape or (event.key() in _ENTER and with_control)

    def _lines(self) -> int:
        """How many there are at this width; a document of plain text gives its height in lines."""
        self.ensurePolished()
        return max(round(self.document().size().height()), 1)

    def _height_for(self, lines: int) -> int:
        inside = min(lines, _MOST_LINES) * self.fontMetrics().lineSpacing()
        around = self.height() - self.contentsRect().height()  # border and padding, of the style sheet
        return round(inside + 2 * self.document().documentMargin()) + _SLACK + around

    def _grow(self) -> None:
        scrolls = self._lines() > _MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() != policy:
            self.setVerticalScrollBarPolicy(policy)
        height = self.sizeHint().height()
        if height != self._height:
            self._height = height
            self.updateGeometry()
