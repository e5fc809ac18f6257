"""An evaluation on disk: metrics.json, the figures as PNG, and a PDF to print."""

from __future__ import annotations

import datetime
import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from core.files import write_whole
from core.model.checkpoint import OperatingPoint
from core.scoring import figures
from core.scoring.bootstrap import RESAMPLES
from core.scoring.figures import History
from core.scoring.metrics import Metrics, Scored
from core.scoring.sheets import LEFT, UNKNOWN, Rows, bound, sheet, span, table, told, wide_sheet
from core.scoring.sheets import png as png
from core.scoring.style import MUTED, printable, short
from core.scoring.thresholds import Counts, Thresholds

Results = Sequence[tuple[Scored, Metrics]]

NOTE = (
    f"Intervals: percentile bootstrap of {RESAMPLES} resamples, drawn by {{unit}}. Calibration error: 10 "
    "bins of equal mass, of the probability of PNEUMONIA against the frequency observed. A scan is "
    "labelled PNEUMONIA where its probability is at or above the threshold. A dash: these scans cannot tell."
)

_MOST_POINTS = 6  # operating points that have room on the page


def write_evaluation(
    out_dir: Path,
    scored: Scored,
    result: Metrics,
    model_line: str,
    points: Sequence[OperatingPoint] = (),
    *,
    date: datetime.date | None = None,
) -> None:
    """Write what `evaluate` leaves behind: metrics.json, four PNGs and report.pdf, for one DATASET.

    Everything is drawn before the first file is touched, and each file is then replaced whole.

    Args:
        out_dir: made if it does not exist; files of these names in it are replaced.
        scored: the scans of the DATASET.
        result: `metrics(scored, threshold)`; written as it is.
        model_line: the model in one line, for the report.
        points: the model's operating points, for the report: what they give on these scans.
        date: for the report; today where it is None.

    Raises:
        LungfieldError: the folder cannot be written to.
    """
    text = json.dumps(result, indent=2, allow_nan=False) + "\n"
    files = {
        "metrics.json": text.encode(),
        "confusion_matrix.png": png(figures.confusion_matrix_figure(scored, result)),
        "roc.png": png(figures.roc_figure(scored, result)),
        "precision_recall.png": png(figures.precision_recall_figure(scored, result)),
        "reliability.png": png(figures.reliability_figure(scored, result)),
        "report.pdf": pdf([(scored, result)], model_line, points=points, date=date),
    }
    for name, content in files.items():
        write_whole(out_dir / name, content)


def write_pdf(
    path: Path, results: Results, model_line: str, history: History = (), *, date: datetime.date | None = None
) -> None:
    """Write one PDF about several DATASETs; see `pdf`.

    Raises:
        LungfieldError: the file cannot be written.
    """
    write_whole(path, pdf(results, model_line, history, date=date))


def pdf(
    results: Results,
    model_line: str,
    history: History = (),
    *,
    points: Sequence[OperatingPoint] = (),
    date: datetime.date | None = None,
) -> bytes:
    """An A4 report: a page of figures and a page of curves for each DATASET, then the learning curves.

    Args:
        results: each DATASET's scans, and `metrics` of them.
        model_line: the model in one line.
        history: as for `figures.learning_curves_figure`; no page where it is empty.
        points: as for `write_evaluation`.
        date: told on every page; today where it is None.
    """
    date = date or datetime.date.today()
    pages = []
    for scored, result in results:
        pages += [
            _summary_page(scored, result, model_line, points, date),
            _curves_page(scored, result, model_line, date),
        ]
    if history:
        pages.append(_learning_page(history, model_line, date))
    return bound(pages, "Lungfield evaluation: " + ", ".join(printable(scored.name) for scored, _ in results))


def overview(
    scored: Scored, result: Metrics, model_line: str, *, date: datetime.date | None = None
) -> Figure:
    """All of an evaluation in one picture, for a PNG."""
    size = (13.0, 9.0)
    lines = (f"DATASET {scored.name}", model_line)
    page = wide_sheet("Evaluation", lines, date or datetime.date.today(), size)
    end = table(page, 0.845, (0.68, 1.0), metric_rows(result), 0.045, 0.36)
    end = table(page, end - 0.035, (0.52, 0.68, 0.84, 1.0), class_rows(result), 0.045, 0.36)
    table(page, end - 0.035, (1.0,), count_rows(scored, result), 0.045, 0.36)
    figures.draw_confusion_matrix(page.add_axes((0.425, 0.545, 0.22, 0.29)), result)
    figures.draw_roc(page.add_axes((0.72, 0.545, 0.245, 0.29)), scored, result)
    figures.draw_precision_recall(page.add_axes((0.425, 0.1, 0.235, 0.33)), scored, result)
    lower = page.add_axes((0.72, 0.1, 0.245, 0.085))
    figures.draw_reliability(page.add_axes((0.72, 0.21, 0.245, 0.22), sharex=lower), lower, scored, result)
    return page


def metric_rows(result: Metrics) -> Rows:
    """The figures of one model, as a table."""
    interval = result["confidence_interval_95"]
    return [
        ("Measure", "Value", "95% interval"),
        ("Accuracy", told(result["accuracy"]), span(interval["accuracy"])),
        ("Area under the ROC curve (AUC)", told(result["auc"]), span(interval["auc"])),
        ("Balanced accuracy", told(result["balanced_accuracy"]), ""),
        ("Sensitivity", told(result["sensitivity"]), ""),
        ("Specificity", told(result["specificity"]), ""),
        ("Expected calibration error (ECE)", told(result["ece"]), ""),
        ("Brier score", told(result["brier"]), ""),
    ]


def class_rows(result: Metrics) -> Rows:
    """The classification report, as a table."""
    cells = result["confusion_matrix"]
    counts = Counts(result["threshold"], cells["tn"], cells["fp"], cells["fn"], cells["tp"])
    rows: list[tuple[str, ...]] = [("Class", "Precision", "Recall", "F1", "Scans")]
    for row in counts.report():
        name = row.name if row.name.isupper() else row.name.capitalize()
        rows.append((name, told(row.precision), told(row.recall), told(row.f1), str(row.support)))
    return rows


def count_rows(scored: Scored, result: Metrics) -> Rows:
    """How many scans there were, and what became of them, as a table."""
    patients = UNKNOWN if scored.patients is None else str(len(set(scored.patients)))
    return [
        ("Scans", ""),
        ("Scored", str(result["n"])),
        ("Patients", patients),
        ("Turned away by the gate", str(result["rejected"])),
        ("Could not be read", str(result["failed"])),
        ("Threshold", told(result["threshold"])),
    ]


def note(page: Figure, scored: Scored) -> None:
    """How the figures were got, in small print at the foot of a page."""
    text = NOTE.format(unit="scan" if scored.patients is None else "patient")
    page.text(LEFT, 0.07, textwrap.fill(text, 100), size=8, color=MUTED, linespacing=1.5)


def _summary_page(
    scored: Scored, result: Metrics, model_line: str, points: Sequence[OperatingPoint], date: datetime.date
) -> Figure:
    page = sheet("Evaluation", f"DATASET {scored.name}", (model_line,), date)
    end = table(page, 0.862, (0.6, 1.0), metric_rows(result))
    end = table(page, end - 0.03, (0.4, 0.6, 0.8, 1.0), class_rows(result))
    if points:
        end = table(page, end - 0.03, (0.48, 0.66, 0.84, 1.0), _point_rows(scored, points))
    table(page, end - 0.03, (1.0,), count_rows(scored, result), right=0.42)
    figures.draw_confusion_matrix(page.add_axes((0.55, end - 0.255, 0.36, 0.225)), result)
    note(page, scored)
    return page


def _point_rows(scored: Scored, points: Sequence[OperatingPoint]) -> Rows:
    thresholds = Thresholds(scored.labels, scored.probabilities)
    rows: list[tuple[str, ...]] = [("Operating point", "Threshold", "Sensitivity", "Specificity", "Accuracy")]
    for point in points[:_MOST_POINTS]:
        counts = thresholds.at(point.threshold)
        rates = (counts.threshold, counts.sensitivity, counts.specificity, counts.accuracy)
        rows.append((short(point.name, 34), *(told(rate) for rate in rates)))
    return rows


def _curves_page(scored: Scored, result: Metrics, model_line: str, date: datetime.date) -> Figure:
    page = sheet("Curves", f"DATASET {scored.name}", (model_line,), date)
    figures.draw_roc(page.add_axes((0.14, 0.58, 0.33, 0.26)), scored, result)
    figures.draw_precision_recall(page.add_axes((0.58, 0.58, 0.33, 0.26)), scored, result)
    lower = page.add_axes((0.14, 0.1, 0.77, 0.1))
    upper = page.add_axes((0.14, 0.23, 0.77, 0.27), sharex=lower)
    figures.draw_reliability(upper, lower, scored, result)
    return page


def _learning_page(history: History, model_line: str, date: datetime.date) -> Figure:
    page = sheet("Learning curves", model_line, (), date)
    panels = [page.add_axes((0.14, bottom, 0.77, 0.2)) for bottom in (0.65, 0.38, 0.11)]
    figures.draw_learning_curves(panels, history)
    return page
