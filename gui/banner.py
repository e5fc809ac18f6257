"""A line above the picture that tells of a problem, until the person has seen it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gui.errors import Problem
from gui.theme import restyle


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
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._log)
        layout.addWidget(close)
        self.hide()

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
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
