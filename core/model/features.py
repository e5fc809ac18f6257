"""What the gate knows of real scans, and how a checkpoint's file keeps it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.model.container import Tensors, memory
from core.model.foreign import MAX_NAME, readable

#: In log-odds; a calibration that needs more is none.
MOST_OFFSET = 20.0

#: Side of the small pictures that the layout is told by.
GRID = 16

#: Nobody trains on more DATASETs that are large.
MAX_GROUPS = 50


@dataclass(frozen=True)
class Calibration:
    """What makes log-odds those of a calibrated probability: `log_odds / temperature + offset` (Platt 1999).

    Attributes:
        temperature: above 0.
        offset: log-odds, at most MOST_OFFSET either way.
    """

    temperature: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Layout:
    """How the grey of a chest X-ray is laid out: principal components of small pictures of training scans,
    and what they leave (probabilistic PCA: Tipping and Bishop 1999).

    Attributes:
        mean: float32 [G·G] of pictures as `core.reading.layout.laid_out` makes them.
        axes: float32 [K, G·G], the components, each divided by its standard deviation.
        rest: variance of what they leave, each of the G·G values'.
        limit: distance beyond which a layout is not a chest X-ray's.
        upright: a scan is upside down if, turned about, the square of its distance is below so much of what
            it is otherwise; 0..1, at 0 that is not told.
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    rest: float
    limit: float
    upright: float = 0.0


@dataclass(frozen=True)
class FeatureGroup:
    """What the features of one kind of real training scan look like.

    Attributes:
        mean: float32 [M], or [M + K + 1] where there is a layout.
        precision: float32 [M, M] likewise, the inverse of the shrunk covariance (Ledoit and Wolf 2004).
        limit: the Mahalanobis distance beyond which a scan is none of them.
        name: of its DATASET; empty where it is not of one alone.
        calibration: of scans that are nearest to this kind; None: the checkpoint's temperature.
    """

    mean: NDArray[np.float32]
    precision: NDArray[np.float32]
    limit: float
    name: str = ""
    calibration: Calibration | None = None


@dataclass(frozen=True)
class FeatureStatistics:
    """What the features of real training scans look like: the gate's yardstick.

    Attributes:
        groups: of the DATASETs that are large enough to tell, each for itself: children and adults are
            unlike, and what lies between them is neither (as by class in Lee et al., NeurIPS 2018).
        layout: makes the features that are joined to the pooled mid-level ones; None: those alone.
    """

    groups: tuple[FeatureGroup, ...]
    layout: Layout | None = None

    def put_into(self, digest: hashlib._Hash) -> None:
        """All that decides a verdict or a probability into a fingerprint."""
        for group in self.groups:
            digest.update(memory(group.mean))
            digest.update(memory(group.precision))
            digest.update(repr(group.limit).encode())
            if kind := group.calibration:
                digest.update(repr((kind.temperature, kind.offset)).encode())
        if self.layout:
            digest.update(memory(self.layout.mean))
            digest.update(memory(self.layout.axes))
            digest.update(repr((self.layout.rest, self.layout.limit)).encode())
            if self.layout.upright:
                digest.update(repr(self.layout.upright).encode())


def put(features: FeatureStatistics, parts: Tensors) -> dict[str, Any]:
    """Its arrays into `parts`; the rest of it as plain values."""
    for number, group in enumerate(features.groups):
        parts[f"features/{number}/mean"] = group.mean
        parts[f"features/{number}/precision"] = group.precision
    described: dict[str, Any] = {
        "limits": [group.limit for group in features.groups],
        "names": [group.name for group in features.groups],
        "calibrations": [
            asdict(group.calibration) if group.calibration else None for group in features.groups
        ],
    }
    if layout := features.layout:
        parts["features/layout/mean"] = layout.mean
        parts["features/layout/axes"] = layout.axes
        described["layout"] = {"rest": layout.rest, "limit": layout.limit, "upright": layout.upright}
    return described


def taken(described: dict[str, Any], parts: Tensors) -> FeatureStatistics | None:
    """The one that `put` put there; None where there is none.

    Raises:
        KeyError, TypeError, ValueError: something else.
    """
    if "features_limit" in described:  # as version 1 had it
        limit = float(described["features_limit"])
        return FeatureStatistics((FeatureGroup(parts["features/mean"], parts["features/precision"], limit),))
    said = described.get("features")
    if said is None:
        return None
    nothing = [None] * len(said["limits"])  # as version 2 had it
    each = zip(said["limits"], said.get("names", nothing), said.get("calibrations", nothing), strict=True)
    groups = tuple(
        FeatureGroup(
            parts[f"features/{number}/mean"],
            parts[f"features/{number}/precision"],
            float(limit),
            readable(name or "", MAX_NAME),
            Calibration(float(kind["temperature"]), float(kind["offset"])) if kind else None,
        )
        for number, (limit, name, kind) in enumerate(each)
    )
    if "layout" not in said:
        return FeatureStatistics(groups)
    told = said["layout"]
    layout = Layout(
        parts["features/layout/mean"],
        parts["features/layout/axes"],
        float(told["rest"]),
        float(told["limit"]),
        float(told.get("upright", 0)),  # older files do not tell
    )
    return FeatureStatistics(groups, layout)
