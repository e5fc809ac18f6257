"""What is done with models beside reading: one object that has it all, made when it is first wanted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QWidget

from core.learning.runs import InterruptedRun, WaitingRun
from core.settings import Settings
from core.store.store import Store
from gui.errors import ErrorFunnel
from gui.evaluation.service import EvaluationService
from gui.icons import Icons
from gui.jobs import Lanes
from gui.models.models import Models
from gui.preferences import Preferences
from gui.theme import Theme
from gui.training.run_folders import RunFolders
from gui.training.service import TrainingService
from gui.workshop.reviewed import reviewed_scans
from gui.workshop.window import Place, WorkshopWindow
from gui.workshop.words import training_words

if TYPE_CHECKING:
    from gui.evaluation.page import EvaluationPage
    from gui.models.page import ModelsPage
    from gui.training.page import TrainingPage


class Workshop(QObject):
    """Owns the services of training, evaluation and library, and their window.

    Args:
        keep: whether anything of the person's may be touched.
    """

    training_told = Signal(str)  # how far a fine-tuning is, in words; empty where none goes on
    activated = Signal(str)  # another model reads by default
    altered = Signal(str)  # this model has other operating points, or now has another name
    removed = Signal(str, str)  # a model, and the one that reads by default now
    scans_wanted = Signal(list)  # paths to open

    def __init__(
        self,
        lanes: Lanes,
        store: Store,
        preferences: Preferences,
        theme: Theme,
        icons: Icons,
        funnel: ErrorFunnel,
        keep: bool = True,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lanes = lanes
        self._store = store
        self._preferences = preferences
        self._theme = theme
        self._icons = icons
        self._funnel = funnel
        self._keep = keep
        self.folders = RunFolders(lanes.lane("runs"), self)
        self.folders.failed.connect(self._on_folders_failed)
        self.window: WorkshopWindow | None = None
        self.training = TrainingService(lanes.lane("training"), lanes.lane("measuring", behind=True), self)
        self.models = Models(lanes.lane("models"), preferences, self)
        self.evaluation = EvaluationService(lanes.lane("evaluation", behind=True), self._settings, self)
        self.pages: tuple[TrainingPage, EvaluationPage, ModelsPage] | None = None
        for signal in (self.training.changed, self.training.position):
            signal.connect(self._tell_training)
        self.models.activated.connect(self.activated)
        self.models.removed.connect(self.removed)
        self.models.renamed.connect(self._on_renamed)
        self.models.points_set.connect(self.altered)
        self.models.failed.connect(self._on_models_failed)

    @property
    def is_training(self) -> bool:
        return self.training.is_running

    @property
    def epochs_done(self) -> int:
        """Of the fine-tuning that goes on."""
        return self.training.epochs_done

    # What is asked of it

    def show(self, place: Place, parent: QWidget, kept: QSettings | None) -> None:
        """Bring the window to the front with this page."""
        self._made(parent, kept).show_place(place)

    def look_for_runs(self) -> None:
        """`folders` tells, where there is a fine-tuning that can go on or about which nothing was decided."""
        if self._keep:
            self.folders.refresh()

    def take_up(self, run: InterruptedRun | WaitingRun, parent: QWidget, kept: QSettings | None) -> None:
        """Go on with an interrupted fine-tuning, or look at one that has ended."""
        self.show("fine-tune", parent, kept)
        assert self.pages is not None
        if isinstance(run, InterruptedRun):
            self.pages[0].resume(run)
        else:
            self.pages[0].show_waiting(run)

    def end(self) -> None:
        """Let go of processes; the lanes are closed by now. May be called again."""
        if self.window is not None:
            self.window.keep()
        self.training.end()

    # How it is done

    def _made(self, parent: QWidget, kept: QSettings | None) -> WorkshopWindow:
        if self.window is None:
            # Only now: whoever only reads scans need not wait for it
            from gui.evaluation.page import EvaluationPage
            from gui.models.page import ModelsPage
            from gui.training.inspector import Inspector
            from gui.training.page import TrainingPage
            from gui.training.setup import TrainingSetup

            plots = self._lanes.lane("plots", behind=True)
            inspector = Inspector(self._lanes.lane("inspection", behind=True), self)
            setup = TrainingSetup(inspector, partial(reviewed_scans, self._store), self)
            shown_by = plots, self._theme, self._icons, self._funnel
            services = setup, self.training, self.models, self.evaluation
            pictures = self._lanes.lane("pictures of a training", behind=True)
            training = TrainingPage(*services, *shown_by, self.folders, pictures)
            evaluation = EvaluationPage(self.evaluation, self.models, *shown_by)
            library = ModelsPage(self.models, self._icons)
            self.pages = training, evaluation, library
            titles = (self.tr("Fine-tune"), self.tr("Evaluate"), self.tr("Library"))
            self.window = WorkshopWindow(list(zip(self.pages, titles, strict=True)), kept, parent)
            self._connect(training, evaluation, library)
            self.models.refresh()
        return self.window

    def _connect(self, training: TrainingPage, evaluation: EvaluationPage, library: ModelsPage) -> None:
        training.scans_wanted.connect(self.scans_wanted)
        evaluation.scans_wanted.connect(self.scans_wanted)
        library.problem.connect(self._funnel.tell)
        library.evaluate_wanted.connect(self._on_evaluate_wanted)
        library.train_from_wanted.connect(self._on_train_from_wanted)

    def _settings(self) -> Settings:
        return self._preferences.now

    def _tell_training(self, *_: object) -> None:
        service = self.training
        words = training_words(service.last_position, service.is_paused) if service.is_running else ""
        self.training_told.emit(words)

    def _on_renamed(self, before: str, now: str) -> None:
        if self._preferences.now.model == before:
            self._preferences.change(model=now)  # which has it opened
        else:
            self.altered.emit(before)

    def _on_folders_failed(self, error: BaseException) -> None:
        """The page of fine-tuning says it itself, once there is one."""
        if self.pages is None:
            self._funnel.tell(error)

    def _on_models_failed(self, error: BaseException) -> None:
        """The library's page says it itself, where it is seen."""
        if self.pages is None or not self.pages[2].isVisible():
            self._funnel.tell(error)

    def _on_evaluate_wanted(self, name: str) -> None:
        assert self.pages is not None
        assert self.window is not None
        self.pages[1].choose_model(name)
        self.window.show_place("evaluate")

    def _on_train_from_wanted(self, name: str) -> None:
        assert self.pages is not None
        assert self.window is not None
        self.pages[0].start_from(name)
        self.window.show_place("fine-tune")
