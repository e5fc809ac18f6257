"""What a training run tells whoever watches it, beside the lines and the fraction of its `Progress`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

Stage = Literal["loading", "features", "epochs", "finishing"]

#: How a run ended that made a model: all epochs; early, because validation no longer got better; because the
#: person said that it is enough; or because the loss was no longer a number, with the last good epoch kept.
Ending = Literal["complete", "early", "enough", "broke-down"]


@dataclass(frozen=True)
class Position:
    """How far a run is.

    Attributes:
        stage: what it does; "features" only where the head alone is trained.
        epoch: 1-based; 0 before the first.
        epochs: as many as the recipe has.
        of_epoch: 0..1.
        of_all: 0..1, of the whole run with loading and finishing.
        seconds_left: of the whole; None where it is too early to say.
        loss: of the last batches, a running mean; None outside epochs.
    """

    stage: Stage
    epoch: int = 0
    epochs: int = 0
    of_epoch: float = 0.0
    of_all: float = 0.0
    seconds_left: float | None = None
    loss: float | None = None


@dataclass(frozen=True)
class Wrong:
    """A validation scan that it calls by the other label; `probability` is of PNEUMONIA, not calibrated."""

    path: Path
    label: int
    probability: float


@dataclass(frozen=True)
class Trained:
    """A run that ended with a model.

    Attributes:
        model: the checkpoint.
        held_out: a table (`core.datasets.table`) of the scans that it did not learn from.
        ending: why it ended.
        epochs: how many were finished.
    """

    model: Path
    held_out: Path
    ending: Ending
    epochs: int


class Watch(Protocol):
    """Told by the thread that trains."""

    def position(self, position: Position) -> None:
        """Often: after each batch."""

    def epoch(self, result: Mapping[str, Any]) -> None:
        """After each epoch, an `epochs.EpochResult`; those that a resumed run had already come first."""

    def wrong(self, scans: Sequence[Wrong]) -> None:
        """After each epoch: validation scans it gets wrong, the surest first; at most `MOST_WRONG`."""

    def is_enough(self) -> bool:
        """Asked after each epoch: whether the person wants it to stop here and keep what it has."""

    def paused_seconds(self) -> float:
        """So long it was paused so far: that says nothing of the time it still takes."""


#: So many scans that it gets wrong are told.
MOST_WRONG = 24


class NoWatch:
    """Nobody watches."""

    def position(self, position: Position) -> None:
        pass

    def epoch(self, result: Mapping[str, Any]) -> None:
        pass

    def wrong(self, scans: Sequence[Wrong]) -> None:
        pass

    def is_enough(self) -> bool:
        return False

    def paused_seconds(self) -> float:
        return 0.0
