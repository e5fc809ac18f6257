"""Tells a `Watch` how far a run is, with the time that it still takes."""

from __future__ import annotations

import time
from collections.abc import Sequence

from core.learning.epochs import EpochResult
from core.learning.estimated import FORMS_SECONDS, work_of
from core.learning.recipe import Recipe
from core.learning.watching import Position, Stage, Watch, Wrong
from core.progress import Progress, SubProgress

#: Shares of the whole run: until the scans are loaded, and until the last epoch; then it is finished.
LOADED, TRAINED = 0.08, 0.9

#: Of what is between, the share of asking the backbone where only the head is trained.
_ASKING = 0.7

#: The loss that is told is a running mean over about so many batches.
_MEAN_OF = 10

#: A pace over a shorter time says nothing, in seconds.
_SHORTEST = 1.0


class Teller:
    """What a run tells. How long it still takes follows from how fast scans went through the network.

    Args:
        learnt, held: scans to learn from and to validate on, once that is known (`count`).
    """

    def __init__(self, watch: Watch, recipe: Recipe, learnt: int = 0, held: int = 0) -> None:
        self._watch = watch
        self._recipe = recipe
        self._epochs = recipe.epochs
        self._loss: float | None = None
        # When the pace was taken up, and the work done by then
        self._begun: tuple[float, float] | None = None
        self._pace: float | None = None  # seconds for a scan that the network looks at
        self.trained_from = LOADED + (TRAINED - LOADED) * (_ASKING if recipe.on_features else 0)
        self.count(learnt, held)

    def count(self, learnt: int, held: int) -> None:
        """So many scans there are."""
        self._work = work_of(self._recipe, learnt, held)

    # -- what is told ----------------------------------------------------------------------------

    def stage(self, stage: Stage, of_stage: float, of_all: float) -> None:
        """Another part of the run than its epochs, and how far it and the whole are."""
        left = None
        if stage == "features":
            left = self._left(of_stage * self._work.features)
        elif stage == "finishing" and self._pace is not None:
            left = (1 - of_stage) * self._finishing(self._pace)
        epoch = 0 if stage in ("loading", "features") else self._epochs
        self._watch.position(Position(stage, epoch, self._epochs, 0.0, of_all, left))

    def batch(self, epoch: int, of_epoch: float, loss: float) -> None:
        """A batch of `epoch` (0-based) is done."""
        before = self._work.features + sum(self._work.epochs[:epoch])
        left = self._left(before + of_epoch * self._work.epochs[epoch])
        self._loss = loss if self._loss is None else self._loss + (loss - self._loss) / _MEAN_OF
        of_all = self.trained_from + (TRAINED - self.trained_from) * (epoch + of_epoch) / self._epochs
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

    # -- the time left ---------------------------------------------------------------------------

    def _left(self, done: float) -> float | None:
        """Seconds until the whole run is over, when so much of `Work` is done; None where it's too early."""
        now = time.monotonic() - self._watch.paused_seconds()
        if self._begun is None or done < self._begun[1]:  # an epoch that begins again
            self._begun = now, done
        passed, pieces = now - self._begun[0], done - self._begun[1]
        if pieces > 0 and passed >= _SHORTEST:
            self._pace = passed / pieces
        if self._pace is None:
            return None
        rest = self._work.features + sum(self._work.epochs) - done
        return self._pace * rest + self._finishing(self._pace)

    def _finishing(self, pace: float) -> float:
        return pace * self._work.finishing + FORMS_SECONDS


class _Told(SubProgress):
    def __init__(self, teller: Teller, stage: Stage, parent: Progress, start: float, end: float) -> None:
        super().__init__(parent, start, end)
        self._teller = teller
        self._stage = stage
        self._range = start, end

    def report(self, fraction: float, text: str = "") -> None:
        super().report(fraction, text)
        start, end = self._range
        self._teller.stage(self._stage, fraction, start + fraction * (end - start))
