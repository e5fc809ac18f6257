"""Which of two models is better on the same labelled scans, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from core.errors import DatasetError
from core.scoring.bootstrap import paired_intervals
from core.scoring.compared import Comparison, Difference, Disagreement, FigureName, McNemar, Side
from core.scoring.evaluated import EvaluatedScan, Evaluation
from core.scoring.evaluation import scored_of
from core.scoring.metrics import metrics

#: A content and a label, and which of its copies.
_Key = tuple[str | Path, int, int]


def compare(
    first: Evaluation, second: Evaluation, thresholds: tuple[float, float] | None = None
) -> Comparison:
    """Compare two models on the scans that both have read.

    Scans are paired by their content, so that it does not matter where a folder lay. What only one could read
    is left out, or the two would not be asked the same; what the gate rejects stays in. Differences have
    paired bootstrap intervals by patient (see `bootstrap.paired_intervals`), and the labels McNemar's test
    (Psychometrika 12, 1947), exact: binomial, of the scans that only one of the two labels rightly.

    Args:
        first: such as a new model; `Difference` is in its favour where above 0.
        second: such as the one in use.
        thresholds: of each, 0..1; None takes those that they were read at.

    Raises:
        DatasetError: there is no scan that both have read.
    """
    pairs, left_out = _pairs(first.read, second.read)
    if not pairs:
        raise DatasetError("there is no scan that both models have read")
    at = (first.threshold, second.threshold) if thresholds is None else thresholds
    sides = (
        _side(first, [one for one, _ in pairs], at[0]),
        _side(second, [other for _, other in pairs], at[1]),
    )
    labels = sides[0].scored.labels
    called = [side.scored.probabilities >= side.evaluation.threshold for side in sides]
    correct = (called[0] == labels, called[1] == labels)
    patients = sides[0].scored.patients
    assert patients is not None
    probabilities = (sides[0].scored.probabilities, sides[1].scored.probabilities)
    spans = paired_intervals(labels, probabilities, correct, patients)
    return Comparison(
        first=sides[0],
        second=sides[1],
        names=_names(first.model, second.model),
        differences={name: _difference(name, sides, spans[name]) for name in get_args(FigureName)},
        mcnemar=mcnemar(int((correct[0] & ~correct[1]).sum()), int((correct[1] & ~correct[0]).sum())),
        disagreements=_disagreements(pairs, called[0] != called[1], correct[0]),
        left_out=left_out,
        patients=len(set(patients)),
    )


def mcnemar(first_only: int, second_only: int) -> McNemar:
    """McNemar's exact test of the scans that only the one, and only the other model labels rightly."""
    told = first_only + second_only
    p = float(binomtest(first_only, told, 0.5).pvalue) if told else 1.0
    return McNemar(first_only, second_only, p)


def _pairs(
    first: Sequence[EvaluatedScan], second: Sequence[EvaluatedScan]
) -> tuple[list[tuple[EvaluatedScan, EvaluatedScan]], int]:
    """The scans that are in both under one label, in the first's order; and how many are not."""
    ours, others = _by_content(first), _by_content(second)
    pairs = [(scan, others[key]) for key, scan in ours.items() if key in others]
    return pairs, len(ours) + len(others) - 2 * len(pairs)


def _by_content(scans: Sequence[EvaluatedScan]) -> dict[_Key, EvaluatedScan]:
    """Copies of one file are told apart by a number: it does not matter which is paired with which."""
    seen: Counter[tuple[str | Path, int]] = Counter()
    found: dict[_Key, EvaluatedScan] = {}
    for scan in scans:
        said = (scan.sha256 or scan.path, scan.label)
        found[*said, seen[said]] = scan
        seen[said] += 1
    return found


def _side(evaluation: Evaluation, scans: Sequence[EvaluatedScan], threshold: float) -> Side:
    of_these = replace(evaluation, scans=tuple(scans), threshold=threshold)
    scored = scored_of(of_these)
    return Side(of_these, scored, metrics(scored, threshold))


def _difference(name: str, sides: tuple[Side, Side], interval: Sequence[float] | None) -> Difference:
    first, second = (side.result[name] for side in sides)
    if interval is None or first is None or second is None:
        return Difference(first, second, None)
    return Difference(first, second, (interval[0], interval[1]))


def _names(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first != second else (f"{first} (1)", f"{second} (2)")


def _disagreements(
    pairs: Sequence[tuple[EvaluatedScan, EvaluatedScan]],
    differs: NDArray[np.bool_],
    first_right: NDArray[np.bool_],
) -> tuple[Disagreement, ...]:
    found = []
    for at in np.flatnonzero(differs).tolist():
        one, other = pairs[at]
        assert one.probability is not None
        assert other.probability is not None
        right: Literal["first", "second"] = "first" if first_right[at] else "second"
        found.append(Disagreement(one, one.probability, other.probability, right))
    return tuple(sorted(found, key=lambda each: -abs(each.first - each.second)))
