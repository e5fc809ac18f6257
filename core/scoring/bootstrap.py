"""Intervals by resampling whole patients, and the area under the ROC curve of many resamples at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Patients = Sequence[str] | NDArray[np.str_] | None

RESAMPLES = 2000
_SEED = 20170806
_CELLS_AT_ONCE = 200_000  # weights held at a time: 1.6 MB, which stay in a processor's cache


def intervals(
    labels: Ints, probabilities: Floats, correct: Bools, patients: Patients
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
    accuracy, auc = [], []
    for weights in resamples(len(labels), patients):
        accuracy.append(weights @ correct / weights.sum(axis=1))
        auc.append(resampled_auc(labels, probabilities, weights))
    return {"accuracy": interval_of(accuracy), "auc": interval_of(auc)}


def paired_intervals(
    labels: Ints, probabilities: tuple[Floats, Floats], correct: tuple[Bools, Bools], patients: Patients
) -> dict[str, list[float] | None]:
    """95% intervals of the first model's figures less the second's, on the same scans.

    As `intervals`, and in each resample both models are scored on the same patients: what makes a scan hard
    for both cancels out, as in DeLong, DeLong and Clarke-Pearson's comparison of correlated ROC curves
    (Biometrics 44, 1988), which takes every scan for a patient of its own.

    Args:
        probabilities, correct: of each model, as for `intervals`.

    Returns:
        of "auc", "accuracy", "sensitivity" and "specificity": [low, high], or None where it cannot be told.
    """
    drawn: dict[str, list[Floats]] = {"auc": [], "accuracy": [], "sensitivity": [], "specificity": []}
    gained = correct[0].astype(np.float64) - correct[1]
    weighed = {
        "accuracy": np.ones(len(labels)),
        "sensitivity": labels.astype(np.float64),
        "specificity": 1.0 - labels,
    }
    for weights in resamples(len(labels), patients):
        first, second = (resampled_auc(labels, each, weights) for each in probabilities)
        drawn["auc"].append(first - second)
        for name, of in weighed.items():
            whole = weights @ of
            missing = np.full(len(whole), np.nan)
            drawn[name].append(np.divide(weights @ (of * gained), whole, out=missing, where=whole > 0))
    return {name: interval_of(values) for name, values in drawn.items()}


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
    normal, pneumonia = np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)
    normal = normal[np.argsort(probabilities[normal])]
    scores = probabilities[normal]
    # How many NORMAL scans lie below each PNEUMONIA scan, and how many below or beside it
    below = np.searchsorted(scores, probabilities[pneumonia], "left")
    beside = np.searchsorted(scores, probabilities[pneumonia], "right")
    beaten = np.zeros((len(weights), len(normal) + 1))
    np.cumsum(weights[:, normal], axis=1, out=beaten[:, 1:])
    positive = weights[:, pneumonia]
    wins = np.einsum("ij,ij->i", positive, np.take(beaten, below, axis=1))
    if np.array_equal(below, beside):
        wins *= 2
    else:
        wins += np.einsum("ij,ij->i", positive, np.take(beaten, beside, axis=1))
    pairs = positive.sum(axis=1) * beaten[:, -1]
    area: Floats = np.divide(wins, 2 * pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
    return area


def resamples(n: int, patients: Patients) -> Iterator[Floats]:
    """How often each resample holds each scan: float64 [some, n] at a time, RESAMPLES together.

    The same for the same patients; none where there are fewer than two.
    """
    patient_of = None if patients is None else np.unique(np.asarray(patients), return_inverse=True)[1]
    drawable = n if patient_of is None else int(patient_of.max(initial=-1)) + 1
    if drawable < 2:
        return
    rng = np.random.default_rng(_SEED)
    step = max(1, _CELLS_AT_ONCE // n)
    for start in range(0, RESAMPLES, step):
        rows = min(step, RESAMPLES - start)
        drawn = rng.integers(0, drawable, (rows, drawable))
        drawn += np.arange(0, rows * drawable, drawable)[:, None]
        counted = np.bincount(drawn.ravel(), minlength=rows * drawable).reshape(rows, drawable)
        weights = counted.astype(np.float64)
        yield weights if patient_of is None else np.take(weights, patient_of, axis=1)


def interval_of(chunks: Sequence[Floats]) -> list[float] | None:
    """The middle 95% of what the resamples gave: [low, high]; NaN is left out, None is nothing left."""
    values = np.concatenate(chunks) if chunks else np.empty(0)
    values = values[~np.isnan(values)]
    return [float(bound) for bound in np.percentile(values, [2.5, 97.5])] if len(values) else None
