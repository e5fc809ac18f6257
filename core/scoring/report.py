"""An evaluation on disk: metrics.json, the figures as PNG, and a PDF to print."""

from __future__ import annotations

import datetime
import io
import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from core.files import write_whole
from core.model.checkpoint import CLASSES
from core.scoring import figures
from core.scoring.bootstrap import RESAMPLES
from core.scoring.figures import History
from core.scoring.metrics import Metrics, Scored
from core.scoring.style import INK, MUTED, PAPER, RULE, printable, show_name

FOOTER = "For research and education. Not for diagnosis."
Results = Sequence[tuple[Scored, Metrics]]

_A4 = (8.27, 11.69)
_LEFT, _RIGHT, _ROW = 0.09, 0.91, 0.024  # shares of the page
_UNKNOWN = "\N{EN DASH}"
_NOTE = (
    f"Intervals: percentile bootstrap of {RESAMPLES} resamples, drawn by {{unit}}. Calibration error: 10 "
    "bins of equal mass, of the probability of PNEUMONIA against the frequency observed. A scan is "
    "labelled PNEUMONIA where its probability is at or above the threshold. A dash: these scans cannot tell."
)


def write_evaluation(
    out_dir: Path, scored: Scored, result: Metrics, model_line: str, *, date: datetime.date | None = None
) -> None:
    """Write what `evaluate` leaves behind: metrics.json, four PNGs and report.pdf, for one DATASET.

    Everything is drawn before the first file is touched, and each file is then replaced whole.

    Args:
        out_dir: made if it does not exist; files of these names in it are replaced.
        scored: the scans of the DATASET.
        result: `metrics(scored, threshold)`; written as it is.
        model_line: the model in one line, for the report.
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
        "report.pdf": pdf([(scored, result)], model_line, date=date),
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
    results: Results, model_line: str, history: History = (), *, date: datetime.date | None = None
) -> bytes:
    """An A4 report: a page of figures and a page of curves for each DATASET, then the learning curves.

    Args:
        results: each DATASET's scans, and `metrics` of them.
        model_line: the model in one line.
        history: as for `figures.learning_curves_figure`; no page where it is empty.
        date: told on every page; today where it is None.
    """
    date = date or datetime.date.today()
    pages = []
    for scored, result in results:
        pages += [
            _summary_page(scored, result, model_line, date),
            _curves_page(scored, result, model_line, date),
        ]
    if history:
        pages.append(_learning_page(history, model_line, date))
    title = "Lungfield evaluation: " + ", ".join(printable(scored.name) for scored, _ in results)
    content = io.BytesIO()
    with PdfPages(content, metadata={"Title": title, "Creator": "Lungfield"}) as document:
        for number, page in enumerate(pages, start=1):
            page.text(_RIGHT, 0.035, f"{number} / {len(pages)}", ha="right", size=8, color=MUTED)
            document.savefig(page)
    return content.getvalue()


def png(figure: Figure, dpi: int = 150) -> bytes:
    """The Figure as a PNG file's bytes, at `dpi` dots an inch."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=dpi)
    return content.getvalue()


def _page(title: str, name: str, model_line: str, date: datetime.date) -> Figure:
    page = Figure(figsize=_A4, facecolor=PAPER)
    FigureCanvasAgg(page)
    page.text(_LEFT, 0.945, title, size=18, weight="bold", color=INK)
    page.text(_RIGHT, 0.945, date.isoformat(), ha="right", size=9, color=MUTED)
    show_name(page.text(_LEFT, 0.922, "", size=11, color=INK), name, _RIGHT - _LEFT)
    show_name(page.text(_LEFT, 0.904, "", size=9, color=MUTED), model_line, _RIGHT - _LEFT)
    _rule(page, 0.892, INK)
    page.text(_LEFT, 0.035, FOOTER, size=8, color=MUTED)
    return page


def _summary_page(scored: Scored, result: Metrics, model_line: str, date: datetime.date) -> Figure:
    page = _page("Evaluation", f"DATASET {scored.name}", model_line, date)
    end = _table(page, 0.862, (0.6, 1.0), _metric_rows(result))
    end = _table(page, end - 0.04, (0.4, 0.6, 0.8, 1.0), _class_rows(result))
    _table(page, end - 0.04, (1.0,), _count_rows(scored, result), right=0.42)
    figures.draw_confusion_matrix(page.add_axes((0.55, 0.245, 0.36, 0.255)), result)
    unit = "scan" if scored.patients is None else "patient"
    note = textwrap.fill(_NOTE.format(unit=unit), 100)
    page.text(_LEFT, 0.07, note, size=8, color=MUTED, linespacing=1.5)
    return page


def _curves_page(scored: Scored, result: Metrics, model_line: str, date: datetime.date) -> Figure:
    page = _page("Curves", f"DATASET {scored.name}", model_line, date)
    figures.draw_roc(page.add_axes((0.14, 0.58, 0.33, 0.26)), scored, result)
    figures.draw_precision_recall(page.add_axes((0.58, 0.58, 0.33, 0.26)), scored, result)
    lower = page.add_axes((0.14, 0.1, 0.77, 0.1))
    upper = page.add_axes((0.14, 0.23, 0.77, 0.27), sharex=lower)
    figures.draw_reliability(upper, lower, scored, result)
    return page


def _learning_page(history: History, model_line: str, date: datetime.date) -> Figure:
    page = _page("Learning curves", model_line, "", date)
    panels = [page.add_axes((0.14, bottom, 0.77, 0.2)) for bottom in (0.65, 0.38, 0.11)]
    figures.draw_learning_curves(panels, history)
    return page


def _metric_rows(result: Metrics) -> list[tuple[str, ...]]:
    interval = result["confidence_interval_95"]
    return [
        ("Measure", "Value", "95% interval"),
        ("Accuracy", _told(result["accuracy"]), _span(interval["accuracy"])),
        ("Area under the ROC curve (AUC)", _told(result["auc"]), _span(interval["auc"])),
        ("Balanced accuracy", _told(result["balanced_accuracy"]), ""),
        ("Sensitivity", _told(result["sensitivity"]), ""),
        ("Specificity", _told(result["specificity"]), ""),
        ("Expected calibration error (ECE)", _told(result["ece"]), ""),
        ("Brier score", _told(result["brier"]), ""),
    ]


def _class_rows(result: Metrics) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("Class", "Precision", "Recall", "F1", "Scans")]
    for name in CLASSES:
        of = result["per_class"][name]
        rows.append((name, _told(of["precision"]), _told(of["recall"]), _told(of["f1"]), str(of["support"])))
    return rows


def _count_rows(scored: Scored, result: Metrics) -> list[tuple[str, ...]]:
    patients = _UNKNOWN if scored.patients is None else str(len(set(scored.patients)))
    return [
        ("Scans", ""),
        ("Scored", str(result["n"])),
        ("Patients", patients),
        ("Turned away by the gate", str(result["rejected"])),
        ("Could not be read", str(result["failed"])),
        ("Threshold", _told(result["threshold"])),
    ]


def _table(
    page: Figure, top: float, ends: Sequence[float], rows: Sequence[tuple[str, ...]], right: float = _RIGHT
) -> float:
    """Draw a table under its first row, and return where it ends; `ends` are the columns' right edges."""
    across = [_LEFT + end * (right - _LEFT) for end in ends]
    for number, (first, *others) in enumerate(rows):
        weight, bottom = "normal" if number else "bold", top - number * _ROW
        page.text(_LEFT, bottom, first, size=9.5, weight=weight, color=INK)
        for place, text in zip(across, others, strict=True):
            page.text(place, bottom, text, ha="right", size=9.5, weight=weight, color=INK)
        _rule(page, bottom - 0.0065, RULE if number else MUTED, right)
    return top - len(rows) * _ROW


def _rule(page: Figure, height: float, colour: str, right: float = _RIGHT) -> None:
    page.add_artist(Line2D((_LEFT, right), (height, height), color=colour, linewidth=0.8))


def _told(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.3f}"


def _span(interval: Sequence[float] | None) -> str:
    return _UNKNOWN if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"
