"""The page on which the model is fine-tuned, from the scans to the new model in the library."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from core.errors import LungfieldError
from core.learning.job import TrainingJob
from core.learning.runs import InterruptedRun, WaitingRun
from core.learning.watching import Trained
from gui.errors import ErrorFunnel
from gui.evaluation.service import EvaluationService
from gui.icons import Icons
from gui.jobs import Lane
from gui.models.models import Models
from gui.notice_bar import NoticeBar
from gui.theme import Theme
from gui.training.estimating import Estimating
from gui.training.following import Following
from gui.training.keep_bar import KeepBar
from gui.training.offer_bar import OfferBar
from gui.training.options import OptionsPage
from gui.training.prepare import PreparePage
from gui.training.result import ResultPage
from gui.training.run_bar import RunBar
from gui.training.run_folders import RunFolders
from gui.training.running import RunningPage
from gui.training.service import TrainingService
from gui.training.setup import TrainingSetup
from gui.training.start_bar import StartBar
from gui.training.steps import Stage, Steps
from gui.training.words import another_start, problem_line
from gui.worklist.thumbnails import Thumbnails


class TrainingPage(QWidget):
    """Four stages, and a bar below each with what can be done there.

    Args:
        evaluator: may be at work for another page too.
        plots: the lane that draws figures.
        folders: the runs that lie in the person's data.
        pictures: the lane that makes small pictures; nothing else should wait there.
    """

    scans_wanted = Signal(list)  # paths, to be opened in the viewer
    kept = Signal(str)  # a new model's name in the library

    def __init__(
        self,
        setup: TrainingSetup,
        service: TrainingService,
        models: Models,
        evaluator: EvaluationService,
        plots: Lane,
        theme: Theme,
        icons: Icons,
        funnel: ErrorFunnel,
        folders: RunFolders,
        pictures: Lane,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._setup = setup
        self._service = service
        self._models = models
        self._funnel = funnel
        self._result: tuple[Trained, TrainingJob] | None = None
        self._discards = False
        self.folders = folders
        self.following = Following(service, self)
        self.estimating = Estimating(setup, service, self)
        self.steps = Steps()
        self.notice = NoticeBar()
        self.dismiss = self.notice.add_button(self.tr("Dismiss"))
        self.offer = OfferBar()
        self.prepare = PreparePage(setup, funnel, icons)
        self.options = OptionsPage(setup, service, models)
        self.running = RunningPage(self.following, service, plots, Thumbnails(pictures, self), theme)
        self.result = ResultPage(evaluator, models, plots, theme, funnel)
        self.start_bar = StartBar(setup, self.estimating, service, funnel)
        self.run_bar = RunBar(self.following, service)
        self.keep_bar = KeepBar(models)
        self._stages = QStackedWidget()
        self._bars = QStackedWidget()
        self._stage: Stage = "scans"
        self._lay_out()
        self._connect()
        self.go_to("scans")
        self._allow()
        self._show_offers()
        self.prepare.sources.add_folder.setFocus()

    @property
    def stage(self) -> Stage:
        """The one in front."""
        return self._stage

    @Slot(str)
    def go_to(self, stage: Stage) -> None:
        """Bring a stage to the front."""
        self._stage = stage
        pages = {"scans": self.prepare, "options": self.options, "running": self.running}
        bars = {"scans": self.start_bar, "options": self.start_bar, "running": self.run_bar}
        self._stages.setCurrentWidget(pages.get(stage, self.result))
        self._bars.setCurrentWidget(bars.get(stage, self.keep_bar))
        self.steps.show_stage(stage)
        if stage in ("scans", "options"):
            self.start_bar.show_place(stage)
        self._measure_if_seen()

    @Slot()
    def start(self) -> None:
        """Begin what is set up."""
        estimate = self.estimating.estimate
        try:
            job = self._setup.new_job(_model_name(), estimate.batch_size if estimate else None)
        except LungfieldError as error:
            self._tell(error)
            return
        self._begin(job)

    @Slot(object)
    def resume(self, run: InterruptedRun) -> None:
        """Go on with a run that was interrupted, unless another goes on."""
        if not self._service.is_running:
            self._begin(run.job)

    def start_from(self, name: str) -> None:
        """Set up a training that starts from this model of the library."""
        model = self._models.get(name)
        if model is None or model.facts is None:
            return
        self._setup.start_from("bundled" if model.bundled else name, model.facts.backbone)
        self.go_to("scans")

    @Slot(object)
    def show_waiting(self, run: WaitingRun) -> None:
        """Show a model about which nothing was decided yet, unless another is being kept."""
        if self.keep_bar.is_keeping:
            self.go_to("result")  # this one is offered again once that is done
            return
        self._show_result(run.trained, run.job)
        self.folders.refresh()  # the one that was shown may be undecided, and is then offered

    # Putting it together

    def _lay_out(self) -> None:
        for page in (self.prepare, self.options, self.running, self.result):
            self._stages.addWidget(page)
        for bar in (self.start_bar, self.run_bar, self.keep_bar):
            self._bars.addWidget(bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.steps)
        column.addWidget(_line())
        column.addWidget(self.notice)
        column.addWidget(self.offer)
        column.addWidget(self._stages, 1)
        column.addWidget(_line())
        column.addWidget(self._bars)

    def _connect(self) -> None:
        service = self._service
        self._setup.not_written.connect(self._tell)
        self.steps.wanted.connect(self.go_to)
        self.dismiss.clicked.connect(self.notice.hide)
        self.start_bar.start_wanted.connect(self.start)
        self.start_bar.other_wanted.connect(self._on_other)
        self.run_bar.stop_wanted.connect(self._on_stop)
        self.keep_bar.kept.connect(self._on_kept)
        self.keep_bar.drop_wanted.connect(self._on_drop)
        self.keep_bar.again_wanted.connect(self._on_again)
        self.result.settled.connect(self._clear_away)
        self.running.scans_wanted.connect(self.scans_wanted)
        self.result.scans_wanted.connect(self.scans_wanted)
        self.offer.resume_wanted.connect(self.resume)
        self.offer.look_wanted.connect(self.show_waiting)
        self.offer.discard_wanted.connect(self._on_discard)
        service.changed.connect(self._allow)
        service.succeeded.connect(self._on_succeeded)
        service.failed.connect(self._on_failed)
        service.cancelled.connect(self._on_cancelled)
        self.folders.changed.connect(self._show_offers)
        self.folders.failed.connect(self._tell)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if not event.spontaneous() and not self._service.is_running:
            self.folders.refresh()
        self._measure_if_seen()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        super().hideEvent(event)
        self._measure_if_seen()

    def _measure_if_seen(self) -> None:
        self.estimating.want(self.isVisible() and self._stage in ("scans", "options"))

    def _allow(self) -> None:
        self.steps.allow("running", self.following.job is not None)
        self.steps.allow("result", self._result is not None)

    # The run

    def _begin(self, job: TrainingJob) -> None:
        self._discards = False
        self.notice.hide()
        self.offer.hide()
        self._service.start(job)
        self.go_to("running")

    @Slot(str)
    def _on_stop(self, what: str) -> None:
        self._discards = what == "discard"
        self._service.cancel()

    def _on_succeeded(self, trained: Trained) -> None:
        job = self._service.job
        assert job is not None
        if not self.keep_bar.is_decided:
            # What the person decides is for the model that they look at; this one is offered beside it
            self.notice.say(self.tr("Training “{name}” has ended.").format(name=job.name))
            self.folders.refresh()
            return
        is_watched = self._stage == "running"
        self._show_result(trained, job, bring_to_front=is_watched)
        if not is_watched:
            self.notice.say(self.tr("Training “{name}” has ended: see Result.").format(name=job.name))

    def _on_failed(self, error: BaseException) -> None:
        self._tell(error)
        self.folders.refresh()

    def _on_cancelled(self) -> None:
        job = self._service.job
        if self._discards and job is not None:
            self.folders.discard(job.out)
        else:
            self.folders.refresh()
        if self._stage == "running":
            self.go_to("scans")

    # The result

    def _show_result(self, trained: Trained, job: TrainingJob, bring_to_front: bool = True) -> None:
        self._result = trained, job
        self.result.show_trained(trained, job)
        self.keep_bar.show_trained(trained, job)
        self._allow()
        if bring_to_front:
            self.go_to("result")
        self._show_offers()

    def _on_kept(self, name: str) -> None:
        self._clear_away()
        self.kept.emit(name)

    def _on_drop(self) -> None:
        self.keep_bar.show_dropped()
        self.result.let_go()
        self._clear_away()

    @Slot()
    def _clear_away(self) -> None:
        """Delete the run's folder, once nothing in it is wanted and nobody reads it."""
        if self._result is not None and self.keep_bar.is_decided and not self.result.is_comparing:
            self.result.let_go()
            self.folders.discard(self._result[1].out)

    def _on_again(self) -> None:
        self.go_to("scans")

    # Runs that lie there

    def _show_offers(self) -> None:
        """What can be gone on with or looked at, but for what is in front already."""
        folders, service = self.folders, self._service
        busy = {service.job.out} if service.is_running and service.job else set()
        if self._result is not None:
            busy.add(self._result[1].out)
        lying = (*folders.interrupted, *folders.waiting) if not service.is_running else folders.waiting
        self.offer.offer(tuple(run for run in lying if run.folder not in busy))

    def _on_discard(self, run: InterruptedRun | WaitingRun) -> None:
        self.folders.discard(run.folder)

    def _on_other(self) -> None:
        self.go_to("options" if self._stage == "scans" else "scans")

    def _tell(self, error: BaseException) -> None:
        problem = self._funnel.problem(error, another_start())
        self.notice.say(problem_line(problem), "error" if problem.ours else "warning")


def _model_name() -> str:
    """What a new model is called until the person names it."""
    return f"fine-tuned {date.today().isoformat()}"


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    return line
