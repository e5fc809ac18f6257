"""Background work: the only file that knows of threads.

A job is a callable that takes a `Progress`. It ends in exactly one of succeeded, failed and cancelled, and
everything it says arrives as a signal in the thread that started it. A job that a newer one for the same
place on the screen has superseded says nothing more but that it was cancelled.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.progress import Cancelled, Progress, SubProgress

#: Reports that follow each other faster than this are not passed on, but for the last.
_REPORT_EVERY = 0.05

#: Seconds that passing on what a job says may take in one turn of the event loop.
_TURN = 0.008

#: Nice value of a lane that stands back.
_BEHIND = 10

Work = Callable[["JobProgress"], Any]


class Job(QObject):
    """One piece of background work. Made by `Lane.start`, never directly."""

    progressed = Signal(float, str)
    said = Signal(str)
    gave = Signal(object)  # a part of the result, as it comes
    succeeded = Signal(object)  # what the callable returned
    failed = Signal(object)  # the exception it raised
    cancelled = Signal()
    ended = Signal(object)  # this job, after one of the three above
    dealt_with = Signal(object)  # this job, after all that was connected to `ended`: for its lane

    # From the lane's thread: there is mail. Queued, so that the slots run in the thread this object lives in.
    _told = Signal()

    def __init__(self, work: Work, place: str, finishes: bool) -> None:
        super().__init__()
        self.place = place
        self.finishes = finishes
        self._work: Work | None = work
        self._stop = threading.Event()
        self._over = False
        self._mail: deque[tuple[str, Any]] = deque()
        self._woken = False
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)

    @property
    def is_over(self) -> bool:
        return self._over

    def cancel(self) -> None:
        """Ask it to stop. It says `cancelled` as soon as it has; nothing else of it is passed on."""
        self._stop.set()

    def run(self) -> None:
        """Do the work; in the lane's thread."""
        work, self._work = self._work, None
        try:
            if self._stop.is_set() or work is None:
                raise Cancelled
            how, what = "succeeded", work(JobProgress(self._stop, self._post))
        except Cancelled:
            how, what = "cancelled", None
        except BaseException as error:
            how, what = "failed", error
        # The callable holds what it works on: let go of it here, not when the signal is dealt with.
        del work
        self._post(how, what)
        # An error's traceback holds this frame. If the frame held the error, only the garbage collector would
        # free them, and this job with them, in whatever thread it happens to run.
        del what

    def _post(self, kind: str, what: Any) -> None:
        """Leave something for the thread this object lives in; from the lane's thread."""
        self._mail.append((kind, what))
        if not self._woken:
            self._woken = True
            self._told.emit()

    def _on_told(self) -> None:
        # By a timer, because Qt delivers all signals that wait in one go, and those that come meanwhile too:
        # a thousand answers would hold the window.
        QTimer.singleShot(0, self._read_mail)

    def _read_mail(self) -> None:
        """Pass on what there is, for as long as the window can wait; the rest in its next turn."""
        until = time.perf_counter() + _TURN
        while self._mail or self._has_mail_after_all():
            self._pass_on(*self._mail.popleft())
            if time.perf_counter() > until:
                self._on_told()
                return

    def _has_mail_after_all(self) -> bool:
        """Whether some came just now; if not, what comes from now on is told."""
        self._woken = False
        return bool(self._mail)

    def _pass_on(self, kind: str, what: Any) -> None:
        stopped = self._stop.is_set()
        if kind in ("succeeded", "failed", "cancelled"):
            self._over = True
            if kind == "cancelled" or stopped:
                self.cancelled.emit()
            elif kind == "succeeded":
                self.succeeded.emit(what)
            else:
                self.failed.emit(what)
            self.ended.emit(self)
            self.dealt_with.emit(self)
        elif not stopped:
            if kind == "progressed":
                self.progressed.emit(*what)
            elif kind == "said":
                self.said.emit(what)
            else:
                self.gave.emit(what)


class JobProgress:
    """The `Progress` of a job; used in the lane's thread, by one caller at a time."""

    def __init__(self, stop: threading.Event, tell: Callable[[str, Any], None]) -> None:
        self._stop = stop
        self._tell = tell
        self._reported = 0.0

    def report(self, fraction: float, text: str = "") -> None:
        now = time.monotonic()
        if fraction >= 1 or now - self._reported >= _REPORT_EVERY:
            self._reported = now
            self._tell("progressed", (fraction, text))

    def say(self, line: str) -> None:
        self._tell("said", line)

    def give(self, what: Any) -> None:
        """Hand over a part of the result: `Job.gave`."""
        self._tell("gave", what)

    def check(self) -> None:
        if self._stop.is_set():
            raise Cancelled

    def part(self, start: float, end: float) -> Progress:
        return SubProgress(self, start, end)


class Lane(QObject):
    """One thread that does one job at a time, in the order they were started.

    Args:
        name: of the thread, for logs and debuggers.
        behind: its thread, and those that it starts, let the window go first where both want the processor.
    """

    idle = Signal()  # nothing is running and nothing is waiting

    # From the lane's thread: it holds the oldest of its jobs no more.
    _let_go = Signal()

    def __init__(self, name: str, behind: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._behind = behind
        self._waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._jobs: list[Job] = []
        # Kept until the thread holds them no more: a QObject must die in the thread it lives in.
        self._kept: deque[Job] = deque()
        self._let_go.connect(self._drop_oldest, Qt.ConnectionType.QueuedConnection)
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def is_idle(self) -> bool:
        return not self._jobs

    @property
    def is_closed(self) -> bool:
        return self._closed

    def start(self, work: Work, place: str = "", finishes: bool = False) -> Job:
        """Do `work` as soon as what was started before is over.

        Args:
            place: where on the screen the result is to be seen: an earlier job for the same place, running
                or waiting, is cancelled. Empty: it supersedes nothing.
            finishes: closing the lane waits for it, running or waiting, instead of cancelling it: for what is
                short and was asked for.
        """
        if self._closed:
            raise RuntimeError(f"the lane {self._name} is closed")
        if place:
            for earlier in self._jobs:
                if earlier.place == place:
                    earlier.cancel()
        job = Job(work, place, finishes)
        job.dealt_with.connect(self._forget)
        self._jobs.append(job)
        self._kept.append(job)
        self._waiting.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=f"lane {self._name}")
            self._thread.start()
        return job

    def cancel_all(self) -> None:
        for job in self._jobs:
            job.cancel()

    def close(self) -> None:
        """Cancel all but what finishes, and take no more; `wait` says when the thread has ended.

        May be called again.
        """
        if not self._closed:
            self._closed = True
            for job in self._jobs:
                if not job.finishes:
                    job.cancel()
            self._waiting.put(None)

    def wait(self, seconds: float) -> bool:
        """Whether the thread of a closed lane ended within that time."""
        if self._thread is not None:
            self._thread.join(max(seconds, 0))
            if self._thread.is_alive():
                return False
            self._thread = None
        return True

    def _work(self) -> None:
        if self._behind:
            _stand_back()
        while (job := self._waiting.get()) is not None:
            job.run()
            del job
            self._let_go.emit()

    def _drop_oldest(self) -> None:
        self._kept.popleft()

    def _forget(self, job: Job) -> None:
        self._jobs.remove(job)
        if not self._jobs:
            self.idle.emit()


class Lanes(QObject):
    """All the lanes of the application, closed together."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: list[Lane] = []

    def lane(self, name: str, behind: bool = False) -> Lane:
        made = Lane(name, behind, self)
        self._lanes.append(made)
        return made

    def close(self, seconds: float = 10.0) -> bool:
        """Cancel, wait, and say whether every thread ended in time. Nothing is terminated."""
        for lane in self._lanes:
            lane.close()
        until = time.monotonic() + seconds
        return all([lane.wait(until - time.monotonic()) for lane in self._lanes])


def _stand_back() -> None:
    """Lower the priority of this thread and of those it will start.

    Only Linux has a priority for each thread that threads hand down; elsewhere the system itself favours the
    window in front.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BEHIND)
