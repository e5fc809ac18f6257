"""How long a training run will take, as it was measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """What a run will take on this machine.

    Attributes:
        seconds: the whole run: loading, all epochs of the recipe, finishing. One that ends early takes less.
        per_epoch: seconds of an epoch, the mean of all of them.
        batch_size: scans that go through the network at once: the recipe's, or fewer where memory is short.
        measured_batches: how many were timed.
    """

    seconds: float
    per_epoch: float
    batch_size: int
    measured_batches: int
