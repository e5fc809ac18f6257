"""One model's answers to labelled scans at a threshold: the state behind the panels, matrices and lists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.model.checkpoint import OperatingPoint
from core.scoring.evaluated import EvaluatedScan, Evaluation
from core.scoring.thresholds import Counts, Thresholds

#: Of the confusion matrix: true negatives, false positives, false negatives, true positives.
Cell = Literal["tn", "fp", "fn", "tp"]
CELLS: tuple[Cell, ...] = ("tn", "fp", "fn", "tp")

#: What scans are listed: those of a cell, all that were called wrongly, turned away, or could not be read.
Group = Literal["wrong", "tn", "fp", "fn", "tp", "rejected", "failed"]
GROUPS: tuple[Group, ...] = ("wrong", *CELLS, "rejected", "failed")

#: So many thresholds along a curve are as fine as a person can point.
_ENOUGH = 1000

#: The property of `Counts` that has a threshold's place on a curve, without `_point`.
Curve = Literal["roc", "precision_recall"]


class Judgement(QObject):
    """An evaluation, and where the line is drawn. Moving it costs microseconds, not a reading.

    Attributes:
        read: the scans that have a probability.
        probabilities: theirs, of PNEUMONIA: float64 [n].
    """

    moved = Signal()  # the threshold is another
    points_changed = Signal()

    def __init__(self, evaluation: Evaluation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.evaluation = evaluation
        self.read = evaluation.read
        self._labels = np.array([scan.label for scan in self.read], np.int64)
        self.probabilities = np.array([scan.probability for scan in self.read], np.float64)
        self._rejected = np.array([scan.status == "rejected" for scan in self.read], bool)
        # Counted once: the evaluation itself goes through all its scans for it
        self._turned_away, self._failed = int(self._rejected.sum()), len(evaluation.scans) - len(self.read)
        self._thresholds = Thresholds(self._labels, self.probabilities)
        self._threshold = evaluation.threshold
        self._points = evaluation.operating_points
        self._counts = self._thresholds.at(self._threshold)

    @property
    def threshold(self) -> float:
        """From which probability on a scan is called PNEUMONIA, 0..1."""
        return self._threshold

    @property
    def counts(self) -> Counts:
        """How many are what, and all that follows from it, at the threshold."""
        return self._counts

    @property
    def points(self) -> tuple[OperatingPoint, ...]:
        """The operating points that are stored in the model."""
        return self._points

    @property
    def called(self) -> NDArray[np.bool_]:
        """Which of the scans that were read are called PNEUMONIA."""
        return self.probabilities >= self._threshold

    def set_threshold(self, threshold: float) -> None:
        threshold = min(max(float(threshold), 0.0), 1.0)
        if threshold != self._threshold:
            self._threshold = threshold
            self._counts = self._thresholds.at(threshold)
            self.moved.emit()

    def points_with(self, point: OperatingPoint) -> tuple[OperatingPoint, ...]:
        """The model's points and this one; one of the same name gives way to it, in its place."""
        return tuple({each.name: each for each in (*self._points, point)}.values())

    def set_points(self, points: Sequence[OperatingPoint]) -> None:
        """These are stored in the model now."""
        self._points = tuple(points)
        self.points_changed.emit()

    def point_here(self, name: str) -> OperatingPoint:
        """The threshold as an operating point, with what it gives here; NaN where the scans can't tell."""
        return self._thresholds.point(name, self._threshold)

    def nearest(self, curve: Curve, across: float, up: float) -> tuple[float, float]:
        """The threshold whose point on a curve is nearest to a place, and how far away that is."""
        scores = np.unique(self.probabilities)
        if not len(scores):
            return self._threshold, 2.0
        # From each on, and above all: the middle of a gap, so that no scan lies on it
        thresholds = np.append((np.append(0.0, scores[:-1]) + scores) / 2, (scores[-1] + 1) / 2)
        thresholds = thresholds[:: max(len(thresholds) // _ENOUGH, 1)]
        points = [getattr(self._thresholds.at(each), f"{curve}_point") for each in thresholds]
        away = [2.0 if point is None else math.dist(point, (across, up)) for point in points]
        best = int(np.argmin(away))
        return float(thresholds[best]), away[best]

    def size(self, group: Group) -> int:
        """How many scans are in a group."""
        counts = self._counts
        if group == "wrong":
            return counts.fp + counts.fn
        if group == "rejected":
            return self._turned_away
        if group == "failed":
            return self._failed
        return int(getattr(counts, group))

    def scans(self, group: Group) -> list[EvaluatedScan]:
        """The scans of a group, those farthest from the threshold first."""
        if group == "failed":
            return [scan for scan in self.evaluation.scans if scan.status == "failed"]
        chosen = np.flatnonzero(self._mask(group))
        away = np.abs(self.probabilities[chosen] - self._threshold)
        return [self.read[at] for at in chosen[np.argsort(-away, kind="stable")]]

    def _mask(self, group: Group) -> NDArray[np.bool_]:
        if group == "rejected":
            return self._rejected
        called = self.called
        actual = self._labels == 1
        if group == "wrong":
            return called != actual
        return (called == (group in ("fp", "tp"))) & (actual == (group in ("fn", "tp")))
