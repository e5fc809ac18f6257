"""A comparison of two models, to take away: comparison.json, its scans as a table, a PDF and a picture."""

from __future__ import annotations

import csv
import datetime
import io
import json
import textwrap
from pathlib import Path
from typing import Any, get_args

from matplotlib.figure import Figure

from core.files import write_whole
from core.model.checkpoint import CLASSES
from core.scoring import two_models
from core.scoring.compared import Comparison, FigureName, Side, Verdict
from core.scoring.report import class_rows, note
from core.scoring.sheets import LEFT, RIGHT, UNKNOWN, Rows, bound, sheet, span, table, told, wide_sheet
from core.scoring.style import INK, MUTED, printable, short

_TITLES = {
    "auc": "Area under the ROC curve (AUC)",
    "accuracy": "Accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
}
_MATRICES = 0.155  # height of their lower edge on the page
_LISTED = 32  # scans that have room on a page
_LETTERS, _NARROW = 22, 12  # of a model's name over a column

_COLUMNS = ("path", "sha256", "label", "first_probability", "second_probability", "right")


def write_comparison(out_dir: Path, comparison: Comparison, *, date: datetime.date | None = None) -> None:
    """Write comparison.json and comparison.pdf, which name no file, and disagreements.csv, which does.

    Raises:
        LungfieldError: the folder cannot be written to.
    """
    text = json.dumps(as_plain(comparison), indent=2, allow_nan=False) + "\n"
    files = {
        "comparison.json": text.encode(),
        "comparison.pdf": pdf(comparison, date=date),
        "disagreements.csv": _disagreements_csv(comparison).encode("utf-8", "surrogateescape"),
    }
    for name, content in files.items():
        write_whole(out_dir / name, content)


def as_plain(comparison: Comparison) -> dict[str, Any]:
    """What comparison.json says: plain values; null is what these scans cannot tell."""
    rights = [each.right for each in comparison.disagreements]
    return {
        "n": comparison.n,
        "patients": comparison.patients,
        "left_out": comparison.left_out,
        "first": _side_as_plain(comparison.first),
        "second": _side_as_plain(comparison.second),
        "difference": {
            name: {
                "difference": each.difference,
                "confidence_interval_95": None if each.interval is None else list(each.interval),
                "first_is": each.verdict,
            }
            for name, each in comparison.differences.items()
        },
        "mcnemar": {
            "first_only_right": comparison.mcnemar.first_only,
            "second_only_right": comparison.mcnemar.second_only,
            "p": comparison.mcnemar.p,
        },
        "disagreements": {
            "n": len(rights),
            "first_right": rights.count("first"),
            "second_right": rights.count("second"),
        },
    }


def sentences(comparison: Comparison, letters: int = 30) -> list[str]:
    """What the comparison comes to, in plain English: by AUC, by accuracy, and where the two disagree.

    Args:
        letters: of a model's name, at most.
    """
    one, other = (short(name, letters) for name in comparison.names)
    said = [
        _in_words(one, other, "AUC", comparison, "auc"),
        _in_words(one, other, "accuracy at the thresholds used", comparison, "accuracy"),
        _labels_in_words(one, other, comparison),
    ]
    if comparison.left_out:
        said.append(f"{comparison.left_out} scans that only one of them has read are left out.")
    return said


def pdf(comparison: Comparison, *, date: datetime.date | None = None) -> bytes:
    """An A4 report: what is better and how sure that is, the curves, the classes, and the disagreements.

    Scans are called by the first digits of their hash: no file's name leaves with it.
    """
    date = date or datetime.date.today()
    pages = [
        _summary_page(comparison, date),
        _curves_page(comparison, date),
        _scans_page(comparison, date),
    ]
    names = " and ".join(printable(name) for name in comparison.names)
    return bound(pages, f"Lungfield comparison: {names}")


def overview(comparison: Comparison, *, date: datetime.date | None = None) -> Figure:
    """All of a comparison in one picture, for a PNG."""
    lines = (_about(comparison), *_models(comparison))
    page = wide_sheet("Comparison", lines, date or datetime.date.today(), (14.0, 10.2))
    end = table(page, 0.83, (0.43, 0.61, 0.74, 1.0), _narrow_rows(comparison), 0.045, 0.4)
    for height, line in _wrapped(comparison, end - 0.015, 20, 70, 0.0175):
        page.text(0.045, height, line, size=9, color=INK, parse_math=False)
    panels = [page.add_axes((left, 0.545, 0.22, 0.25)) for left in (0.47, 0.745)]
    two_models.draw_confusion_matrices(panels, comparison)
    two_models.draw_roc(page.add_axes((0.09, 0.1, 0.235, 0.33)), comparison)
    two_models.draw_precision_recall(page.add_axes((0.415, 0.1, 0.235, 0.33)), comparison)
    lower = page.add_axes((0.735, 0.1, 0.235, 0.085))
    two_models.draw_reliability(page.add_axes((0.735, 0.21, 0.235, 0.22), sharex=lower), lower, comparison)
    return page


def _side_as_plain(side: Side) -> dict[str, Any]:
    about = side.evaluation
    return {
        "model": about.model,
        "fingerprint": about.fingerprint,
        "engine": about.engine_words,
    } | side.result


def _disagreements_csv(comparison: Comparison) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for each in comparison.disagreements:
        scan = each.scan
        chances = (f"{each.first:.4f}", f"{each.second:.4f}")
        writer.writerow((scan.path, scan.sha256, CLASSES[scan.label], *chances, each.right))
    return text.getvalue()


def _in_words(one: str, other: str, figure: str, comparison: Comparison, name: FigureName) -> str:
    difference = comparison.differences[name]
    words: dict[Verdict, str] = {
        "better": f"By {figure}, {one} is better than {other}",
        "worse": f"By {figure}, {one} is worse than {other}",
        "alike": f"By {figure}, these scans cannot tell {one} and {other} apart",
        "unknown": f"By {figure}, nothing can be said of {one} and {other}",
    }
    if difference.difference is None or difference.interval is None:
        return words[difference.verdict] + ": there are too few patients, or one class only."
    interval = span(difference.interval, signed=True)
    told_by = f"difference {told(difference.difference, signed=True)}, 95% interval {interval}"
    return f"{words[difference.verdict]} ({told_by})."


def _labels_in_words(one: str, other: str, comparison: Comparison) -> str:
    test, different = comparison.mcnemar, len(comparison.disagreements)
    if not different:
        return f"They label all {comparison.n} scans alike."
    p = "p < 0.001" if test.p < 0.001 else f"p = {test.p:.3f}"
    return (
        f"They label {different} of {comparison.n} scans differently: {one} is right on {test.first_only} of "
        f"these, {other} on {test.second_only} (McNemar's exact test: {p})."
    )


def _about(comparison: Comparison) -> str:
    return f"DATASET {comparison.first.scored.name}"


def _models(comparison: Comparison) -> tuple[str, str]:
    first, second = (
        f"{name}, {side.evaluation.engine_words}, threshold {side.evaluation.threshold:.3f}"
        for name, side in zip(comparison.names, comparison.sides, strict=True)
    )
    return first, second


def _wrapped(
    comparison: Comparison, top: float, letters: int, width: int, line: float
) -> list[tuple[float, str]]:
    """The sentences in lines of `width` letters, each with its height on the page, from the top down."""
    lines, height = [], top
    for sentence in sentences(comparison, letters):
        for each in textwrap.wrap(sentence, width):
            lines.append((height, each))
            height -= line
        height -= 0.3 * line
    return lines


def _difference_rows(comparison: Comparison) -> Rows:
    one, other = (short(name, _NARROW) for name in comparison.names)
    rows: list[tuple[str, ...]] = [("Measure", one, other, "Difference", "95% interval")]
    for name in get_args(FigureName):
        each = comparison.differences[name]
        rates = (told(each.first), told(each.second), told(each.difference, signed=True))
        rows.append((_TITLES[name], *rates, span(each.interval, signed=True)))
    for key, title in (("ece", "Expected calibration error"), ("brier", "Brier score")):
        first, second = (side.result[key] for side in comparison.sides)
        gap = None if first is None or second is None else first - second
        rows.append((title, told(first), told(second), told(gap, signed=True), ""))
    return rows


def _narrow_rows(comparison: Comparison) -> Rows:
    (measure, one, other, _, interval), *rows = _difference_rows(comparison)
    brief = {"Area under the ROC curve (AUC)": "AUC", "Expected calibration error": "Calibration error"}
    return [
        (measure, short(one, 10), short(other, 10), "Diff.", interval),
        *((brief.get(title, title), *rest) for title, *rest in rows),
    ]


def _summary_page(comparison: Comparison, date: datetime.date) -> Figure:
    page = sheet("Comparison", _about(comparison), _models(comparison), date)
    lines = _wrapped(comparison, 0.85, 30, 96, 0.0185)
    for height, line in lines:
        page.text(LEFT, height, line, size=9.5, color=INK, parse_math=False)
    end = table(page, lines[-1][0] - 0.04, (0.5, 0.66, 0.79, 1.0), _difference_rows(comparison))
    spans = [side.result["confidence_interval_95"] for side in comparison.sides]
    one, other = (short(name, _LETTERS) for name in comparison.names)
    rows = [
        ("95% interval of each", one, other),
        ("Area under the ROC curve (AUC)", *(span(each["auc"]) for each in spans)),
        ("Accuracy", *(span(each["accuracy"]) for each in spans)),
        ("Turned away by the gate", *(str(side.result["rejected"]) for side in comparison.sides)),
    ]
    end = table(page, end - 0.03, (0.685, 1.0), rows)
    height = min(end - 0.05, 0.375) - _MATRICES
    panels = [page.add_axes((left, _MATRICES, 0.34, height)) for left in (0.13, 0.57)]
    two_models.draw_confusion_matrices(panels, comparison)
    note(page, comparison.first.scored)
    return page


def _curves_page(comparison: Comparison, date: datetime.date) -> Figure:
    page = sheet("Curves", _about(comparison), _models(comparison), date)
    two_models.draw_roc(page.add_axes((0.14, 0.57, 0.33, 0.26)), comparison)
    two_models.draw_precision_recall(page.add_axes((0.58, 0.57, 0.33, 0.26)), comparison)
    lower = page.add_axes((0.14, 0.1, 0.77, 0.1))
    upper = page.add_axes((0.14, 0.23, 0.77, 0.27), sharex=lower)
    two_models.draw_reliability(upper, lower, comparison)
    return page


def _scans_page(comparison: Comparison, date: datetime.date) -> Figure:
    page = sheet("Classes and scans", _about(comparison), _models(comparison), date)
    end = 0.85
    for side, name in zip(comparison.sides, comparison.names, strict=True):
        (_, *heads), *rows = class_rows(side.result)
        end = table(page, end, (0.45, 0.65, 0.85, 1.0), [(short(name, _LETTERS), *heads), *rows]) - 0.03
    one, other = (short(name, _NARROW) for name in comparison.names)
    scans: list[tuple[str, ...]] = [("Labelled differently", "Label", one, other, "Right")]
    room = min(_LISTED, int((end - 0.09) / 0.024) - 1)
    for each in comparison.disagreements[:room]:
        right = one if each.right == "first" else other
        name = each.scan.sha256[:12] or UNKNOWN
        scans.append((name, CLASSES[each.scan.label], told(each.first), told(each.second), right))
    end = table(page, end, (0.42, 0.62, 0.81, 1.0), scans)
    left = len(comparison.disagreements) - room
    if left > 0:
        page.text(LEFT, end, f"and {left} more", size=9.5, color=MUTED)
    page.text(
        RIGHT, 0.05, "Scans are called by the first digits of their SHA-256.", ha="right", size=8, color=MUTED
    )
    return page
