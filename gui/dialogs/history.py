"""The history in the window: what the store holds, and clearing it behind the window."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.errors import LungfieldError
from core.paths import reviewed_table
from core.progress import Progress
from core.store.store import Store
from gui.jobs import Lane


class History(QObject):
    """Scans, readings and reviews that are kept. Clearing them takes seconds where there are many.

    Args:
        lane: that of whatever else adds to the store behind the window, so that nothing is added meanwhile.
    """

    changed = Signal()  # it is about to be cleared, or no longer is being cleared
    cleared = Signal(bool)  # whether the reviews went too
    failed = Signal(object)  # the exception

    def __init__(self, store: Store, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._lane = lane
        self._clearing = False

    @property
    def path(self) -> Path | None:
        """Of its file; None where it is kept in memory only."""
        return self._store.path

    @property
    def problem(self) -> LungfieldError | None:
        """Why it cannot be kept as it should be; None where it can."""
        return self._store.problem

    @property
    def is_clearing(self) -> bool:
        return self._clearing

    def counts(self) -> tuple[int, int, int]:
        """Scans, readings and reviews."""
        counts = self._store.counts()
        return counts["scans"], counts["readings"], counts["reviews"]

    def size_bytes(self) -> int:
        return self._store.size_bytes()

    def clear(self, reviews: bool) -> None:
        """Forget the scans and readings, and the reviews where asked; `cleared` or `failed` says when."""
        if self.is_clearing:
            return
        self._clearing = True
        self.changed.emit()  # first: what adds to it is to stop
        job = self._lane.start(partial(_clear, self._store, reviews))
        job.succeeded.connect(self._on_cleared)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_over)

    def _on_cleared(self, reviews: bool) -> None:
        self._clearing = False
        self.cleared.emit(reviews)  # first: what waits to be added is forgotten before it could be
        self.changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        self._on_over()
        self.failed.emit(error)

    def _on_over(self) -> None:
        self._clearing = False
        self.changed.emit()


def _clear(store: Store, reviews: bool, _: Progress) -> bool:
    store.clear_history(reviews)
    if reviews:
        try:
            reviewed_table().unlink(missing_ok=True)
        except OSError as error:
            raise LungfieldError(
                "the table of the scans that you reviewed cannot be deleted", error.strerror or str(error)
            ) from error
    return reviews
