"""Intervals by resampling whole patients, and the area under the ROC curve of many resamples at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Patients = Sequence[str] | NDArray[np.str_] | None

RESAMPLES = 2000
_SEED = 20170806
_CELLS_AT_ONCE = 2_000_000  # weights held at a time: some 100 MB, however many scans there are


def intervals(
    labels: Ints, probabilities: Floats, correct: NDArray[np.bool_], patients: Patients
) -> dict[str, list[float] | None]:
    """95% intervals of accuracy and AUC: [low, high], or None with fewer than two patients.

    Percentile bootstrap of 2000 resamples with a fixed seed. Whole patients are drawn with replacement,
    because scans of one patient are alike and drawing them singly makes the interval too narrow: Rutter,
    "Bootstrap estimation of diagnostic accuracy with patient-clustered data", Academic Radiology 7, 2000.
    A resample with one class only has no AUC and is left out of its interval. A perfect score has the
    interval [1, 1]: what did not happen in the sample cannot happen in a resample.

    Args:
        labels: int64 [n], 0 or 1; probabilities: float64 [n], of PNEUMONIA.
        correct: bool [n], whether each scan's label was predicted.
        patients: n keys, equal for scans of one patient; None draws scans.
    """
    n = len(labels)
    patient_of = np.arange(n) if patients is None else np.unique(patients, return_inverse=True)[1]
    drawable = int(patient_of.max()) + 1 if n else 0
    if drawable < 2:
        return {"accuracy": None, "auc": None}
    rng = np.random.default_rng(_SEED)
    accuracy, auc = [], []
    step = max(1, _CELLS_AT_ONCE // n)
    for start in range(0, RESAMPLES, step):
        drawn = rng.multinomial(drawable, np.full(drawable, 1 / drawable), min(step, RESAMPLES - start))
        weights = drawn[:, patient_of].astype(np.float64)
        accuracy.append(weights @ correct / weights.sum(axis=1))
        auc.append(resampled_auc(labels, probabilities, weights))
    return {"accuracy": _interval(np.concatenate(accuracy)), "auc": _interval(np.concatenate(auc))}


def resampled_auc(labels: Ints, probabilities: Floats, weights: Floats) -> Floats:
    """The area under the ROC curve of many resamples at once, as the Mann-Whitney statistic.

    It is the share of (PNEUMONIA, NORMAL) pairs in which PNEUMONIA has the higher probability, ties
    counting a half: Hanley and McNeil, Radiology 143, 1982. The scans are sorted once for all resamples.

    Args:
        labels: int64 [n]; probabilities: float64 [n]; weights: float64 [m, n], how often each resample
            holds each scan.

    Returns:
        float64 [m], 0..1; NaN where a resample lacks a class.
    """
    if not len(labels):
        return np.full(len(weights), np.nan)
    order = np.argsort(probabilities)
    first_of_ties = np.flatnonzero(np.diff(probabilities[order], prepend=-np.inf))
    weights = weights[:, order]
    positive = np.add.reduceat(weights * labels[order], first_of_ties, axis=1)
    negative = np.add.reduceat(weights, first_of_ties, axis=1) - positive
    beaten = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    wins = (positive * beaten).sum(axis=1)
    area: Floats = np.divide(wins, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
    return area


def _interval(values: Floats) -> list[float] | None:
    values = values[~np.isnan(values)]
    return [float(bound) for bound in np.percentile(values, [2.5, 97.5])] if len(values) else None
