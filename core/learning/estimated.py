"""How long a training run will take: what there is to do, and the answer that was measured."""

from __future__ import annotations

from dataclasses import dataclass

from core.learning.recipe import Recipe

#: Scans that int8 quantisation is calibrated on, and training scans the gate's statistics are made of.
CALIBRATION_SCANS = 300
STATISTICS_SCANS = 2000

#: Seconds that it takes to make the forms for OpenVINO and the reports: a rough figure, not a measured one.
FORMS_SECONDS = 10.0

#: Learning from a scan costs about as much as looking at so many: once forward and twice back.
LEARNING = 3


@dataclass(frozen=True)
class Estimate:
    """What a run will take on this machine.

    Attributes:
        seconds: the whole run: loading, all epochs of the recipe, finishing. One that ends early takes less.
        per_epoch: seconds of an epoch, the mean of all of them.
        batch_size: that fits into the memory there is.
        measured_batches: how many were timed.
    """

    seconds: float
    per_epoch: float
    batch_size: int
    measured_batches: int


@dataclass(frozen=True)
class Work:
    """What a run has to do, counted in scans that the backbone looks at once, at the full size.

    Attributes:
        features: before the first epoch.
        epochs: in each epoch.
        finishing: after the last, beside `FORMS_SECONDS`.
    """

    features: int
    epochs: tuple[float, ...]
    finishing: int


def work_of(recipe: Recipe, learnt: int, held: int) -> Work:
    """The work of a run on so many scans to learn from and to validate on."""
    finishing = held * (1 if recipe.augment == "none" else 2) + min(learnt, STATISTICS_SCANS)
    if recipe.int8:
        finishing += held + min(learnt, CALIBRATION_SCANS)
    if recipe.on_features:
        # An epoch is a thousandth of what it would be, which is little beside all else
        epochs = tuple((learnt + held) / 1000 for _ in range(recipe.epochs))
        return Work(held + learnt * (1 + recipe.views), epochs, finishing)
    each = held + learnt * recipe.copies * (1 if recipe.freeze_backbone else LEARNING)
    return Work(
        0,
        tuple(each * (recipe.size_in(epoch) / recipe.size) ** 2 for epoch in range(recipe.epochs)),
        finishing,
    )
