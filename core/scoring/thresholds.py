"""What a threshold on the probability makes of labelled scans: counts and rates, at once. Needs NumPy only.

Everywhere in this package a scan is labelled PNEUMONIA where its probability is at or above the threshold.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.model.checkpoint import CLASSES, OperatingPoint

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A line of a classification report: of a class, or of a mean over both; None is what cannot be told.

    Attributes:
        name: a class, "macro average" (both classes count alike) or "weighted average" (every scan does).
        support: how many scans are of it; of a mean: all.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The confusion matrix at a threshold, and what follows from it; rates are 0..1, None without scans.

    Attributes:
        tn, fp: NORMAL scans that are labelled NORMAL, and PNEUMONIA.
        fn, tp: PNEUMONIA scans that are labelled NORMAL, and PNEUMONIA.
    """

    threshold: float
    tn: int
    fp: int
    fn: int
    tp: int

    @property
    def n(self) -> int:
        return self.tn + self.fp + self.fn + self.tp

    @property
    def accuracy(self) -> float | None:
        return _ratio(self.tp + self.tn, self.n)

    @property
    def sensitivity(self) -> float | None:
        """The share of PNEUMONIA that is labelled so: recall."""
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def specificity(self) -> float | None:
        """The share of NORMAL that is labelled so."""
        return _ratio(self.tn, self.tn + self.fp)

    @property
    def precision(self) -> float | None:
        """The share of what is labelled PNEUMONIA that is: the positive predictive value."""
        return _ratio(self.tp, self.tp + self.fp)

    @property
    def npv(self) -> float | None:
        """The share of what is labelled NORMAL that is: the negative predictive value."""
        return _ratio(self.tn, self.tn + self.fn)

    @property
    def balanced_accuracy(self) -> float | None:
        """The mean of sensitivity and specificity; None where a class is absent."""
        return _mean((self.sensitivity, self.specificity), (1, 1))

    @property
    def f1(self) -> float | None:
        """Of PNEUMONIA: the harmonic mean of precision and recall."""
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def roc_point(self) -> tuple[float, float] | None:
        """Where the threshold is on the ROC curve: 1 - specificity, sensitivity."""
        if self.specificity is None or self.sensitivity is None:
            return None
        return 1 - self.specificity, self.sensitivity

    @property
    def precision_recall_point(self) -> tuple[float, float] | None:
        """Where the threshold is on the precision-recall curve: recall, precision."""
        if self.sensitivity is None or self.precision is None:
            return None
        return self.sensitivity, self.precision

    def report(self) -> tuple[ClassRow, ...]:
        """The classification report: NORMAL, PNEUMONIA, macro average, weighted average.

        As scikit-learn's, but that a mean over what cannot be told cannot be told either. A class without
        scans has no weight, and so does not keep the weighted average from being told.
        """
        f1 = _ratio(2 * self.tn, 2 * self.tn + self.fn + self.fp)
        rows = (
            ClassRow(CLASSES[0], self.npv, self.specificity, f1, self.tn + self.fp),
            ClassRow(CLASSES[1], self.precision, self.sensitivity, self.f1, self.tp + self.fn),
        )
        means = []
        for name, weights in (
            ("macro average", (1, 1)),
            ("weighted average", (rows[0].support, rows[1].support)),
        ):
            told = {
                each: _mean((getattr(rows[0], each), getattr(rows[1], each)), weights)
                for each in ("precision", "recall", "f1")
            }
            means.append(ClassRow(name, **told, support=self.n))
        return (*rows, *means)


class Thresholds:
    """Labelled scans, sorted once, so that any threshold is answered in microseconds.

    Args:
        labels: int64 [n], 0 NORMAL, 1 PNEUMONIA; n may be 0.
        probabilities: float64 [n], of PNEUMONIA, 0..1.

    Raises:
        ValueError: as `checked` does.
    """

    def __init__(self, labels: Ints, probabilities: Floats) -> None:
        labels, probabilities = checked(labels, probabilities)
        # Lists: bisecting one costs a tenth of asking NumPy for one number
        self._normal: list[float] = np.sort(probabilities[labels == 0]).tolist()
        self._pneumonia: list[float] = np.sort(probabilities[labels == 1]).tolist()

    def at(self, threshold: float) -> Counts:
        """What a threshold, 0..1, gives."""
        threshold = float(threshold)
        tn, fn = bisect_left(self._normal, threshold), bisect_left(self._pneumonia, threshold)
        return Counts(threshold, tn, len(self._normal) - tn, fn, len(self._pneumonia) - fn)

    def point(self, name: str, threshold: float) -> OperatingPoint:
        """A threshold as an operating point, with what it gives here; NaN where a class is absent."""
        counts = self.at(threshold)
        told = (counts.sensitivity, counts.specificity)
        sensitivity, specificity = (math.nan if value is None else value for value in told)
        return OperatingPoint(name, counts.threshold, sensitivity, specificity)


def operating_point(name: str, labels: Ints, probabilities: Floats, threshold: float) -> OperatingPoint:
    """A threshold that a person chose, as an operating point; see `Thresholds.point`."""
    return Thresholds(labels, probabilities).point(name, threshold)


def checked(labels: Ints, values: Floats) -> tuple[Ints, Floats]:
    """The labels as int64 [n] and the values as float64 [n].

    Raises:
        ValueError: lengths differ, a label is not 0 or 1, or a value is not finite.
    """
    labels, values = np.asarray(labels), np.asarray(values, np.float64)
    if labels.ndim != 1 or labels.shape != values.shape:
        raise ValueError(f"labels {labels.shape} and scores {values.shape} must be [n]")
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("labels must be 0 (NORMAL) or 1 (PNEUMONIA)")
    if not np.isfinite(values).all():
        raise ValueError("scores must be finite numbers")
    return labels.astype(np.int64), values


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(values: tuple[float | None, float | None], weights: tuple[int, int]) -> float | None:
    counting = [(value, weight) for value, weight in zip(values, weights, strict=True) if weight]
    total, whole = 0.0, 0
    for value, weight in counting:
        if value is None:
            return None
        total, whole = total + value * weight, whole + weight
    return total / whole if whole else None
