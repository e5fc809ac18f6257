"""Offers to go on with a run that was interrupted, or to look at one whose model waits."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QWidget

from core.learning.runs import InterruptedRun, WaitingRun
from gui.notice_bar import NoticeBar


class OfferBar(NoticeBar):
    """Shows one run; hidden where there is none. Nothing happens to a run that is put off."""

    resume_wanted = Signal(object)  # InterruptedRun
    look_wanted = Signal(object)  # WaitingRun
    discard_wanted = Signal(object)  # either

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: InterruptedRun | WaitingRun | None = None
        self._put_off: set[str] = set()
        self.go_on = self.add_button(self.tr("Go on"))
        self.look = self.add_button(self.tr("Look at it"))
        self.discard = self.add_button(self.tr("Discard it"))
        self.later = self.add_button(self.tr("Later"))
        self.go_on.clicked.connect(self._on_go_on)
        self.look.clicked.connect(self._on_look)
        self.discard.clicked.connect(self._on_discard)
        self.later.clicked.connect(self._on_later)

    def offer(self, runs: tuple[InterruptedRun | WaitingRun, ...]) -> None:
        """Offer the first of these that was not put off; hide where there is none."""
        open_ones = [run for run in runs if str(run.folder) not in self._put_off]
        self._run = open_ones[0] if open_ones else None
        if self._run is None:
            self.hide()
            return
        waits = isinstance(self._run, WaitingRun)
        self.go_on.setVisible(not waits)
        self.look.setVisible(waits)
        self.say(self._words(self._run))

    def _words(self, run: InterruptedRun | WaitingRun) -> str:
        when = QLocale().toString(run.when, QLocale.FormatType.ShortFormat)
        if isinstance(run, WaitingRun):
            text = self.tr("The model “{name}” of {when} is neither kept nor dropped yet.")
            return text.format(name=run.job.name, when=when)
        text = self.tr("The training “{name}” of {when} was interrupted after {n} of {all} epochs.")
        if not run.epochs_done:
            text = self.tr("The training “{name}” of {when} was interrupted before its first epoch was over.")
        return text.format(name=run.job.name, when=when, n=run.epochs_done, all=run.job.recipe.epochs)

    def _on_go_on(self) -> None:
        self.hide()
        self.resume_wanted.emit(self._run)

    def _on_look(self) -> None:
        self.hide()
        self.look_wanted.emit(self._run)

    def _on_discard(self) -> None:
        self.hide()
        self.discard_wanted.emit(self._run)

    def _on_later(self) -> None:
        if self._run is not None:
            self._put_off.add(str(self._run.folder))
        self.hide()
