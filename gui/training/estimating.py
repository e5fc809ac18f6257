"""How long a run would take on this computer: measured whenever what is set up has changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gui.training.service import TrainingService
from gui.training.setup import TrainingSetup

if TYPE_CHECKING:
    from core.learning.estimated import Estimate

#: Measuring takes the processor for some seconds: only what has stayed the same for so long is measured.
_MEASURE_AFTER_MS = 900


class Estimating(QObject):
    """Has the service measure, and holds what it said."""

    changed = Signal()  # estimate, is_measuring or problem

    def __init__(self, setup: TrainingSetup, service: TrainingService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._setup = setup
        self._service = service
        self._for: object = None
        self._estimate: Estimate | None = None
        self._problem: BaseException | None = None
        self._is_wanted = False
        self._is_measuring = False
        self._wait = QTimer(self, singleShot=True, interval=_MEASURE_AFTER_MS)
        self._wait.timeout.connect(self._measure)
        setup.recipe_changed.connect(self._look)
        setup.found_changed.connect(self._look)
        service.changed.connect(self._look)
        service.estimated.connect(self._on_estimated)
        service.estimate_failed.connect(self._on_failed)

    @property
    def estimate(self) -> Estimate | None:
        """Of what is set up now; None while that is not known."""
        return self._estimate

    @property
    def is_measuring(self) -> bool:
        return self._is_measuring

    @property
    def problem(self) -> BaseException | None:
        """Why it could not be measured: the run itself would end the same way."""
        return self._problem

    def want(self, wanted: bool) -> None:
        """Whether anybody looks: nothing is measured for nobody."""
        self._is_wanted = wanted
        self._look()

    def _look(self) -> None:
        setup = self._setup
        if not setup.can_start or self._service.is_running:
            self._forget(None)
        elif (now := (_what_counts(setup), setup.scans())) != self._for:
            self._forget(None)
            if self._is_wanted:
                self._for = now
                self._is_measuring = True
                self._wait.start()
                self.changed.emit()

    def _forget(self, now: object) -> None:
        self._wait.stop()
        was = (self._estimate, self._problem, self._is_measuring)
        self._for, self._estimate, self._problem, self._is_measuring = now, None, None, False
        if was != (None, None, False):
            self.changed.emit()

    def _measure(self) -> None:
        setup = self._setup
        assert setup.inspection is not None
        self._service.estimate(setup.recipe, *setup.scans(), setup.device, setup.inspection.seconds)

    def _on_estimated(self, estimate: Estimate) -> None:
        if self._is_measuring and not self._wait.isActive():
            self._estimate, self._is_measuring = estimate, False
            self.changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        if self._is_measuring and not self._wait.isActive():
            self._problem, self._is_measuring = error, False
            self.changed.emit()


def _what_counts(setup: TrainingSetup) -> object:
    """What the time depends on: not chance, nor how the steps are weighed."""
    return replace(setup.recipe, seed=0, lr=1.0, class_weights=False, schedule="constant"), setup.device
