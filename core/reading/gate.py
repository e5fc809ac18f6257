"""Whether a scan is something the model can read at all.

What is far from every training scan in the backbone's mid-level features (texture, edges, layout) is
not read with confidence, whatever the head says of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.imaging.scan import Pixels
from core.model.checkpoint import FeatureStatistics

#: A picture whose grey values spread less than this (standard deviation, 0..1) shows nothing.
_BLANK = 0.01


@dataclass(frozen=True)
class Verdict:
    """The gate's answer: no reasons, no objection. Reasons are for a person to read."""

    reasons: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        return not self.reasons


def judge(
    pixels: Pixels, coloured: bool, middle: NDArray[np.float32], known: FeatureStatistics | None
) -> Verdict:
    """The verdict on one scan.

    Args:
        pixels: the windowed scan, float32 [H, W] in 0..1, at any size.
        coloured: whether the file had visible colour.
        middle: its pooled mid-level features, float32 [M].
        known: what those of training scans look like; None skips that check.
    """
    if float(pixels.std()) < _BLANK:
        return Verdict(("blank picture",))
    reasons = []
    if known is not None and distance(middle, known) > known.limit:
        reasons.append("does not look like a frontal chest X-ray")
        if coloured:
            reasons.append("colour picture")
    return Verdict(tuple(reasons))


def distance(middle: NDArray[np.float32], known: FeatureStatistics) -> float:
    """Mahalanobis distance of pooled mid-level features float32 [M] from the training scans'."""
    away = (middle - known.mean).astype(np.float64)
    return math.sqrt(max(float(away @ known.precision @ away), 0.0))
