"""The figures of two models on the same scans: on one pair of axes, or side by side.

As in `figures`: `*_figure` returns a whole Figure, `draw_*` draws into axes of the caller's, and `size` is in
inches. The first model is teal and drawn whole, the second purple and dashed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from core.scoring import style
from core.scoring.compared import Comparison
from core.scoring.figures import Size, draw_confusion_matrix
from core.scoring.metrics import Floats, reliability_bins
from core.scoring.style import DASHED, FIRST, MUTED, PAPER, SECOND, dress, new_figure

_LOOKS = ((FIRST, "-", "o"), (SECOND, (0, (5, 1.5)), "s"))
_LETTERS = 24  # of a model's name in a legend
_NEEDS_BOTH = "Needs scans of both classes"


def confusion_matrices_figure(comparison: Comparison, size: Size = (9.2, 4.8)) -> Figure:
    """A confusion matrix for each model, at its threshold: two axes."""
    figure = new_figure(comparison.first.scored.name, *size)
    draw_confusion_matrices(figure.subplots(1, 2), comparison)
    return figure


def roc_figure(comparison: Comparison, size: Size = (5.2, 5.4), *, marked: bool = True) -> Figure:
    """Both ROC curves on one pair of axes, with the threshold of each marked."""
    figure = new_figure(comparison.first.scored.name, *size)
    draw_roc(figure.add_subplot(), comparison, marked)
    return figure


def precision_recall_figure(
    comparison: Comparison, size: Size = (5.2, 5.4), *, marked: bool = True
) -> Figure:
    """Both precision-recall curves on one pair of axes, with the threshold of each marked."""
    figure = new_figure(comparison.first.scored.name, *size)
    draw_precision_recall(figure.add_subplot(), comparison, marked)
    return figure


def reliability_figure(comparison: Comparison, size: Size = (5.2, 6.4)) -> Figure:
    """Both reliability diagrams on one pair of axes, over the histograms of both: two axes."""
    figure = new_figure(comparison.first.scored.name, *size)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    draw_reliability(upper, lower, comparison)
    return figure


def draw_confusion_matrices(panels: Sequence[Axes], comparison: Comparison) -> None:
    """Draw a matrix into each of two axes, under the model's name and threshold."""
    for axes, side, name in zip(panels, comparison.sides, comparison.names, strict=True):
        draw_confusion_matrix(axes, side.result)
        title = axes.set_title(
            f"{style.short(name, _LETTERS)}\nat threshold {side.evaluation.threshold:.3f}",
            loc="left",
            size=10,
            weight="bold",
        )
        title.set_parse_math(False)


def draw_roc(axes: Axes, comparison: Comparison, marked: bool = True) -> None:
    """Draw both ROC curves. Needs scans of both classes, and says so without."""
    dress(axes, "ROC curves", "1 - specificity", "Sensitivity")
    style.unit_square(axes)
    if comparison.differences["auc"].difference is None:
        style.say(axes, _NEEDS_BOTH)
        return
    axes.plot((0, 1), (0, 1), color=MUTED, linewidth=1, linestyle=DASHED)
    for side, name, (colour, line, _) in zip(comparison.sides, comparison.names, _LOOKS, strict=True):
        false_positive, true_positive, _ = roc_curve(side.scored.labels, side.scored.probabilities)
        label = f"{style.short(name, _LETTERS)}: AUC {side.result['auc']:.3f}"
        _line(axes, false_positive, true_positive, colour, line, label)
    if marked:
        for side, (colour, _, marker) in zip(comparison.sides, _LOOKS, strict=True):
            told = side.result
            _mark(axes, 1 - told["specificity"], told["sensitivity"], colour, marker)
    style.legend(axes, "lower right")


def draw_precision_recall(axes: Axes, comparison: Comparison, marked: bool = True) -> None:
    """Draw both precision-recall curves. Needs scans of both classes, and says so without."""
    dress(axes, "Precision-recall curves", "Recall of PNEUMONIA", "Precision of PNEUMONIA")
    style.unit_square(axes)
    if comparison.differences["auc"].difference is None:
        style.say(axes, _NEEDS_BOTH)
        return
    labels = comparison.first.scored.labels
    axes.axhline(float(labels.mean()), color=MUTED, linewidth=1, linestyle=DASHED)
    for side, name, (colour, line, marker) in zip(comparison.sides, comparison.names, _LOOKS, strict=True):
        precision, recall, _ = precision_recall_curve(labels, side.scored.probabilities)
        average = average_precision_score(labels, side.scored.probabilities)
        label = f"{style.short(name, _LETTERS)}: AP {average:.3f}"
        _line(axes, recall, precision, colour, line, label, steps=True)
        at = side.result["per_class"]["PNEUMONIA"]
        if marked and at["precision"] is not None:
            _mark(axes, at["recall"], at["precision"], colour, marker)
    style.legend(axes, "best")


def draw_reliability(upper: Axes, lower: Axes, comparison: Comparison) -> None:
    """Draw both reliability diagrams above, and the histograms of both models' probabilities below."""
    dress(upper, "Reliability", "", "Share that is PNEUMONIA")
    style.unit_square(upper)
    dress(lower, "", "Probability of PNEUMONIA", "Scans")
    lower.set_xlim(upper.get_xlim())
    upper.tick_params(labelbottom=False)
    upper.plot((0, 1), (0, 1), color=MUTED, linewidth=1, linestyle=DASHED)
    for side, name, (colour, line, marker) in zip(comparison.sides, comparison.names, _LOOKS, strict=True):
        bins = reliability_bins(side.scored)
        label = f"{style.short(name, _LETTERS)}: ECE {side.result['ece']:.3f}"
        _line(upper, bins.predicted, bins.observed, colour, line, label, marker=marker)
        lower.hist(
            side.scored.probabilities,
            bins=20,
            range=(0, 1),
            histtype="step",
            color=colour,
            linewidth=1.6,
            linestyle=line,
        )
    lower.yaxis.set_major_locator(MaxNLocator(3, integer=True, min_n_ticks=1))
    style.legend(upper, "best")


def _line(
    axes: Axes,
    across: Floats,
    up: Floats,
    colour: str,
    line: Any,
    label: str,
    *,
    steps: bool = False,
    marker: str = "",
) -> None:
    axes.plot(
        across,
        up,
        color=colour,
        linestyle=line,
        linewidth=2,
        label=label,
        clip_on=False,
        drawstyle="steps-post" if steps else "default",
        marker=marker,
        markersize=5,
    )


def _mark(axes: Axes, across: float, up: float, colour: str, marker: str) -> None:
    axes.plot(across, up, marker, color=colour, markeredgecolor=PAPER, markersize=9, zorder=5)
