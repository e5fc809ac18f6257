"""Evaluations in words and numbers. Pure functions; nothing here decides anything."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLocale

from core.model.checkpoint import OperatingPoint
from core.reading.words import label
from core.scoring.evaluated import Evaluation
from gui.evaluation.judgement import Cell, Group

translate = QCoreApplication.translate

UNKNOWN = "\N{EN DASH}"


def number(count: int) -> str:
    return QLocale().toString(count)


def percent(share: float | None) -> str:
    """A share as percent with one decimal; a dash where it cannot be told."""
    if share is None or math.isnan(share):
        return UNKNOWN
    shown = f"{100 * share:.1f}"
    # What is not quite all must not look like it, and what is not quite nothing neither
    if shown == "100.0" and share < 1:
        return ">99.9%"
    if shown == "0.0" and share > 0:
        return "<0.1%"
    return f"{shown}%"


def short(name: str, letters: int = 30) -> str:
    """A name in a sentence, or above a column: its middle is left out where it is long."""
    if len(name) <= letters:
        return name
    tail = letters // 3
    return f"{name[: letters - tail - 1].rstrip()}…{name[-tail:].lstrip()}"


def threshold(value: float) -> str:
    return f"{100 * value:.2f}%" if round(1000 * value, 6) % 1 else f"{100 * value:.1f}%"


def decimal(value: float | None) -> str:
    """A number such as an AUC with three decimals; a dash where it cannot be told."""
    return UNKNOWN if value is None or math.isnan(value) else f"{value:.3f}"


def span(interval: Sequence[float] | None, as_percent: bool) -> str:
    """A 95% interval; empty where there is none."""
    if interval is None:
        return ""
    low, high = interval
    if as_percent:
        return f"{100 * low:.1f}–{100 * high:.1f}%"
    return f"{low:.3f}–{high:.3f}"


def cell_name(cell: Cell) -> str:
    """The field's word for a cell of the confusion matrix."""
    return {
        "tn": translate("Evaluation", "True negatives"),
        "fp": translate("Evaluation", "False positives"),
        "fn": translate("Evaluation", "False negatives"),
        "tp": translate("Evaluation", "True positives"),
    }[cell]


def cell_meaning(cell: Cell) -> str:
    """What the scans of a cell are, and what they were called."""
    actual, called = label(cell in ("fn", "tp")), label(cell in ("fp", "tp"))
    return translate("Evaluation", "{actual}, called {called}").format(actual=actual, called=called)


def group_name(group: Group) -> str:
    """Of a group of scans in a list."""
    if group == "wrong":
        return translate("Evaluation", "Called wrongly")
    if group == "rejected":
        return translate("Evaluation", "Turned away by the gate")
    if group == "failed":
        return translate("Evaluation", "Could not be read")
    return translate("Evaluation", "{name}: {meaning}").format(
        name=cell_name(group), meaning=cell_meaning(group)
    )


def point_words(points: Sequence[OperatingPoint]) -> str:
    """Operating points that share a threshold, by their names."""
    return ", ".join(point.name for point in points)


def summary(evaluation: Evaluation) -> str:
    """What was evaluated, in one line."""
    read = evaluation.read
    pneumonia = [scan.label for scan in read].count(1)
    rejected = [scan.status for scan in read].count("rejected")
    failed = len(evaluation.scans) - len(read)
    parts = [
        translate("Evaluation", "{n} scans: {pneumonia} PNEUMONIA, {normal} NORMAL").format(
            n=number(len(read)), pneumonia=number(pneumonia), normal=number(len(read) - pneumonia)
        ),
        translate("Evaluation", "{n} patients").format(
            n=number(len({(scan.dataset, scan.patient) for scan in read}))
        ),
    ]
    if rejected:
        told = translate("Evaluation", "{n} turned away by the gate, and counted")
        parts.append(told.format(n=number(rejected)))
    if failed:
        parts.append(translate("Evaluation", "{n} could not be read").format(n=number(failed)))
    return " · ".join(parts)


def caution(evaluation: Evaluation) -> str:
    """What must be known of these numbers before they are believed; empty where nothing."""
    read = evaluation.read
    labels = {scan.label for scan in read}
    if len(labels) == 1:
        (only,) = labels
        if only:
            return translate(
                "Evaluation",
                "Only scans with pneumonia: specificity and the curves need NORMAL scans too.",
            )
        return translate(
            "Evaluation",
            "Only NORMAL scans: sensitivity and the curves need scans with pneumonia too.",
        )
    if len(read) < 100:
        return translate(
            "Evaluation",
            "With so few scans the numbers are rough: look at the intervals, not at the last digit.",
        )
    return ""
