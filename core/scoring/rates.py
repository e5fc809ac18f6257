"""Intervals of the rates at a threshold, by resampling whole patients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.scoring.bootstrap import Patients, interval_of, resamples

#: Where the counts of tn, fp, fn, tp stand in each rate: those that are right, and all that it is a rate of.
_RATES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "sensitivity": ((0, 0, 0, 1), (0, 0, 1, 1)),
    "specificity": ((1, 0, 0, 0), (1, 1, 0, 0)),
    "precision": ((0, 0, 0, 1), (0, 1, 0, 1)),
    "npv": ((1, 0, 0, 0), (1, 0, 1, 0)),
    "accuracy": ((1, 0, 0, 1), (1, 1, 1, 1)),
    "f1": ((0, 0, 0, 2), (0, 1, 1, 2)),
}


def rate_intervals(
    labels: NDArray[np.int64], called: NDArray[np.bool_], patients: Patients
) -> dict[str, list[float] | None]:
    """95% intervals of what `thresholds.Counts` tells, by its names: [low, high].

    The bootstrap is that of `bootstrap.intervals`, with the same resamples. One without scans for a rate is
    left out of its interval; None where that leaves nothing, and with fewer than two patients.

    Args:
        labels: int64 [n], 0 or 1.
        called: bool [n], whether each scan is labelled PNEUMONIA.
        patients: n keys, equal for scans of one patient; None draws scans.
    """
    n = len(labels)
    patient_of = np.arange(n) if patients is None else np.unique(np.asarray(patients), return_inverse=True)[1]
    drawable = int(patient_of.max(initial=-1)) + 1
    cells = np.bincount(
        4 * patient_of + 2 * labels + called, minlength=4 * drawable
    )  # tn, fp, fn, tp of each
    counts = [weights @ cells.reshape(drawable, 4) for weights in resamples(drawable, None)]
    drawn = np.concatenate(counts) if counts else np.empty((0, 4))
    made: dict[str, list[float] | None] = {}
    for name, (right, all_of) in _RATES.items():
        whole = drawn @ all_of
        shares = np.divide(drawn @ right, whole, out=np.full(len(whole), np.nan), where=whole > 0)
        made[name] = interval_of([shares])
    return made
