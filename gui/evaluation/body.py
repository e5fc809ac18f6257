"""What is seen of one model or of two: thresholds and matrices, figures, and the scans behind the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from core.scoring.evaluated import Evaluation
from gui.dialogs.parts import scrolling
from gui.evaluation import listing, words
from gui.evaluation.colours import FIRST, ONE, SECOND
from gui.evaluation.comparison_table import ComparisonTable
from gui.evaluation.curves import Curves
from gui.evaluation.figure_pages import FigurePages, Page
from gui.evaluation.judgement import Group, Judgement
from gui.evaluation.measuring import Measured, measured
from gui.evaluation.model_panel import ModelPanel
from gui.evaluation.scan_list import ScanList
from gui.jobs import Lane
from gui.theme import Theme

#: Intervals are measured anew when a threshold has stood still for so long.
_STILL_MS = 350

#: The list of scans follows a slider no faster than this: it may hold thousands.
_LISTING_MS = 60

#: Widths in the window's units: what a figure and the table of two models need, and the panels at the left.
_FIGURE, _TABLE = 380, 600
_PANELS = (390, 470)

#: Letters of a model's name above a column.
_TITLE = 11

#: The key of the scans on which two models disagree. Others are the number of a model and a group: "0 wrong".
DISAGREE = "disagree"


class ResultsBody(QWidget):
    """One evaluation, or two of the same scans in the same order.

    Args:
        names: of the two models, so that they are told apart.
    """

    scans_wanted = Signal(list)
    save_wanted = Signal(object)  # the Judgement whose threshold is to be kept
    failed = Signal(object)  # the exception

    def __init__(
        self,
        evaluations: Sequence[Evaluation],
        names: tuple[str, ...],
        lane: Lane,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane
        self._names = names
        self._area: QScrollArea | None = None  # of the panels
        self._known: Measured | None = None
        self._measured_at: tuple[float, ...] = ()
        self.judgements = [Judgement(each, self) for each in evaluations]
        self._listed = "0 wrong" if len(evaluations) == 1 else DISAGREE
        colours = (ONE,) if len(evaluations) == 1 else (FIRST, SECOND)
        titles = ("",) if len(evaluations) == 1 else names
        self.panels = [
            ModelPanel(judgement, theme, title, colour)
            for judgement, title, colour in zip(self.judgements, titles, colours, strict=True)
        ]
        self.curves = Curves(self.judgements, lane, theme, self)
        self.table = ComparisonTable() if len(evaluations) == 2 else None
        self.list = ScanList()
        self._still = QTimer(self, singleShot=True)
        self._listing = QTimer(self, singleShot=True)
        self._unfolding = QTimer(self, interval=0)
        self._lay_out()
        self._connect()

    def begin(self, known: Measured | None = None) -> None:
        """Show, list, measure and draw. `known` is what was measured already."""
        self._known = known
        self._unfolding.start()

    @property
    def thresholds(self) -> tuple[float, ...]:
        return tuple(judgement.threshold for judgement in self.judgements)

    @property
    def is_measuring(self) -> bool:
        """Intervals are not those of the thresholds yet."""
        return self._still.isActive() or self._unfolding.isActive() or self._measured_at != self.thresholds

    def allow_saving(self, why_not: Callable[[Path], str] | None) -> None:
        """Whether a model's file can keep operating points: empty for yes, else why not; None: never."""
        for panel in self.panels:
            path = panel.judgement.evaluation.model_path
            panel.threshold.allow_saving(None if why_not is None else why_not(path))

    @Slot(str)
    def list_group(self, key: str) -> None:
        """List the scans of a group: "0 fp" are the false positives of the first model."""
        self._listed = key
        self._list_scans()

    # Putting it together

    def _lay_out(self) -> None:
        """Everything has its place, but is put there in `_unfold`."""
        pages = [Page(title, view, _FIGURE) for title, view in self.curves.pages]
        if self.table is not None:
            pages.insert(0, Page(self.tr("Compared"), self.table, _TABLE))
        self.figures = FigurePages(pages)
        self._right = QSplitter(Qt.Orientation.Vertical)
        self._right.setChildrenCollapsible(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._right, 3)
        self._folded = [self._add_panels, self._add_figures, self._add_list]

    def _add_panels(self) -> None:
        left = QWidget()
        self._area = area = scrolling(left)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMaximumWidth(_PANELS[1])
        left.installEventFilter(self)
        layout = self.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.insertWidget(0, area, 2)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(10)
        for panel in self.panels:
            column.addWidget(panel, 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The panels' column is no narrower than they are, with the bar that scrolls them."""
        if event.type() == QEvent.Type.LayoutRequest and self._area is not None:
            needed = self._area.widget().minimumSizeHint().width()
            bar = self._area.verticalScrollBar().sizeHint().width()
            self._area.setMinimumWidth(min(max(_PANELS[0], needed + bar), _PANELS[1]))
        return False

    def _add_figures(self) -> None:
        self._right.addWidget(_carded(self.figures))

    def _add_list(self) -> None:
        self._right.addWidget(_carded(self.list))
        self._right.setStretchFactor(0, 3)
        self._right.setStretchFactor(1, 2)
        self._right.setSizes([400, 270])

    def _connect(self) -> None:
        self._still.timeout.connect(self._measure)
        self._listing.timeout.connect(self._list_scans)
        self._unfolding.timeout.connect(self._unfold)
        for judgement, panel in zip(self.judgements, self.panels, strict=True):
            judgement.moved.connect(self._on_moved)
            panel.save_wanted.connect(self.save_wanted)
            panel.group_wanted.connect(self._on_cell)
        self.list.group_wanted.connect(self.list_group)
        self.list.scans_wanted.connect(self.scans_wanted)
        self.curves.failed.connect(self.failed)

    @Slot()
    def _unfold(self) -> None:
        """A part in each turn of the event loop: dressing all of it at once would hold the window."""
        if self._folded:
            self._folded.pop(0)()
            return
        self._unfolding.stop()
        self._listing.start(0)
        self._measure()

    # Measuring

    @Slot()
    def _on_moved(self) -> None:
        self._still.start(_STILL_MS)
        if self.table is not None:
            first, second = self.judgements
            self.table.show_counts((first.counts, second.counts))
        if not self._listing.isActive():
            self._listing.start(_LISTING_MS)

    @Slot()
    def _measure(self) -> None:
        if self._lane.is_closed:
            return
        if self._known is not None:
            known, self._known = self._known, None
            if known.thresholds == self.thresholds:
                self._on_measured(known)
                return
        evaluations = tuple(judgement.evaluation for judgement in self.judgements)
        job = self._lane.start(partial(measured, evaluations, self.thresholds), f"measure {id(self)}")
        job.succeeded.connect(self._on_measured)
        job.failed.connect(self.failed)

    def _on_measured(self, result: Measured) -> None:
        first = not self._measured_at
        if result.thresholds != self.thresholds:
            return  # it has moved on, and will be measured again
        self._measured_at = result.thresholds
        for panel in self.panels:
            panel.show_measured(result)
        if self.table is not None and result.comparison is not None:
            self.table.show_comparison(result.comparison)
        if first:  # curves do not depend on a threshold
            self.curves.show_measured(result)

    # Listing

    @Slot(object, str)
    def _on_cell(self, judgement: Judgement, group: Group) -> None:
        at_first = DISAGREE if self.table is not None else "0 wrong"
        self.list_group(at_first if group == "wrong" else f"{self.judgements.index(judgement)} {group}")

    @Slot()
    def _list_scans(self) -> None:
        self.list.offer(self._groups())
        model, _, group = self._listed.partition(" ")
        for number, panel in enumerate(self.panels):
            panel.matrix.mark(group if model == str(number) else "")
        if self._listed == DISAGREE:
            first, second = self.judgements
            pairs = listing.disagreements(first, second)
            titles = (words.short(self._names[0], _TITLE), words.short(self._names[1], _TITLE))
            columns = listing.disagreement_columns(pairs, first, titles)
            self.list.show_scans(DISAGREE, [scan for scan, _ in pairs], columns)
            return
        judgement = self.judgements[int(model)]
        scans = judgement.scans(group)
        self.list.show_scans(self._listed, scans, listing.columns(judgement, group, scans))

    def _groups(self) -> list[tuple[str, str]]:
        made = []
        if self.table is not None:
            first, second = self.judgements
            apart = int((first.called != second.called).sum())
            made.append((self.tr("They disagree ({n})").format(n=words.number(apart)), DISAGREE))
        for number, judgement in enumerate(self.judgements):
            for group in listing.groups(judgement):
                text = listing.group_words(judgement, group)
                if self.table is not None:
                    text = self.tr("{model}: {group}").format(model=self._names[number], group=text)
                made.append((text, f"{number} {group}"))
        return made


def _carded(widget: QWidget) -> QFrame:
    frame = QFrame()
    frame.setProperty("role", "card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(10, 8, 10, 10)
    layout.addWidget(widget)
    return frame
