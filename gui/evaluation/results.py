"""The results of an evaluation, or of two that are compared: the part that every page shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.model.checkpoint import OperatingPoint
from core.scoring.evaluated import Evaluation
from gui.controls import ElidedLabel
from gui.dialogs.parts import words as wrapped
from gui.evaluation import words
from gui.evaluation.body import ResultsBody
from gui.evaluation.judgement import Judgement
from gui.evaluation.measuring import Measured, measured
from gui.evaluation.point_dialog import PointDialog
from gui.evaluation.saved_bar import SavedBar
from gui.evaluation.saving import save
from gui.jobs import Job, Lane
from gui.theme import Theme


class ResultsView(QWidget):
    """Empty until it is given something to show.

    Args:
        lane: draws, measures and saves; of its own, or shared with other figures.
        why_not_saved: of a model's file: why operating points can't be kept in it, empty where they can.
            None: it is not offered.
    """

    scans_wanted = Signal(list)  # paths, to be opened in the viewer
    points_wanted = Signal(object, object)  # the Evaluation, and all OperatingPoints its model should have
    failed = Signal(object)  # the exception of something that went wrong beside what is shown

    def __init__(
        self,
        lane: Lane,
        theme: Theme,
        why_not_saved: Callable[[Path], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane
        self._theme = theme
        self._why_not_saved = why_not_saved
        self._comparing: Job | None = None
        self._to_keep: Judgement | None = None
        self._folder = Path.home()
        self.body: ResultsBody | None = None
        self.title = ElidedLabel()
        self.title.setProperty("role", "headline")
        self.about = ElidedLabel()
        self.about.setProperty("role", "muted")
        self.caution = wrapped("", "warning")
        self.save = QPushButton(self.tr("&Save report…"))
        self.save.setToolTip(self.tr("As PDF to print, or as one picture"))
        self.bar = SavedBar()
        self.waiting = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.waiting.setProperty("role", "muted")
        self._lay_out()
        self.save.clicked.connect(self._ask_where)
        self.bar.failed.connect(self.failed)
        self.clear()

    # What is shown

    def clear(self) -> None:
        """Show nothing."""
        self._drop()
        for label in (self.title, self.about):
            label.show_text("")
        self.caution.hide()
        self.bar.hide()
        self.save.setEnabled(False)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show what one model says of labelled scans."""
        self.clear()
        self._tell(
            self.tr("{model} on {scans}").format(model=evaluation.model, scans=evaluation.name), evaluation
        )
        self._show_body(ResultsBody((evaluation,), (evaluation.model,), self._lane, self._theme), None)

    def show_comparison(self, first: Evaluation, second: Evaluation) -> None:
        """Show what two models say of the same labelled scans: such as a new one, and the one in use."""
        self.clear()
        names = self.tr("{first} against {second} on {scans}")
        self._tell(names.format(first=first.model, second=second.model, scans=first.name), first)
        self.waiting.setText(self.tr("Comparing…"))
        work = partial(measured, (first, second), (first.threshold, second.threshold))
        self._comparing = self._lane.start(work, f"compare {id(self)}")
        self._comparing.succeeded.connect(self._on_compared)
        self._comparing.failed.connect(self._on_not_compared)

    def show_points(self, stored: Evaluation, points: tuple[OperatingPoint, ...]) -> None:
        """These operating points are stored in that one's model now, as `points_wanted` asked for."""
        for judgement in self.body.judgements if self.body else ():
            if _model_of(judgement.evaluation) == _model_of(stored):
                judgement.set_points(points)

    def ask_again(self) -> None:
        """Ask anew whether operating points can be kept: what models there are has changed."""
        if self.body is not None:
            self.body.allow_saving(self._why_not_saved)

    @property
    def is_busy(self) -> bool:
        """Something that is shown is not ready yet."""
        is_drawing = self.body is not None and any(view.is_drawing for view in self.body.curves.views)
        return self._comparing is not None or is_drawing or (self.body is not None and self.body.is_measuring)

    def _lay_out(self) -> None:
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(self.title)
        told.addWidget(self.about)
        head = QHBoxLayout()
        head.addLayout(told, 1)
        head.addWidget(self.save, alignment=Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.waiting)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.caution)
        layout.addWidget(self.bar)
        layout.addWidget(self._stack, 1)

    def _tell(self, title: str, evaluation: Evaluation) -> None:
        self.title.show_text(title)
        self.about.show_text(words.summary(evaluation))
        self.caution.setText(words.caution(evaluation))
        self.caution.setVisible(bool(self.caution.text()))

    def _drop(self) -> None:
        if self._comparing is not None:
            self._comparing.cancel()
            self._comparing = None
        self.waiting.setText("")
        if self.body is not None:
            self._stack.removeWidget(self.body)
            self.body.deleteLater()
            self.body = None

    def _show_body(self, body: ResultsBody, known: Measured | None) -> None:
        self.body = body
        self._stack.addWidget(body)
        self._stack.setCurrentWidget(body)
        body.scans_wanted.connect(self.scans_wanted)
        body.save_wanted.connect(self._ask_for_name)
        body.failed.connect(self.failed)
        body.allow_saving(self._why_not_saved)
        body.begin(known)
        self.save.setEnabled(True)

    def _on_compared(self, result: Measured) -> None:
        self._comparing = None
        comparison = result.comparison
        assert comparison is not None
        self.waiting.setText("")
        evaluations = tuple(side.evaluation for side in comparison.sides)
        self._tell(self.title.whole_text, evaluations[0])
        self._show_body(ResultsBody(evaluations, comparison.names, self._lane, self._theme), result)

    def _on_not_compared(self, error: BaseException) -> None:
        self._comparing = None
        self.waiting.setText(self.tr("These two cannot be compared."))
        self.failed.emit(error)

    # Operating points

    @Slot(object)
    def _ask_for_name(self, judgement: Judgement) -> None:
        dialog = PointDialog(judgement.point_here(""), judgement.points, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._to_keep = judgement
        dialog.named.connect(self._on_named)
        dialog.open()

    @Slot(str)
    def _on_named(self, name: str) -> None:
        judgement = self._to_keep
        if judgement is None:
            return
        points = judgement.points_with(judgement.point_here(name))
        self.points_wanted.emit(judgement.evaluation, points)

    # Saving

    @Slot()
    def _ask_where(self) -> None:
        dialog = QFileDialog(self, self.tr("Save report"), str(self._folder))
        dialog.setObjectName("save-report")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("PDF report (*.pdf)"), self.tr("Picture (*.png)")])
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile("lungfield-evaluation.pdf")
        dialog.filterSelected.connect(self._on_kind)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    @Slot(str)
    def _on_kind(self, name_filter: str) -> None:
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            dialog.setDefaultSuffix("png" if "*.png" in name_filter else "pdf")

    @Slot(str)
    def save_to(self, name: str) -> None:
        """Save what is shown, at the thresholds of now: as a picture where the name says so, else as PDF."""
        if self.body is None:
            return
        path = Path(name)
        self._folder = path.parent
        evaluations = tuple(judgement.evaluation for judgement in self.body.judgements)
        work = partial(save, path, evaluations, self.body.thresholds)
        self.bar.follow(self._lane.start(work, finishes=True))


def _model_of(evaluation: Evaluation) -> tuple[Path, str]:
    return evaluation.model_path, evaluation.fingerprint
