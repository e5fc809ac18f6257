"""The figures of an evaluation and of a training, as matplotlib Figures.

`*_figure` returns a whole Figure, for a PNG or the window; `draw_*` draws the same into axes of the
caller's, for a page of the report. `size` is in inches. `marked` is False where something else marks the
threshold, as it moves. Nothing here touches pyplot or the global rcParams, so that figures may be drawn on
any thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from core.model.checkpoint import CLASSES
from core.scoring import style
from core.scoring.metrics import Metrics, Scored, reliability_bins
from core.scoring.style import DASHED, INK, MUTED, NORMAL, PAPER, PNEUMONIA, SHADES, dress, new_figure

History = Sequence[Mapping[str, Any]]
Size = tuple[float, float]


def confusion_matrix_figure(scored: Scored, result: Metrics, size: Size = (4.6, 4.6)) -> Figure:
    """Counts of the actual class (rows) against the predicted one (columns), shaded by share of the row."""
    figure = new_figure(scored.name, *size)
    draw_confusion_matrix(figure.add_subplot(), result)
    return figure


def roc_figure(scored: Scored, result: Metrics, size: Size = (5.2, 5.4), *, marked: bool = True) -> Figure:
    """The ROC curve, with the threshold of `result` marked, and the AUC with its 95% interval."""
    figure = new_figure(scored.name, *size)
    draw_roc(figure.add_subplot(), scored, result, marked)
    return figure


def precision_recall_figure(
    scored: Scored, result: Metrics, size: Size = (5.2, 5.4), *, marked: bool = True
) -> Figure:
    """Precision against recall of PNEUMONIA, with the threshold of `result` marked."""
    figure = new_figure(scored.name, *size)
    draw_precision_recall(figure.add_subplot(), scored, result, marked)
    return figure


def reliability_figure(
    scored: Scored, result: Metrics, size: Size = (5.2, 6.4), *, marked: bool = True
) -> Figure:
    """Probability against observed frequency in 10 equal-mass bins, over a histogram of probabilities.

    The threshold is marked in the histogram, the second of its axes.
    """
    figure = new_figure(scored.name, *size)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    draw_reliability(upper, lower, scored, result, marked)
    return figure


def learning_curves_figure(history: History, name: str = "", size: Size = (10.0, 3.4)) -> Figure:
    """Loss, accuracy and AUC of training and validation, epoch by epoch.

    Args:
        history: one mapping an epoch, with `epoch` and any of train_loss, train_accuracy, train_auc,
            val_loss, val_accuracy, val_auc; what is missing, None or not finite is left out.
        name: what was trained, in a line above.
    """
    figure = new_figure(name, *size)
    draw_learning_curves(figure.subplots(1, 3), history)
    return figure


def draw_confusion_matrix(axes: Axes, result: Metrics) -> None:
    """Draw `result["confusion_matrix"]`; see `confusion_matrix_figure`."""
    cells = result["confusion_matrix"]
    counts = np.array([[cells["tn"], cells["fp"]], [cells["fn"], cells["tp"]]])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    dress(axes, "Confusion matrix", "Predicted", "Actual", grid=False)
    axes.set(xlim=(-0.5, 1.5), ylim=(1.5, -0.5), aspect="equal")
    axes.set_xticks((0, 1), CLASSES)
    axes.set_yticks((0, 1), CLASSES, rotation=90, va="center")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for (row, column), count in np.ndenumerate(counts):
        shade = round(float(shares[row, column]) * (len(SHADES) - 1))
        ink = PAPER if shade == len(SHADES) - 1 else INK
        corner = (column - 0.48, row - 0.48)
        axes.add_patch(Rectangle(corner, 0.96, 0.96, color=SHADES[shade], linewidth=0))
        axes.text(column, row - 0.1, f"{count}", ha="center", va="center", size=20, color=ink)
        if counts[row].any():
            share = f"{shares[row, column]:.1%}\nof {CLASSES[row]}"
            axes.text(column, row + 0.24, share, ha="center", va="center", size=8, color=ink)


def draw_roc(axes: Axes, scored: Scored, result: Metrics, marked: bool = True) -> None:
    """Draw the ROC curve; see `roc_figure`. Needs scans of both classes, and says so without."""
    dress(axes, "ROC curve", "1 - specificity", "Sensitivity")
    style.unit_square(axes)
    if result["auc"] is None:
        style.say(axes, "Needs scans of both classes")
        return
    axes.plot((0, 1), (0, 1), color=MUTED, linewidth=1, linestyle=DASHED)
    false_positive, true_positive, _ = roc_curve(scored.labels, scored.probabilities)
    label = f"AUC {result['auc']:.3f}"
    if interval := result["confidence_interval_95"]["auc"]:
        label += f"  (95% CI {interval[0]:.3f} to {interval[1]:.3f})"
    axes.plot(false_positive, true_positive, color=NORMAL, linewidth=2, label=label, clip_on=False)
    if marked:
        sensitivity, specificity = result["sensitivity"], result["specificity"]
        told = f"sensitivity {sensitivity:.3f}, specificity {specificity:.3f}"
        style.mark(axes, 1 - specificity, sensitivity, f"Threshold {result['threshold']:.3f}:\n{told}")
    style.legend(axes, "lower right" if result["auc"] >= 0.5 else "upper left")


def draw_precision_recall(axes: Axes, scored: Scored, result: Metrics, marked: bool = True) -> None:
    """Draw the precision-recall curve; see `precision_recall_figure`. Needs scans of both classes."""
    dress(axes, "Precision-recall curve", "Recall of PNEUMONIA", "Precision of PNEUMONIA")
    style.unit_square(axes)
    if result["auc"] is None:
        style.say(axes, "Needs scans of both classes")
        return
    prevalence = float(scored.labels.mean())
    axes.axhline(prevalence, color=MUTED, linewidth=1, linestyle=DASHED, label=f"By chance {prevalence:.3f}")
    precision, recall, _ = precision_recall_curve(scored.labels, scored.probabilities)
    average = average_precision_score(scored.labels, scored.probabilities)
    label = f"Average precision {average:.3f}"
    axes.step(recall, precision, where="post", color=NORMAL, linewidth=2, label=label, clip_on=False)
    at = result["per_class"]["PNEUMONIA"]
    if marked and at["precision"] is not None:
        told = f"recall {at['recall']:.3f}, precision {at['precision']:.3f}"
        style.mark(axes, at["recall"], at["precision"], f"Threshold {result['threshold']:.3f}:\n{told}")
    style.legend(axes, "best")


def draw_reliability(upper: Axes, lower: Axes, scored: Scored, result: Metrics, marked: bool = True) -> None:
    """Draw the reliability diagram above and the histogram below; see `reliability_figure`."""
    dress(upper, "Reliability", "", "Share that is PNEUMONIA")
    style.unit_square(upper)
    dress(lower, "", "Probability of PNEUMONIA", "Scans")
    lower.set_xlim(upper.get_xlim())
    upper.tick_params(labelbottom=False)
    if result["n"] == 0:
        style.say(upper, "Needs scans")
        style.say(lower, "")
        return
    upper.plot((0, 1), (0, 1), color=MUTED, linewidth=1, linestyle=DASHED, label="Perfect calibration")
    bins = reliability_bins(scored)
    label = f"ECE {result['ece']:.3f}, Brier score {result['brier']:.3f}"
    upper.plot(bins.predicted, bins.observed, "o-", color=NORMAL, linewidth=2, label=label, clip_on=False)
    style.legend(upper, "best")
    sides = [scored.probabilities[scored.labels == label] for label in (0, 1)]
    lower.hist(sides, bins=20, range=(0, 1), stacked=True, color=(NORMAL, PNEUMONIA), label=CLASSES)
    if marked:
        lower.axvline(result["threshold"], color=INK, linewidth=1, linestyle=(0, (2, 2)), label="Threshold")
    lower.yaxis.set_major_locator(MaxNLocator(3, integer=True, min_n_ticks=1))
    lower.margins(y=0.45)
    style.legend(lower, "upper center", columns=3)


def draw_learning_curves(panels: Sequence[Axes], history: History) -> None:
    """Draw loss, accuracy and AUC into three axes; see `learning_curves_figure`."""
    for axes, quantity in zip(panels, ("loss", "accuracy", "auc"), strict=True):
        dress(axes, "AUC" if quantity == "auc" else quantity.capitalize(), "Epoch", "")
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, min_n_ticks=1))
        sides = (("train", "Training", NORMAL, "o"), ("val", "Validation", PNEUMONIA, "s"))
        for key, label, colour, marker in sides:
            epochs, values = _recorded(history, f"{key}_{quantity}")
            if epochs:
                size = 4 if len(epochs) <= 30 else 0
                axes.plot(
                    epochs, values, color=colour, marker=marker, markersize=size, linewidth=1.8, label=label
                )
        if axes.lines:
            style.legend(axes, "best")
        else:
            style.say(axes, "Not recorded")


def _recorded(history: History, key: str) -> tuple[list[int], list[float]]:
    recorded = [(row["epoch"], row[key]) for row in history if row.get(key) is not None]
    finite = [(epoch, value) for epoch, value in recorded if np.isfinite(value)]
    return [epoch for epoch, _ in finite], [value for _, value in finite]
