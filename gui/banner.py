"""A line above the picture that tells of a problem, until the person has seen it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.errors import Problem
from gui.notice_bar import NoticeBar


class Banner(NoticeBar):
    """Shows the latest problem."""

    log_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = self.add_button(self.tr("Open the log folder"))
        self._log.clicked.connect(self.log_wanted)
        self.add_button(self.tr("Dismiss")).clicked.connect(self.hide)

    def tell(self, problem: Problem) -> None:
        """Show this one instead of what was there."""
        self._log.setVisible(problem.ours)
        self.say(problem.line, "error" if problem.ours else "warning")
