"""Training in the background: the run that goes on, and what is measured and shown before one.

The work is done in processes of its own (`core.learning.supervise`); a lane waits for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import LungfieldError
from core.learning import runs
from core.learning.child import ChildDied, Worker
from core.learning.job import TrainingJob
from core.learning.messages import Measuring, Previewing
from core.learning.recipe import Recipe
from core.learning.supervise import Control, estimate_in_process, preview_in_process, train_in_process
from core.learning.watching import Position, Trained, Wrong
from gui.jobs import Job, JobProgress, Lane

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.learning.estimated import Estimate

#: The process that measures and previews is kept so long for the next time: starting one takes seconds.
_KEPT_MS = 60_000


class TrainingService(QObject):
    """One run at a time. Every run ends in exactly one of succeeded, failed and cancelled.

    A run that failed or was cancelled can go on (`core.learning.runs`), unless it was refused before its
    first epoch was over: then its folder is gone.

    Args:
        lane: for the runs.
        helper_lane: for estimates and previews.
    """

    changed = Signal()  # is_running, is_paused
    started = Signal(object)  # TrainingJob
    position = Signal(object)  # Position
    epoch = Signal(object)  # an `epochs.EpochResult`
    wrong = Signal(object)  # tuple[Wrong, ...]
    said = Signal(str)
    paused = Signal(bool)
    succeeded = Signal(object)  # Trained
    failed = Signal(object)  # the exception
    cancelled = Signal()
    estimated = Signal(object)  # Estimate
    estimate_failed = Signal(object)  # the exception
    previewed = Signal(object)  # uint8 [count, S, S]
    preview_failed = Signal(object)  # the exception

    def __init__(self, lane: Lane, helper_lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._helper_lane = helper_lane
        self._helper = Worker()  # in its lane only
        self._running: Job | None = None
        self._job: TrainingJob | None = None
        self._control = Control()
        self._is_paused = False
        self._last_position: Position | None = None
        self._epochs_done = 0
        self._let_go = QTimer(self, singleShot=True, interval=_KEPT_MS)
        self._let_go.timeout.connect(self._end_helper)

    @property
    def is_running(self) -> bool:
        return self._running is not None

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    @property
    def job(self) -> TrainingJob | None:
        """What runs, or ran last."""
        return self._job

    @property
    def last_position(self) -> Position | None:
        """Of the run that goes on, or the last one."""
        return self._last_position

    @property
    def epochs_done(self) -> int:
        """How many epochs the run need not repeat if it is interrupted now."""
        return self._epochs_done

    # -- the run ---------------------------------------------------------------------------------

    def start(self, job: TrainingJob) -> None:
        """Begin, or go on with, a run (`runs.new_run`, or an interrupted one's job).

        Raises:
            RuntimeError: another goes on.
        """
        if self._running is not None:
            raise RuntimeError("one training at a time")
        # It would measure the training, and take its memory
        self._helper_lane.cancel_all()
        self._end_helper()
        self._job, self._control, self._last_position = job, Control(), None
        # It tells of earlier epochs only once it has opened the scans, which may take minutes
        self._epochs_done = runs.epochs_done(job.out) if job.resume else 0
        self._running = running = self._lane.start(partial(_train, job, self._control))
        running.gave.connect(self._on_gave)
        running.said.connect(self.said)
        running.succeeded.connect(self._on_succeeded)
        running.failed.connect(self._on_failed)
        running.cancelled.connect(self._on_cancelled)
        self.started.emit(job)
        self.changed.emit()

    def pause(self) -> None:
        """After the batch that is under way."""
        self._set_paused(True)

    def go_on(self) -> None:
        self._set_paused(False)

    def enough(self) -> None:
        """Stop after this epoch and make the model of what there is."""
        self._control.enough()

    def cancel(self) -> None:
        """End the run, if there is one; `cancelled` says when it has. Finished epochs are kept."""
        if self._running is not None:
            self._running.cancel()

    def end(self) -> None:
        """Let go of the processes, once the lanes are closed. May be called again."""
        self._let_go.stop()
        self._helper.kill()

    # -- before one ------------------------------------------------------------------------------

    def estimate(self, recipe: Recipe, scans: int, held: int, device: str, decode_seconds: float) -> None:
        """Measure how long a run would take; a newer request supersedes this one.

        Args:
            scans, held: how many to learn from and to validate on.
            decode_seconds: that decoding all of them took.
        """
        command = Measuring(recipe, scans, held, device, decode_seconds)
        job = self._helper_lane.start(partial(estimate_in_process, self._helper, command), "estimate")
        job.succeeded.connect(self._on_estimated)
        job.failed.connect(self.estimate_failed)
        self._let_go.start()

    def preview(self, path: Path, recipe: Recipe, count: int) -> None:
        """Show a scan as the augmentation changes it; a newer request supersedes this one."""
        command = Previewing(path, recipe, count)
        job = self._helper_lane.start(partial(preview_in_process, self._helper, command), "preview")
        job.succeeded.connect(self._on_previewed)
        job.failed.connect(self.preview_failed)
        self._let_go.start()

    def _end_helper(self) -> None:
        if not self._helper_lane.is_closed:
            self._helper_lane.start(partial(_close, self._helper))

    def _on_estimated(self, estimate: Estimate) -> None:
        self._let_go.start()
        self.estimated.emit(estimate)

    def _on_previewed(self, pictures: NDArray[np.uint8]) -> None:
        self._let_go.start()
        self.previewed.emit(pictures)

    # -- what the run says -----------------------------------------------------------------------

    def _set_paused(self, paused: bool) -> None:
        if self._running is None or paused == self._is_paused:
            return
        self._is_paused = paused
        (self._control.pause if paused else self._control.go_on)()
        self.paused.emit(paused)
        self.changed.emit()

    def _on_gave(self, said: tuple[str, Any]) -> None:
        kind, what = said
        if kind == "position":
            self._last_position = what
            self.position.emit(what)
        elif kind == "epoch":
            self._epochs_done = max(self._epochs_done, what["epoch"])
            self.epoch.emit(what)
        else:
            self.wrong.emit(what)

    # Over before anybody hears of it: another may be begun in answer

    def _on_succeeded(self, trained: Trained) -> None:
        self._is_over()
        self.succeeded.emit(trained)

    def _on_failed(self, error: BaseException) -> None:
        self._is_over()
        self.failed.emit(error)

    def _on_cancelled(self) -> None:
        self._is_over()
        self.cancelled.emit()

    def _is_over(self) -> None:
        self._running = None
        was_paused, self._is_paused = self._is_paused, False
        if was_paused:
            self.paused.emit(False)
        self.changed.emit()


class _Watch:
    """Passes on what the run tells; in the lane."""

    def __init__(self, progress: JobProgress) -> None:
        self._progress = progress

    def position(self, position: Position) -> None:
        self._progress.give(("position", position))

    def epoch(self, result: Mapping[str, Any]) -> None:
        self._progress.give(("epoch", result))

    def wrong(self, scans: Sequence[Wrong]) -> None:
        self._progress.give(("wrong", tuple(scans)))

    def is_enough(self) -> bool:
        return False  # said by the Control

    def paused_seconds(self) -> float:
        return 0.0  # known where it trains


def _train(job: TrainingJob, control: Control, progress: JobProgress) -> Trained:
    """In the lane."""
    try:
        return train_in_process(job, progress, _Watch(progress), control)
    except ChildDied:
        raise
    except LungfieldError:
        if not runs.epochs_done(job.out) and job.out.parent == runs.folder_of_runs():
            runs.discard(job.out)  # there is nothing to go on from
        raise


def _close(worker: Worker, _: JobProgress) -> None:
    """In the lane."""
    worker.close()
