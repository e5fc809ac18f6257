"""Background work of which one piece goes on at a time, and tells how it ends."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gui.jobs import Job, JobProgress, Lane


class OneJob(QObject):
    """Begins a piece of work on its lane; one of succeeded, failed and cancelled says how it ended.

    Args:
        lane: of its own.
    """

    started = Signal(object)  # the request
    progressed = Signal(float, str)
    succeeded = Signal(object)  # what the work made
    failed = Signal(object)  # the exception
    cancelled = Signal()

    def __init__(self, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._job: Job | None = None

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def cancel(self) -> None:
        """Ask it to stop, if there is one; `cancelled` says when it has."""
        if self._job is not None:
            self._job.cancel()

    def _begin(self, request: object, work: Callable[[JobProgress], object]) -> None:
        """Do `work` for `request`.

        Raises:
            RuntimeError: another goes on.
        """
        if self._job is not None:
            raise RuntimeError("one at a time")
        self._job = job = self._lane.start(work)
        job.progressed.connect(self.progressed)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self.started.emit(request)

    # Over before anybody hears of it: another may be begun in answer

    def _on_succeeded(self, made: object) -> None:
        self._job = None
        self.succeeded.emit(made)

    def _on_failed(self, error: BaseException) -> None:
        self._job = None
        self.failed.emit(error)

    def _on_cancelled(self) -> None:
        self._job = None
        self.cancelled.emit()
