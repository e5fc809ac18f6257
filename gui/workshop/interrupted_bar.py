"""Offers to go on with a fine-tuning that was interrupted, or to look at one whose model waits."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QWidget

from core.learning.runs import InterruptedRun
from gui.notice_bar import NoticeBar


class InterruptedBar(NoticeBar):
    """Shows one run; hidden until there is one. Nothing happens to a run that is put off: it is offered again."""

    resume_wanted = Signal(object)  # InterruptedRun
    discard_wanted = Signal(object)  # InterruptedRun

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: InterruptedRun | None = None
        self.go_on = self.add_button(self.tr("Go on"))
        self.discard = self.add_button(self.tr("Discard it"))
        self.later = self.add_button(self.tr("Later"))
        self.go_on.clicked.connect(self._on_go_on)
        self.discard.clicked.connect(self._on_discard)
        self.later.clicked.connect(self.hide)

    def offer(self, run: InterruptedRun) -> None:
        self._run = run
        when = QLocale().toString(run.when, QLocale.FormatType.ShortFormat)
        words = self.tr("The fine-tuning “{name}” of {when} was interrupted after {done} of {all} epochs.")
        self.say(words.format(name=run.job.name, when=when, done=run.epochs_done, all=run.job.recipe.epochs))

    def _on_go_on(self) -> None:
        self.hide()
        self.resume_wanted.emit(self._run)

    def _on_discard(self) -> None:
        self.hide()
        self.discard_wanted.emit(self._run)
