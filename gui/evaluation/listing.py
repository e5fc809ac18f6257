"""What is told of the scans in a list, by group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from core.reading.words import label, percent
from core.scoring.evaluated import EvaluatedScan
from gui.evaluation import words
from gui.evaluation.judgement import CELLS, Group, Judgement
from gui.evaluation.scan_model import Column

translate = QCoreApplication.translate


def columns(judgement: Judgement, group: Group, scans: Sequence[EvaluatedScan]) -> list[Column]:
    """The columns for the scans of a group of one model's."""
    made = [names(scans)]
    if group not in CELLS:
        made.append(truth(scans))
    if group == "failed":
        made.append(Column(translate("Evaluation", "Why"), [scan.reason for scan in scans]))
        return made
    probabilities = [scan.probability or 0.0 for scan in scans]
    made.append(probability(translate("Evaluation", "Probability"), probabilities))
    threshold = judgement.threshold
    away = [each - threshold for each in probabilities]
    made.append(Column(translate("Evaluation", "Distance"), away, _points, is_number=True))
    if any(scan.reason for scan in scans):
        away_words = translate("Evaluation", "turned away")
        gate = [away_words if scan.status == "rejected" else "" for scan in scans]
        made.append(Column(translate("Evaluation", "Gate"), gate))
    return made


def disagreements(first: Judgement, second: Judgement) -> list[tuple[EvaluatedScan, EvaluatedScan]]:
    """The scans that two models call differently, those first on which they are farthest apart.

    The two judgements are of the same scans in the same order.
    """
    chosen = np.flatnonzero(first.called != second.called)
    apart = np.abs(first.probabilities[chosen] - second.probabilities[chosen])
    return [(first.read[at], second.read[at]) for at in chosen[np.argsort(-apart, kind="stable")]]


def disagreement_columns(
    pairs: Sequence[tuple[EvaluatedScan, EvaluatedScan]], first: Judgement, titles: tuple[str, str]
) -> list[Column]:
    """What each of two models says of the scans that they call differently, and which of them is right."""
    scans = [scan for scan, _ in pairs]
    one = [scan.probability or 0.0 for scan, _ in pairs]
    other = [scan.probability or 0.0 for _, scan in pairs]
    threshold = first.threshold
    right = [
        titles[0] if (called >= threshold) == bool(scan.label) else titles[1]
        for scan, called in zip(scans, one, strict=True)
    ]
    return [
        names(scans),
        truth(scans),
        probability(titles[0], one),
        probability(titles[1], other),
        Column(translate("Evaluation", "Right"), right),
    ]


def names(scans: Sequence[EvaluatedScan]) -> Column:
    return Column(translate("Evaluation", "Scan"), [scan.path.name for scan in scans])


def truth(scans: Sequence[EvaluatedScan]) -> Column:
    return Column(translate("Evaluation", "Actually"), [scan.label for scan in scans], _label)


def probability(title: str, values: Sequence[float]) -> Column:
    return Column(title, values, _percent, is_number=True)


def groups(judgement: Judgement) -> list[Group]:
    """Those worth offering: what cannot be empty, and what is not."""
    made: list[Group] = ["wrong", *CELLS]
    if judgement.size("rejected"):
        made.append("rejected")
    if judgement.size("failed"):
        made.append("failed")
    return made


def group_words(judgement: Judgement, group: Group) -> str:
    return translate("Evaluation", "{group} ({n})").format(
        group=words.group_name(group), n=words.number(judgement.size(group))
    )


def _label(value: int) -> str:
    return label(bool(value))


def _percent(value: float) -> str:
    return percent(value, 1)


def _points(value: float) -> str:
    """A difference of probabilities in percentage points, with its sign."""
    return f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")
