"""The fourth stage: the new model beside the one that reads, and what becomes of it."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from core.learning.job import TrainingJob
from core.learning.watching import Trained
from gui.dialogs.parts import words
from gui.errors import ErrorFunnel
from gui.evaluation.results import ResultsView
from gui.evaluation.service import Evaluated, EvaluationRequest, EvaluationService
from gui.evaluation.states import FailedState, WorkingState
from gui.jobs import Lane
from gui.models.models import Models
from gui.theme import Theme, restyle
from gui.training.words import ending_line, problem_line


class ResultPage(QWidget):
    """Has both models read the scans that were held out, and shows them side by side.

    Args:
        evaluator: may be at work for another page; then this one waits.
        plots: draws the figures.
    """

    scans_wanted = Signal(list)  # paths
    settled = Signal()  # nothing of the run's folder is being read any more

    def __init__(
        self,
        evaluator: EvaluationService,
        models: Models,
        plots: Lane,
        theme: Theme,
        funnel: ErrorFunnel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._evaluator = evaluator
        self._models = models
        self._funnel = funnel
        self._trained: Trained | None = None
        self._request: EvaluationRequest | None = None
        self._waits = False
        self.ending = words("")
        self.about = words("", "muted")
        self.working = WorkingState()
        self.failed = FailedState()
        self.results = ResultsView(plots, theme)
        self._stack = QStackedWidget()
        for state in (self.working, self.failed, self.results):
            self._stack.addWidget(state)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 10, 20, 8)
        column.setSpacing(4)
        column.addWidget(self.ending)
        column.addWidget(self.about)
        column.addSpacing(4)
        column.addWidget(self._stack, 1)
        self.working.cancel_wanted.connect(self._on_cancel)
        self.failed.again_wanted.connect(self._compare)
        self.results.scans_wanted.connect(self.scans_wanted)
        self.results.failed.connect(funnel.tell)
        evaluator.progressed.connect(self._on_progressed)
        evaluator.succeeded.connect(self._on_succeeded)
        evaluator.failed.connect(self._on_failed)
        evaluator.cancelled.connect(self._on_cancelled)

    @property
    def is_comparing(self) -> bool:
        return self._request is not None or self._waits

    def show_trained(self, trained: Trained, job: TrainingJob) -> None:
        """Show how a run ended, and compare its model with the one that reads."""
        self._trained = trained
        self.ending.setText(ending_line(trained.ending, trained.epochs, job.recipe.epochs))
        restyle(self.ending, role="warning" if trained.ending == "broke-down" else "")
        self.about.setText(self._what_is_read(_parts_of(trained.held_out)))
        self._compare()

    def _what_is_read(self, parts: set[str]) -> str:
        if parts == {"test"}:
            return self.tr("Both models read the scans that were kept for the test.")
        if "test" in parts:
            return self.tr(
                "Both models read the scans that were kept for the test and, where a data set has none, "
                "those that the new one checked itself on. It was chosen by these, so on others it may be a "
                "little worse than here."
            )
        return self.tr(
            "Both models read the scans that the new one checked itself on. It was chosen by them, so on "
            "other scans it may be a little worse than here."
        )

    def let_go(self) -> None:
        """Read the files of the run no more: they are to be deleted once `is_comparing` is over."""
        if self.is_comparing:
            self._say_failed(self.tr("The comparison was stopped: the new model was dropped."))
        self.failed.again.hide()  # there is nothing left to compare
        self._waits = False
        if self._request is not None:
            self._evaluator.cancel()
        self._trained = None

    # Comparing

    def _compare(self) -> None:
        if self._trained is None:
            return
        self.working.begin(self.tr("Comparing the new model with the one in use"))
        self._stack.setCurrentWidget(self.working)
        if self._evaluator.is_busy:
            self._waits = True  # for who asked before
            return
        self._waits = False
        both = str(self._trained.model), self._models.reading
        self._request = EvaluationRequest(both, self._trained.held_out)
        self._evaluator.start(self._request)

    def _on_progressed(self, fraction: float, text: str) -> None:
        if self._request is not None:
            self.working.show_progress(fraction, text)

    def _on_succeeded(self, evaluated: Evaluated) -> None:
        if self._ended():
            self.results.show_comparison(*evaluated.evaluations)
            self._stack.setCurrentWidget(self.results)

    def _on_failed(self, error: BaseException) -> None:
        if self._ended():
            self._say_failed(problem_line(self._funnel.problem(error)))

    def _on_cancelled(self) -> None:
        if self._ended():
            self._say_failed(self.tr("The comparison was stopped. The new model can be kept all the same."))

    def _on_cancel(self) -> None:
        if self._request is not None:
            self._evaluator.cancel()
        elif self._waits:
            self._waits = False
            self.settled.emit()
            self._say_failed(self.tr("The comparison was stopped. The new model can be kept all the same."))

    def _say_failed(self, text: str) -> None:
        self.failed.explain(text)
        self._stack.setCurrentWidget(self.failed)

    def _ended(self) -> bool:
        """Whether what has ended was asked for here and is still wanted; what waits here begins now."""
        ours, self._request = self._request, None
        waits = self._waits
        if waits:
            self._compare()
        elif ours is not None:
            self.settled.emit()
        return ours is not None and not waits and self._trained is not None


def _parts_of(held_out: Path) -> set[str]:
    """Which parts the scans of a table of held-out ones are of; none where it cannot be read."""
    try:
        with held_out.open(encoding="utf-8", newline="") as file:
            return {row.get("split") or "" for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error):
        return set()
