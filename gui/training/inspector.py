"""Looks at the scans to learn from, behind the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.datasets.inspected import Inspection
from core.datasets.splitting import Order
from core.errors import DatasetError
from core.paths import reviewed_table
from core.progress import Progress
from gui.jobs import Job, Lane

#: Reviewed scans: file, SHA-256, label ("NORMAL" or "PNEUMONIA") and patient of each.
Reviewed = Callable[[], list[tuple[Path, str, str, str]]]


class Inspector(QObject):
    """Inspects sources and writes reviewed scans down as one of them; a newer request supersedes the older.

    Args:
        lane: on which scans are decoded; it should stand back.
    """

    progressed = Signal(float, str)
    inspected = Signal(object)  # Inspection
    failed = Signal(object)  # the exception
    written = Signal(object)  # Path: the table of reviewed scans
    not_written = Signal(object)  # the exception

    def __init__(self, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._job: Job | None = None

    @property
    def is_busy(self) -> bool:
        """Sources are being looked at."""
        return self._job is not None

    def inspect(self, sources: Sequence[Path], share: float, seed: int, order: Order) -> None:
        """Look at all of these, and how they would be split; see `core.datasets.inspection.inspect`."""
        self.cancel()
        self._job = job = self._lane.start(partial(_inspect, tuple(sources), share, seed, order), "inspect")
        job.progressed.connect(self.progressed)
        job.succeeded.connect(self._on_inspected)
        job.failed.connect(self._on_failed)

    def cancel(self) -> None:
        """Look no further; nothing more is said of it."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def write_reviewed(self, reviewed: Reviewed) -> None:
        """Write a table of the scans that the person reviewed.

        Args:
            reviewed: gives them; called in the lane.
        """
        job = self._lane.start(partial(_write_reviewed, reviewed), "reviewed")
        job.succeeded.connect(self.written)
        job.failed.connect(self.not_written)

    def _on_inspected(self, inspection: Inspection) -> None:
        self._job = None
        self.inspected.emit(inspection)

    def _on_failed(self, error: BaseException) -> None:
        self._job = None
        self.failed.emit(error)


# In the lane; what is called is loaded only here


def _inspect(
    sources: tuple[Path, ...], share: float, seed: int, order: Order, progress: Progress
) -> Inspection:
    from core.datasets.inspection import inspect

    return inspect(sources, share, seed, order, progress)


def _write_reviewed(reviewed: Reviewed, progress: Progress) -> Path:
    from core.datasets.reviewed import write_reviewed

    rows = reviewed()
    progress.check()
    if not rows or not write_reviewed(reviewed_table(), rows):
        raise DatasetError(
            "you have not reviewed any scan yet", "say NORMAL or PNEUMONIA of scans on the worklist first"
        )
    return reviewed_table()
