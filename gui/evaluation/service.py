"""Reads labelled scans with one model or two, behind the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from core.model import library
from core.opening import open_reader
from core.progress import Progress
from core.scoring.evaluated import Evaluation
from core.settings import Settings
from gui.jobs import Lane
from gui.one_job import OneJob


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


class EvaluationService(OneJob):
    """Evaluates one EvaluationRequest at a time; gives an Evaluated.

    Args:
        lane: of its own, behind the window: it reads thousands of scans.
        settings: gives those that say by which engine to read.
    """

    def __init__(self, lane: Lane, settings: Callable[[], Settings], parent: QObject | None = None) -> None:
        super().__init__(lane, parent)
        self._settings = settings

    def start(self, request: EvaluationRequest) -> None:
        """Begin.

        Raises:
            RuntimeError: another evaluation is going on.
        """
        self._begin(request, partial(_evaluate, request, self._settings()))


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
