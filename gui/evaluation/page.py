"""The page on which models are evaluated: what is asked for, how far it is, and what came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from core.errors import ModelError
from core.model.checkpoint import OperatingPoint
from core.reading.words import as_sentence
from core.scoring.evaluated import Evaluation
from gui.dropping import DropVeil
from gui.errors import ErrorFunnel
from gui.evaluation.request_bar import RequestBar
from gui.evaluation.results import ResultsView
from gui.evaluation.service import Evaluated, EvaluationRequest, EvaluationService
from gui.evaluation.states import EmptyState, FailedState, WorkingState
from gui.icons import Icons
from gui.jobs import Lane
from gui.models.models import Models
from gui.opening import local_paths
from gui.theme import Theme


class EvaluationPage(QWidget):
    """Asks, waits and shows.

    Args:
        plots: the lane that draws the figures.
    """

    scans_wanted = Signal(list)  # paths, to be opened in the viewer

    def __init__(
        self,
        service: EvaluationService,
        models: Models,
        plots: Lane,
        theme: Theme,
        icons: Icons,
        funnel: ErrorFunnel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._service = service
        self._models = models
        self._funnel = funnel
        self._request: EvaluationRequest | None = None  # what this page asked for last
        self._is_ours = False  # what the service does now was asked for here
        self._to_store: dict[str, tuple[Evaluation, tuple[OperatingPoint, ...]]] = {}
        self._folder = Path.home()
        self.bar = RequestBar(models)
        self.empty = EmptyState(icons)
        self.working = WorkingState()
        self.failed = FailedState()
        self.results = ResultsView(plots, theme, self._why_not_saved)
        self._stack = QStackedWidget()
        for state in (self.empty, self.working, self.failed, self.results):
            self._stack.addWidget(state)
        self._veil = DropVeil(self, self.tr("Drop labelled scans to evaluate on them"))
        self.setAcceptDrops(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(self.bar)
        layout.addWidget(self._stack, 1)
        self._connect()

    @property
    def state(self) -> QWidget:
        """Which of the states is seen."""
        return self._stack.currentWidget()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show results that were got elsewhere."""
        self.results.show_evaluation(evaluation)
        self._stack.setCurrentWidget(self.results)

    def show_comparison(self, first: Evaluation, second: Evaluation) -> None:
        """Show two models on the same scans; the first against the second."""
        self.results.show_comparison(first, second)
        self._stack.setCurrentWidget(self.results)

    def choose_model(self, name: str) -> None:
        """Offer to evaluate this model."""
        self.bar.choose_model(name)

    def choose_source(self, source: Path) -> None:
        """Offer to evaluate on these scans: a DATASET or a table."""
        self._folder = source.parent
        self.bar.choose_source(source)

    def evaluate(self, request: EvaluationRequest) -> None:
        """Begin, unless something is being evaluated."""
        if self._service.is_busy:
            return
        self._request = request
        self._is_ours = True
        self.working.begin(
            self.tr("Reading {scans}").format(scans=request.source.name)
            if len(request.models) == 1
            else self.tr("Reading {scans} with two models").format(scans=request.source.name)
        )
        self._stack.setCurrentWidget(self.working)
        self._service.start(request)

    def _connect(self) -> None:
        service, bar = self._service, self.bar
        bar.wanted.connect(self.evaluate)
        for asks in (bar, self.empty):
            asks.folder_wanted.connect(self._ask_for_folder)
            asks.table_wanted.connect(self._ask_for_table)
        self.working.cancel_wanted.connect(service.cancel)
        self.failed.again_wanted.connect(self._again)
        self.results.scans_wanted.connect(self.scans_wanted)
        self.results.points_wanted.connect(self._store_points)
        self.results.failed.connect(self._funnel.tell)
        self._models.changed.connect(self.results.ask_again)
        self._models.points_set.connect(self._on_points_set)
        self._models.points_not_set.connect(self._on_points_not_set)
        service.started.connect(self._on_started)
        service.progressed.connect(self._on_progressed)
        service.succeeded.connect(self._on_succeeded)
        service.failed.connect(self._on_failed)
        service.cancelled.connect(self._on_cancelled)

    # What the service tells: it may be at work for another page

    @Slot()
    def _on_started(self) -> None:
        self.bar.set_busy(True)

    @Slot(float, str)
    def _on_progressed(self, fraction: float, text: str) -> None:
        if self._is_ours:
            self.working.show_progress(fraction, text)

    @Slot(object)
    def _on_succeeded(self, evaluated: Evaluated) -> None:
        if not self._ended():
            return
        if len(evaluated.evaluations) == 2:
            self.show_comparison(*evaluated.evaluations)
        else:
            self.show_evaluation(*evaluated.evaluations)

    @Slot(object)
    def _on_failed(self, error: BaseException) -> None:
        if self._ended():
            problem = self._funnel.problem(error)
            lines = [as_sentence(line) for line in (problem.message, problem.hint) if line]
            self.failed.explain("\n".join(lines))
            self._stack.setCurrentWidget(self.failed)

    @Slot()
    def _on_cancelled(self) -> None:
        if self._ended():
            self._stack.setCurrentWidget(self.results if self.results.body else self.empty)

    def _ended(self) -> bool:
        """Whether it was this page's."""
        # A comparison that waited may have begun in answer, before this page heard that its own is over
        self.bar.set_busy(self._service.is_busy)
        ours, self._is_ours = self._is_ours, False
        return ours

    @Slot()
    def _again(self) -> None:
        if self._request is not None:
            self.evaluate(self._request)

    # Operating points

    def _why_not_saved(self, path: Path) -> str:
        entry = next((each for each in self._models.entries if each.path == path), None)
        if entry is None:
            return self.tr("This model is not in the library")
        if entry.bundled:
            return self.tr("This model came with Lungfield and stays as it is: save a copy of it first")
        return ""

    @Slot(object, object)
    def _store_points(self, evaluation: Evaluation, points: tuple[OperatingPoint, ...]) -> None:
        entry = next((each for each in self._models.entries if each.path == evaluation.model_path), None)
        if entry is None:
            self.results.bar.tell(
                ModelError(
                    f"{evaluation.model} is not in the library any more under this name",
                    "evaluate it again where it has another name now",
                )
            )
            return
        self._to_store[entry.name] = (evaluation, points)
        # Another model may lie in that file by now
        self._models.set_operating_points(entry.name, points, evaluation.fingerprint)

    @Slot(str)
    def _on_points_set(self, name: str) -> None:
        if name in self._to_store:
            self.results.show_points(*self._to_store.pop(name))

    @Slot(str, object)
    def _on_points_not_set(self, name: str, error: BaseException) -> None:
        if self._to_store.pop(name, None) is not None:
            self.results.bar.tell(error)

    # Choosing scans

    @Slot()
    def _ask_for_folder(self) -> None:
        dialog = self._dialog(self.tr("Folder with labelled scans"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.open()

    @Slot()
    def _ask_for_table(self) -> None:
        dialog = self._dialog(self.tr("Table of labelled scans"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Table (*.csv)"))
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title, str(self._folder))
        dialog.setObjectName("labelled-scans")
        dialog.fileSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self.choose_source(Path(name))

    # What Qt tells

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._models.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if _source_of(event) is not None and not self._service.is_busy:
            event.acceptProposedAction()
            self._veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        self._veil.hide()
        source = _source_of(event)
        if source is not None:
            event.acceptProposedAction()
            self.choose_source(source)


def _source_of(event: QDropEvent) -> Path | None:
    """The one folder or table that is dragged; what it holds is looked at in the background."""
    paths = local_paths(event.mimeData())
    return paths[0] if len(paths) == 1 else None
