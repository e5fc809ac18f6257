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

from core.model.checking import MAX_POINTS
from core.model.checkpoint import OperatingPoint
from core.model.container import describe
from core.model.foreign import MAX_NAME, MAX_NOTE, readable, readable_lines
from core.model.measured import MOST_SETS, Measured, is_share, measured


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
    validations: tuple[Measured, ...]
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
        validations=tuple(measured(said.get("metrics"))),
        points=tuple(_points(said.get("operating_points"))),
        file_size=path.stat().st_size,
    )


def _points(said: Any) -> list[OperatingPoint]:
    listed = said[:MAX_POINTS] if isinstance(said, list) else []
    return [
        OperatingPoint(
            readable(point.get("name", ""), MAX_NAME),
            float(point["threshold"]),
            *(
                float(point[each]) if is_share(point.get(each)) else math.nan
                for each in ("sensitivity", "specificity")
            ),
        )
        for point in map(_mapping, listed)
        if is_share(point.get("threshold"))
    ]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _values(value: Any) -> list[Any]:
    return list(_mapping(value).values())[:MOST_SETS]


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 1 << 40 else 0


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
