"""The three figures of one model or two, and the thresholds on them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal

from gui.evaluation.colours import FIRST, INK, ONE, SECOND
from gui.evaluation.judgement import Curve, Judgement
from gui.evaluation.measuring import Measured
from gui.jobs import Lane
from gui.plots.view import Marker, PlotView
from gui.theme import Theme

if TYPE_CHECKING:  # loading it takes a second, which only a lane may spend
    from matplotlib.figure import Figure

#: Of the reliability figure: the histogram below the diagram.
_HISTOGRAM = 1

translate = QCoreApplication.translate


class Curves(QObject):
    """Has the figures drawn once; marks on them follow the thresholds. A click on a curve moves one there."""

    failed = Signal(object)  # the exception of a figure that could not be drawn

    def __init__(
        self, judgements: Sequence[Judgement], lane: Lane, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._judgements = tuple(judgements)
        self._colours = (ONE,) if len(judgements) == 1 else (FIRST, SECOND)
        self.roc = PlotView(lane, theme, self.tr("ROC curve"))
        self.precision_recall = PlotView(lane, theme, self.tr("Precision-recall curve"))
        self.reliability = PlotView(lane, theme, self.tr("Reliability diagram"))
        for view in self.views:
            view.failed.connect(self.failed)
        self.roc.clicked.connect(self._on_roc)
        self.precision_recall.clicked.connect(self._on_precision_recall)
        self.reliability.clicked.connect(self._on_reliability)
        tip = self.tr("Click on the curve to move the threshold there")
        self.roc.setToolTip(tip)
        self.precision_recall.setToolTip(tip)
        for judgement in self._judgements:
            judgement.moved.connect(self.follow)

    @property
    def views(self) -> tuple[PlotView, PlotView, PlotView]:
        return self.roc, self.precision_recall, self.reliability

    @property
    def pages(self) -> list[tuple[str, PlotView]]:
        """The figures with their titles."""
        titles = (self.tr("ROC"), self.tr("Precision-recall"), self.tr("Calibration"))
        return list(zip(titles, self.views, strict=True))

    def show_measured(self, measured: Measured) -> None:
        """Have them drawn."""
        for view, kind in zip(self.views, ("roc", "precision_recall", "reliability"), strict=True):
            view.show_drawing(partial(_drawn, kind, measured), _described(kind, measured))
        self.follow()

    def follow(self) -> None:
        """Put the marks where the thresholds are."""
        pairs = list(zip(self._judgements, self._colours, strict=True))
        for view, curve in ((self.roc, "roc_point"), (self.precision_recall, "precision_recall_point")):
            points = [(getattr(judgement.counts, curve), colour) for judgement, colour in pairs]
            view.set_markers([Marker(0, *point, colour.both) for point, colour in points if point])
        lines = (INK,) if len(pairs) == 1 else self._colours  # the bars are orange themselves
        self.reliability.set_markers(
            Marker(_HISTOGRAM, judgement.threshold, None, line.both)
            for (judgement, _), line in zip(pairs, lines, strict=True)
        )

    def _on_roc(self, _: int, across: float, up: float) -> None:
        self._move("roc", across, up)

    def _on_precision_recall(self, _: int, across: float, up: float) -> None:
        self._move("precision_recall", across, up)

    def _on_reliability(self, axes: int, across: float, up: float) -> None:
        if axes == _HISTOGRAM and len(self._judgements) == 1:
            self._judgements[0].set_threshold(across)

    def _move(self, curve: Curve, across: float, up: float) -> None:
        """Move the threshold of that model whose curve is nearer."""
        nearest = [(judgement.nearest(curve, across, up), judgement) for judgement in self._judgements]
        (threshold, _), judgement = min(nearest, key=_distance)
        judgement.set_threshold(threshold)


def _distance(found: tuple[tuple[float, float], Judgement]) -> float:
    return found[0][1]


def _drawn(kind: str, measured: Measured, width: float, height: float) -> Figure:
    """In a lane. The name of the scans stands above the figures already."""
    from core.scoring import figures, style, two_models

    figure = style.new_figure("", width, height)
    if kind == "reliability":
        panels = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    else:
        panels = [figure.add_subplot()]
    if measured.comparison is not None:
        if kind == "reliability":
            two_models.draw_reliability(*panels, measured.comparison)
        else:
            getattr(two_models, f"draw_{kind}")(*panels, measured.comparison, marked=False)
    else:
        getattr(figures, f"draw_{kind}")(*panels, measured.scored[0], measured.results[0], marked=False)
    return figure


def _described(kind: str, measured: Measured) -> str:
    """A figure for those who don't see it."""
    measure = "ece" if kind == "reliability" else "auc"
    values = [result[measure] for result in measured.results]
    if None in values:
        return translate("Evaluation", "These scans cannot tell.")
    told = ", ".join(f"{value:.3f}" for value in values)
    if measure == "ece":
        return translate("Evaluation", "Calibration error {values}").format(values=told)
    return translate("Evaluation", "Area under the ROC curve {values}").format(values=told)
