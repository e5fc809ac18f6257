"""The runs that lie in the person's data: those that can go on, and those about which nothing was decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.learning import runs
from core.learning.runs import InterruptedRun, WaitingRun
from core.progress import Progress
from gui.jobs import Lane


@dataclass(frozen=True)
class Lying:
    """What lies there: the latest first."""

    interrupted: tuple[InterruptedRun, ...] = ()
    waiting: tuple[WaitingRun, ...] = ()


class RunFolders(QObject):
    """Looks at the folders of runs, and deletes them; on a lane."""

    changed = Signal()  # interrupted or waiting
    failed = Signal(object)  # the exception: one could not be deleted

    def __init__(self, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._lying = Lying()

    @property
    def interrupted(self) -> tuple[InterruptedRun, ...]:
        """Runs that can go on. Those of now once `refresh` was answered."""
        return self._lying.interrupted

    @property
    def waiting(self) -> tuple[WaitingRun, ...]:
        """Runs whose model was neither kept nor dropped."""
        return self._lying.waiting

    def refresh(self) -> None:
        """Look what there is now."""
        self._start(_look)

    def discard(self, folder: Path) -> None:
        """Delete a run, with its model if it has one."""
        self._start(partial(_discard, folder))

    def _start(self, work: Callable[[Progress], Lying]) -> None:
        if self._lane.is_closed:
            return
        job = self._lane.start(work)
        job.succeeded.connect(self._on_seen)
        job.failed.connect(self._on_failed)

    def _on_seen(self, lying: Lying) -> None:
        if lying != self._lying:
            self._lying = lying
            self.changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        self.failed.emit(error)


# In the lane


def _look(_: Progress) -> Lying:
    return Lying(tuple(runs.interrupted()), tuple(runs.waiting()))


def _discard(folder: Path, progress: Progress) -> Lying:
    runs.discard(folder)
    return _look(progress)
