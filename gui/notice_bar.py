"""A line of words with buttons, across the window; the buttons go below where there is too little room."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.controls import words_label
from gui.theme import restyle

#: Letters that a line of words needs beside the buttons.
_LINE = 45


class NoticeBar(QFrame):
    """Hidden until there is something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.words = words_label()
        self._said = QVBoxLayout()
        self._said.setSpacing(5)
        self._said.addStretch()
        self._said.addWidget(self.words)
        self._said.addStretch()
        self._buttons = QHBoxLayout()
        self._buttons.addStretch()
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(12, 6, 6, 6)
        self._layout.addLayout(self._said, 1)
        self._layout.addLayout(self._buttons)
        self.hide()

    def add_button(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "quiet")
        self._buttons.addWidget(button)
        return button

    def add_below(self, widget: QWidget) -> None:
        """Below the words, such as a progress bar."""
        self._said.insertWidget(self._said.count() - 1, widget)

    @property
    def text(self) -> str:
        """What it says; empty where it is hidden."""
        return "" if self.isHidden() else self.words.text()

    def say(self, text: str, kind: str = "info") -> None:
        """Show these words, and read them out.

        Args:
            kind: "info", "warning" or "error": the colour.
        """
        self.words.setText(text)
        self.setAccessibleName(text)
        restyle(self, kind=kind)
        self._arrange()
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as the buttons: words go above them."""
        margins = self._layout.contentsMargins()
        width = self._buttons.minimumSize().width() + margins.left() + margins.right()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        room = self.width() - self._buttons.sizeHint().width()
        beside = room >= _LINE * self.fontMetrics().averageCharWidth()
        self._layout.setDirection(
            QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        )
