"""How good the predictions are: the figures of metrics.json, the temperature, and the operating points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.model.checkpoint import OperatingPoint
from core.model.features import MOST_OFFSET, Calibration
from core.scoring.bootstrap import intervals, resampled_auc
from core.scoring.thresholds import Counts, checked

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Metrics = dict[str, Any]

TEMPERATURES = (0.05, 20.0)


@dataclass(frozen=True, eq=False)
class Scored:
    """The truth and the prediction for every scan of one DATASET that a probability was got for.

    Args:
        labels: int64 [n], 0 NORMAL, 1 PNEUMONIA.
        probabilities: float64 [n], of PNEUMONIA, 0..1.
        patients: n keys, equal for scans of one patient; None where patients are not known, and every
            scan then stands for itself. A scan of unknown patient needs a key of its own, not "".
        rejected: scans that the gate turned away, 0 or more. They have a probability all the same, so the
            caller decides whether they are among the n.
        failed: scans that could not be read; they have no probability, so they are not among the n.
        name: the DATASET's name, as a person knows it.

    Raises:
        ValueError: lengths differ, a label is not 0 or 1, a probability is NaN or outside 0..1, or a
            patient's key is empty.
    """

    labels: Ints
    probabilities: Floats
    patients: Sequence[str] | NDArray[np.str_] | None
    rejected: int
    failed: int
    name: str

    def __post_init__(self) -> None:
        labels, probabilities = checked(self.labels, self.probabilities)
        if np.any((probabilities < 0) | (probabilities > 1)):
            raise ValueError("probabilities must be in 0..1")
        if self.patients is not None:
            if len(self.patients) != len(labels):
                raise ValueError("patients must have one key per scan")
            if any(not key for key in self.patients):
                raise ValueError("a patient's key is empty: unknown patients would count as one person")
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "probabilities", probabilities)


@dataclass(frozen=True, eq=False)
class Reliability:
    """Bins of scans with similar probability, in ascending order; k bins, none of them empty.

    Args:
        predicted: float64 [k], mean probability of PNEUMONIA in the bin, 0..1.
        observed: float64 [k], share of the bin's scans that are PNEUMONIA, 0..1.
        count: int64 [k], scans in the bin.
    """

    predicted: Floats
    observed: Floats
    count: Ints

    @property
    def ece(self) -> float | None:
        """Expected calibration error, 0..1: the mean of |predicted - observed|, weighted by count."""
        gaps = np.abs(self.predicted - self.observed)
        return float(np.average(gaps, weights=self.count)) if len(gaps) else None


def metrics(scored: Scored, threshold: float) -> Metrics:
    """The figures of metrics.json, as plain ints, floats and None; None (null) is what cannot be told.

    `ece` is over 10 equal-mass bins of the probability of PNEUMONIA against the frequency of PNEUMONIA
    observed (see `reliability_bins`), not of the confidence against the accuracy. `brier` is the mean
    squared error of that probability. `confidence_interval_95` is described in `bootstrap.intervals`.

    Args:
        scored: the scans; n may be 0.
        threshold: 0..1.

    Raises:
        ValueError: the threshold is NaN or outside 0..1.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be in 0..1, not {threshold}")
    labels, probabilities = scored.labels, scored.probabilities
    n = len(labels)
    predicted = (probabilities >= threshold).astype(np.int64)
    tn, fp, fn, tp = (int(count) for count in np.bincount(2 * labels + predicted, minlength=4))
    counts = Counts(float(threshold), tn, fp, fn, tp)
    return {
        "n": n,
        "threshold": counts.threshold,
        "accuracy": counts.accuracy,
        "balanced_accuracy": counts.balanced_accuracy,
        "auc": _number(resampled_auc(labels, probabilities, np.ones((1, n)))[0]),
        "sensitivity": counts.sensitivity,
        "specificity": counts.specificity,
        "ece": reliability_bins(scored).ece,
        "brier": float(np.mean((probabilities - labels) ** 2)) if n else None,
        "confusion_matrix": {"tn": tn, "fp": fp, "fn": fn, "tp": tp},
        "per_class": _per_class(counts),
        "confidence_interval_95": intervals(labels, probabilities, predicted == labels, scored.patients),
        "rejected": int(scored.rejected),
        "failed": int(scored.failed),
    }


def reliability_bins(scored: Scored, bins: int = 10) -> Reliability:
    """Group the scans into at most `bins` bins of equal mass (quantiles of the probability).

    Scans of equal probability share a bin, so that the result does not depend on their order, and
    fewer bins come back where there are many ties or few scans. Equal mass rather than equal width
    because the estimate is then less biased: Roelofs et al., "Mitigating Bias in Calibration Error
    Estimation", AISTATS 2022. The bins are those of sklearn's `calibration_curve(strategy="quantile")`,
    which does not tell how many scans each one holds.
    """
    labels, probabilities = scored.labels, scored.probabilities
    if not len(labels):
        return Reliability(np.empty(0), np.empty(0), np.empty(0, np.int64))
    inner_edges = np.quantile(probabilities, np.linspace(0, 1, bins + 1))[1:-1]
    bin_of = np.searchsorted(inner_edges, probabilities)
    count = np.bincount(bin_of)
    held = count > 0
    count = count[held]
    predicted = np.bincount(bin_of, weights=probabilities)[held] / count
    observed = np.bincount(bin_of, weights=labels)[held] / count
    return Reliability(predicted, observed, count.astype(np.int64))


def even_weights(labels: Ints, datasets: Sequence[str]) -> Floats:
    """Weights [n] by which every class of every DATASET counts alike, and all together as much as n scans.

    What is fitted with them is meant for a scan of unknown origin: a large set has no more say than a small.
    """
    owner = np.unique(np.asarray(datasets), return_inverse=True)[1]
    group = 2 * owner + labels
    count = np.bincount(group)
    return np.asarray(len(labels) / (np.count_nonzero(count) * count[group]), np.float64)


def fit_temperature(logits: Floats, labels: Ints, weights: Floats | None = None) -> float:
    """The temperature T for which sigmoid(logit / T) is best calibrated, 0.05..20.

    Minimises the negative log-likelihood: Guo et al., "On Calibration of Modern Neural Networks", ICML
    2017. Returns 1 where the scans cannot tell it: there are none, one class is absent, or no logit is on
    the wrong side of 0 (the likelihood then only grows as T falls, and any certainty would look right).

    Args:
        logits: float64 [n], log-odds of PNEUMONIA before scaling.
        labels: int64 [n], 0 or 1.
        weights: float64 [n], what each scan counts; None: alike.

    Raises:
        ValueError: lengths differ, a label is not 0 or 1, or a logit is not finite.
    """
    from scipy.optimize import minimize_scalar

    labels, logits = checked(labels, logits)
    margins = np.where(labels == 1, logits, -logits)
    if len(np.unique(labels)) < 2 or margins.min() >= 0:
        return 1.0

    def loss(log_temperature: float) -> float:
        return float(np.average(np.logaddexp(0, -margins * np.exp(-log_temperature)), weights=weights))

    best = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(best.x))


def fit_calibration(logits: Floats, labels: Ints, weights: Floats | None = None) -> Calibration:
    """The temperature T and the offset b for which sigmoid(logit / T + b) is best calibrated.

    Platt, "Probabilistic Outputs for Support Vector Machines", 1999: the most likely ones, where a scan's
    label is taken to be slightly unsure, the more the fewer there are; without that, classes that do not
    overlap would call for certainty. Without both classes, or where the logit does not rise with the
    label, the temperature alone is fitted.

    Args, raises: as `fit_temperature`.
    """
    from scipy.optimize import minimize

    labels, logits = checked(labels, logits)
    normal, pneumonia = np.bincount(labels, minlength=2)
    if not (normal and pneumonia):
        return Calibration(fit_temperature(logits, labels, weights))
    target = np.where(labels == 1, (pneumonia + 1) / (pneumonia + 2), 1 / (normal + 2))
    counting = np.ones(len(labels)) if weights is None else np.asarray(weights, np.float64)

    def loss(values: Floats) -> tuple[float, Floats]:
        scaled = np.exp(-values[0]) * logits
        total = scaled + values[1]
        # Cross-entropy of sigmoid(total), and its slope
        cost = np.average(np.logaddexp(0, total) - target * total, weights=counting)
        off = np.exp(-np.logaddexp(0, -total)) - target
        slope = [np.average(-off * scaled, weights=counting), np.average(off, weights=counting)]
        return float(cost), np.array(slope)

    low, high = np.log(TEMPERATURES)
    start = np.array([np.clip(np.log(logits.std() + 1e-6), low, high), 0.0])
    limits = [(low, high), (-MOST_OFFSET, MOST_OFFSET)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits)
    if not found.success or found.x[0] >= high - 1e-6:
        return Calibration(fit_temperature(logits, labels, weights))
    return Calibration(float(np.exp(found.x[0])), float(found.x[1]))


def operating_points(
    labels: Ints, probabilities: Floats, weights: Floats | None = None
) -> list[OperatingPoint]:
    """Thresholds worth offering, found on validation scans, in this order:

    - "balanced": the highest sensitivity + specificity (Youden, Cancer 3, 1950); of equals, the middle of
      the widest gap between scores.
    - "high sensitivity": the highest specificity with a sensitivity of at least 0.95.
    - "high specificity": the highest sensitivity with a specificity of at least 0.95.

    A threshold is midway between neighbouring distinct scores, so that another engine's rounding does
    not carry a scan across it. Empty where a class is absent. "high specificity" is left out where no
    threshold in 0..1 reaches it: more than 5% of the NORMAL scans have a probability of exactly 1.

    Args:
        labels: int64 [n], 0 or 1.
        probabilities: float64 [n], of PNEUMONIA, 0..1.
        weights: float64 [n], what each scan counts; None: alike.

    Raises:
        ValueError: as for `Scored`.
    """
    scored = Scored(labels, probabilities, None, 0, 0, "")
    scores, rank = np.unique(scored.probabilities, return_inverse=True)
    # Without weights these are whole numbers, and what follows is exact
    counts = np.bincount(2 * rank + scored.labels, weights=weights, minlength=2 * len(scores)).reshape(-1, 2)
    counts = counts.astype(np.float64)
    if not counts.sum(axis=0).all():
        return []
    low, high = np.append(0.0, scores), np.append(scores, 1.0)
    below = np.vstack([[0, 0], np.cumsum(counts, axis=0)])  # [NORMAL, PNEUMONIA] labelled NORMAL
    if scores[-1] == 1:  # labelling nothing PNEUMONIA would need a threshold above 1
        low, high, below = low[:-1], high[:-1], below[:-1]
    middle = low + (high - low) / 2
    thresholds = np.where(middle > low, middle, high)  # between adjacent doubles there is no middle
    normal, pneumonia = counts.sum(axis=0)
    true_negative, true_positive = below[:, 0], pneumonia - below[:, 1]
    specificity, sensitivity = true_negative / normal, true_positive / pneumonia

    # Rounded only where weights may have left the last digits of equals unlike
    youden = np.round(true_positive * normal + true_negative * pneumonia, 6)
    picks = {"balanced": np.lexsort((high - low, youden))[-1]}
    enough = np.flatnonzero(sensitivity >= 0.95)
    picks["high sensitivity"] = enough[np.lexsort((sensitivity[enough], specificity[enough]))[-1]]
    enough = np.flatnonzero(specificity >= 0.95)
    if len(enough):
        picks["high specificity"] = enough[np.lexsort((specificity[enough], sensitivity[enough]))[-1]]
    return [
        OperatingPoint(name, float(thresholds[at]), float(sensitivity[at]), float(specificity[at]))
        for name, at in picks.items()
    ]


def _per_class(counts: Counts) -> Metrics:
    figures = ("precision", "recall", "f1", "support")
    return {row.name: {each: getattr(row, each) for each in figures} for row in counts.report()[:2]}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
