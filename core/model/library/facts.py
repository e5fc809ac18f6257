"""What a model's file says of itself, for a list of models: read without its weights.

All of it is foreign text and foreign numbers: whatever is not what it should be is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.model.checking import MAX_NAME, MAX_NOTE, MAX_POINTS, readable, readable_lines
from core.model.checkpoint import OperatingPoint
from core.model.container import describe

#: Sets of scans that are told of; nobody trains on more.
_MOST_SETS = 50


@dataclass(frozen=True)
class Validation:
    """What a model did on the validation scans of one DATASET."""

    name: str
    scans: int
    auc: float


@dataclass(frozen=True)
class Facts:
    """A model in short.

    Attributes:
        name: what the file calls it.
        note: what the person said of it.
        backbone, head: names of the architecture; empty where it does not say.
        size: side of the input; 0 where it does not say.
        made: when it was trained; None where it does not say.
        learned_from: how many scans.
        validations: by DATASET.
        points: operating points; the first is the default.
        file_size: in bytes.
    """

    name: str
    note: str
    backbone: str
    head: str
    size: int
    made: datetime | None
    learned_from: int
    validations: tuple[Validation, ...]
    points: tuple[OperatingPoint, ...]
    file_size: int

    @property
    def auc(self) -> float | None:
        """The lowest of those measured: what can be expected at least; None for none."""
        return min((each.auc for each in self.validations), default=None)

    @property
    def auc_range(self) -> tuple[float, float] | None:
        """The lowest and the highest."""
        measured = [each.auc for each in self.validations]
        return (min(measured), max(measured)) if measured else None

    @property
    def threshold(self) -> float:
        """The threshold used unless the person gives another."""
        return self.points[0].threshold if self.points else 0.5


def facts(path: Path) -> Facts:
    """Some milliseconds: the weights are not looked at.

    Raises:
        ModelError: not a Lungfield model.
    """
    said = describe(path)
    training = _mapping(said.get("training"))
    return Facts(
        name=readable(said.get("name", ""), MAX_NAME),
        note=readable_lines(said.get("note", ""), MAX_NOTE),
        backbone=readable(said.get("backbone", ""), MAX_NAME),
        head=readable(said.get("head", ""), MAX_NAME),
        size=_count(_mapping(said.get("preprocessing")).get("size")),
        made=_time(training.get("made")),
        learned_from=sum(_count(_mapping(each).get("train")) for each in _values(training.get("datasets"))),
        validations=tuple(_validations(said.get("metrics"))),
        points=tuple(_points(said.get("operating_points"))),
        file_size=path.stat().st_size,
    )


def _validations(said: Any) -> list[Validation]:
    found = []
    for name, value in list(_mapping(said).items())[:_MOST_SETS]:
        measured = _mapping(value)
        if _is_share(measured.get("auc")):
            scans = _count(measured.get("n"))
            found.append(Validation(readable(name, MAX_NAME), scans, float(measured["auc"])))
    return found


def _points(said: Any) -> list[OperatingPoint]:
    listed = said[:MAX_POINTS] if isinstance(said, list) else []
    return [
        OperatingPoint(
            readable(point.get("name", ""), MAX_NAME),
            float(point["threshold"]),
            *(
                float(point[each]) if _is_share(point.get(each)) else math.nan
                for each in ("sensitivity", "specificity")
            ),
        )
        for point in map(_mapping, listed)
        if _is_share(point.get("threshold"))
    ]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _values(value: Any) -> list[Any]:
    return list(_mapping(value).values())[:_MOST_SETS]


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 1 << 40 else 0


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
