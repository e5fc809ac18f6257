"""Reads labelled scans with one model or two, behind the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.model import library
from core.opening import open_reader
from core.progress import Progress
from core.scoring.evaluated import Evaluation
from core.settings import Settings
from gui.jobs import Job, Lane


@dataclass(frozen=True)
class EvaluationRequest:
    """What is to be evaluated.

    Attributes:
        models: one or two, each as `core.model.library.find` takes it: a name, or the path of a file.
        source: a DATASET, or a table of labelled scans.
    """

    models: tuple[str, ...]
    source: Path


@dataclass(frozen=True, eq=False)
class Evaluated:
    """What became of a request: an Evaluation for each of its models, in their order."""

    request: EvaluationRequest
    evaluations: tuple[Evaluation, ...]


class EvaluationService(QObject):
    """Evaluates one request at a time.

    Args:
        lane: of its own, behind the window: it reads thousands of scans.
        settings: gives those that say by which engine to read.
    """

    started = Signal(object)  # EvaluationRequest
    progressed = Signal(float, str)
    succeeded = Signal(object)  # Evaluated
    failed = Signal(object)  # the exception
    cancelled = Signal()

    def __init__(self, lane: Lane, settings: Callable[[], Settings], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._settings = settings
        self._job: Job | None = None

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def start(self, request: EvaluationRequest) -> None:
        """Begin; one of succeeded, failed and cancelled says how it ended.

        Raises:
            RuntimeError: another evaluation is going on.
        """
        if self._job is not None:
            raise RuntimeError("one evaluation at a time")
        self._job = job = self._lane.start(partial(_evaluate, request, self._settings()))
        job.progressed.connect(self.progressed)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self.started.emit(request)

    def cancel(self) -> None:
        """Ask it to stop, if there is one; `cancelled` says when it has."""
        if self._job is not None:
            self._job.cancel()

    # Over before anybody hears of it: another may be begun in answer

    def _on_succeeded(self, evaluated: Evaluated) -> None:
        self._job = None
        self.succeeded.emit(evaluated)

    def _on_failed(self, error: BaseException) -> None:
        self._job = None
        self.failed.emit(error)

    def _on_cancelled(self) -> None:
        self._job = None
        self.cancelled.emit()


def _evaluate(request: EvaluationRequest, settings: Settings, progress: Progress) -> Evaluated:
    """In the lane. One model is open at a time."""
    count = len(request.models)
    evaluations = []
    for number, model in enumerate(request.models):
        progress.check()
        part = progress.part(number / count, (number + 1) / count)
        evaluations.append(_read(model, request.source, settings, part))
    return Evaluated(request, tuple(evaluations))


def _read(model: str, source: Path, settings: Settings, progress: Progress) -> Evaluation:
    from core.scoring.evaluation import of_source

    # Scans are scored at the model's own threshold: one that the person set is meant for the model that reads
    path = library.find(model)
    opened = open_reader(str(path), settings.engine, settings.device, settings.precision)
    progress.check()
    return of_source(opened.reader, source, progress, model_path=path)
