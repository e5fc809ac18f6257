"""Tells a `Watch` how far a run is, with the time that it still takes."""

from __future__ import annotations

import time
from collections.abc import Sequence

from core.learning.epochs import EpochResult
from core.learning.watching import Position, Stage, Watch, Wrong
from core.progress import Progress, SubProgress

#: Shares of the whole run: until the scans are loaded, and until the last epoch; then it is finished.
LOADED, TRAINED = 0.08, 0.9

#: Finishing takes about as long as so many scans of an epoch, and some seconds for OpenVINO's forms.
_FINISHING = 20.0

#: The loss that is told is a running mean over about so many batches.
_MEAN_OF = 10


class Teller:
    """What the training loop tells.

    Args:
        epochs: of the recipe.
    """

    def __init__(self, watch: Watch, epochs: int) -> None:
        self._watch = watch
        self._epochs = epochs
        self._begun: tuple[float, float] | None = None  # when, and how many epochs were done by then
        self._loss: float | None = None
        self._from = LOADED

    def from_share(self, share: float) -> None:
        """The epochs begin when so much of the whole is done."""
        self._from = share

    def stage(self, stage: Stage, of_all: float, left: float | None = None) -> None:
        """Another part of the run than its epochs, and how far the whole is."""
        epoch = 0 if stage in ("loading", "features") else self._epochs
        self._watch.position(Position(stage, epoch, self._epochs, 0.0, of_all, left))

    def batch(self, epoch: int, of_epoch: float, loss: float) -> None:
        """A batch of `epoch` (0-based) is done."""
        now, done = time.monotonic(), epoch + of_epoch
        if self._begun is None:
            self._begun = now, done
        passed, pieces = now - self._begun[0], done - self._begun[1]
        left = passed / pieces * (self._epochs - done) + _FINISHING if pieces > 0 and passed > 1 else None
        self._loss = loss if self._loss is None else self._loss + (loss - self._loss) / _MEAN_OF
        of_all = self._from + (TRAINED - self._from) * done / self._epochs
        self._watch.position(Position("epochs", epoch + 1, self._epochs, of_epoch, of_all, left, self._loss))

    def epoch(self, result: EpochResult, wrong: Sequence[Wrong]) -> None:
        """An epoch is over."""
        self._watch.epoch(result)
        self._watch.wrong(wrong)

    def earlier(self, results: Sequence[EpochResult]) -> None:
        """Epochs that an interrupted run had already."""
        for result in results:
            self._watch.epoch(result)

    def is_enough(self) -> bool:
        return self._watch.is_enough()

    def through(self, progress: Progress, stage: Stage, start: float, end: float) -> Progress:
        """A part of `progress` that tells its positions too."""
        return _Told(self, stage, progress, start, end)


class _Told(SubProgress):
    def __init__(self, teller: Teller, stage: Stage, parent: Progress, start: float, end: float) -> None:
        super().__init__(parent, start, end)
        self._teller = teller
        self._stage = stage
        self._range = start, end

    def report(self, fraction: float, text: str = "") -> None:
        super().report(fraction, text)
        start, end = self._range
        self._teller.stage(self._stage, start + fraction * (end - start))
