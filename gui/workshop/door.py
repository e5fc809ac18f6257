"""Where the window that reads leads to the one of models: menu, bottom line, and the offer to go on."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, Slot
from PySide6.QtWidgets import QWidget

from core.learning.runs import InterruptedRun, WaitingRun
from gui.actions import Actions
from gui.closing import interrupts_evaluation, interrupts_training
from gui.status_line import StatusLine
from gui.training.offer_bar import OfferBar
from gui.workshop.window import PLACES
from gui.workshop.workshop import Workshop


class WorkshopDoor(QObject):
    """Connects the two.

    Args:
        window: the one that reads.
        kept: where the other's place and size are kept; None keeps nothing.
    """

    def __init__(
        self,
        workshop: Workshop,
        actions: Actions,
        status: StatusLine,
        window: QWidget,
        kept: QSettings | None,
    ) -> None:
        super().__init__(window)
        self._workshop = workshop
        self._window = window
        self._kept = kept
        self.bar = OfferBar()
        workshop.training_told.connect(status.show_training)
        workshop.folders.changed.connect(self._offer)
        workshop.training.changed.connect(self._offer)
        workshop.scans_wanted.connect(self._come_forward)
        self.bar.resume_wanted.connect(self._take_up)
        self.bar.look_wanted.connect(self._take_up)
        self.bar.discard_wanted.connect(self._discard)
        status.training_wanted.connect(actions["fine-tune"].trigger)
        for name in PLACES:
            actions[name].triggered.connect(self._show)

    def may_close(self) -> bool:
        """Whether the person closes although something would end."""
        workshop, window = self._workshop, self._window
        if workshop.is_training and not interrupts_training(window, workshop.epochs_done):
            return False
        return not workshop.evaluation.is_busy or interrupts_evaluation(window)

    @Slot()
    def _show(self) -> None:
        sender = self.sender()
        if sender:
            self._workshop.show(sender.objectName(), self._window, self._kept)
            self.bar.hide()

    @Slot()
    def _offer(self) -> None:
        """At the start: the window of models says it itself, once it is there."""
        workshop, folders = self._workshop, self._workshop.folders
        if workshop.window is not None or workshop.is_training:
            self.bar.hide()
        else:
            self.bar.offer((*folders.interrupted, *folders.waiting))

    @Slot(object)
    def _take_up(self, run: InterruptedRun | WaitingRun) -> None:
        self._workshop.take_up(run, self._window, self._kept)

    @Slot(object)
    def _discard(self, run: InterruptedRun | WaitingRun) -> None:
        self._workshop.folders.discard(run.folder)

    @Slot()
    def _come_forward(self) -> None:
        self._window.raise_()
        self._window.activateWindow()
