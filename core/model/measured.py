"""What a model was measured to do, DATASET by DATASET, and whom that speaks for.

All of it comes from a model's file, which may be foreign: what is not what it should be is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.model.foreign import MAX_NAME, readable

#: Sets of scans that are told of; nobody trains on more.
MOST_SETS = 50

#: Nobody is older, in years.
_OLDEST = 130.0

#: From and to, in years; the second is still in it, as somebody of 5 is until the sixth birthday.
Ages = tuple[float, float]


@dataclass(frozen=True)
class Measured:
    """What a model did on the validation scans of one DATASET.

    Attributes:
        name: of the DATASET, and which part of it.
        scans: how many.
        auc: 0..1.
        sensitivity, specificity: at the balanced operating point, 0..1; NaN where not told.
        ages: of its patients; None where not told.
    """

    name: str
    scans: int
    auc: float
    sensitivity: float = math.nan
    specificity: float = math.nan
    ages: Ages | None = None


def measured(said: Any) -> list[Measured]:
    """Those in the metrics of a checkpoint, which have an entry of `metrics.json`'s form by name."""
    entries = list(said.items())[:MOST_SETS] if isinstance(said, dict) else []
    return [
        Measured(
            readable(name, MAX_NAME),
            n if type(n := value.get("n")) is int and 0 <= n < 1 << 40 else 0,
            float(value["auc"]),
            _share(value.get("sensitivity")),
            _share(value.get("specificity")),
            _ages(value.get("ages")),
        )
        for name, value in entries
        if isinstance(value, dict) and is_share(value.get("auc"))
    ]


def speaking_for(age: float, among: Iterable[Measured]) -> Measured | None:
    """What was measured on patients of that age, in years; None where nothing was."""
    return next((each for each in among if each.ages and each.ages[0] <= age < each.ages[1] + 1), None)


def tells_ages(among: Sequence[Measured]) -> bool:
    """Whether it is known of any whom it was measured on."""
    return any(each.ages for each in among)


def is_share(value: Any) -> bool:
    """Whether it is a number in 0..1."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _share(said: Any) -> float:
    return float(said) if is_share(said) else math.nan


def _ages(said: Any) -> Ages | None:
    if not isinstance(said, list | tuple) or len(said) != 2:
        return None
    if not all(isinstance(age, int | float) and not isinstance(age, bool) for age in said):
        return None
    low, high = (float(age) for age in said)
    return (low, high) if 0 <= low <= high <= _OLDEST else None
