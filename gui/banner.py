"""A line above the picture that tells of a problem, until the person has seen it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gui.errors import Problem
from gui.theme import restyle

#: Letters that a line of words needs beside the buttons; with fewer, the buttons go below.
_LINE = 45


class Banner(QFrame):
    """Shows the latest problem. Hidden where there is none."""

    log_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._log = QPushButton(self.tr("Open the log folder"))
        self._log.setProperty("role", "quiet")
        self._log.clicked.connect(self.log_wanted)
        close = QPushButton(self.tr("Dismiss"))
        close.setProperty("role", "quiet")
        close.clicked.connect(self.hide)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch()
        self._buttons.addWidget(self._log)
        self._buttons.addWidget(close)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(12, 6, 6, 6)
        self._layout.addWidget(self._words, 1)
        self._layout.addLayout(self._buttons)
        self.hide()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as the buttons: words go above them."""
        margins = self._layout.contentsMargins()
        width = self._buttons.minimumSize().width() + margins.left() + margins.right()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange()

    @property
    def text(self) -> str:
        """What it says; empty where it is hidden."""
        return "" if self.isHidden() else self._words.text()

    def tell(self, problem: Problem) -> None:
        """Show this one instead of what was there."""
        words = f"{problem.message} — {problem.hint}." if problem.hint else f"{problem.message}."
        self._words.setText(words)
        self._log.setVisible(problem.ours)
        restyle(self, kind="error" if problem.ours else "warning")
        self.setAccessibleName(words)
        self._arrange()
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _arrange(self) -> None:
        room = self.width() - self._buttons.sizeHint().width()
        beside = room >= _LINE * self.fontMetrics().averageCharWidth()
        self._layout.setDirection(
            QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        )
