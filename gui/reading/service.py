"""Reading in the background: opens the model, reads what waits, and reads as displayed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from core.imaging.display import Display, Orientation, as_displayed
from core.imaging.scan import Scan
from core.opening import Opened, open_reader
from core.reading.finding import Found
from core.reading.folder import read_files
from core.reading.reader import Reader, Reading
from core.settings import Settings
from core.store.store import Store
from gui.jobs import Job, JobProgress, Lane
from gui.reading.queue import ReadingQueue
from gui.worklist.entry import answer_of


@dataclass(frozen=True)
class _Started:
    """A file that the lane has begun with."""

    found: Found


class ReadingService(QObject):
    """Owns the reader and the scans that wait for it. One lane, one job at a time.

    The reader is opened, used and replaced in the lane only; this object lives in the GUI thread. What is
    read goes to the store, and what the store knows by a file's content is not read again.
    """

    opened = Signal(object)  # Opened: from now on it is this reader that reads
    unavailable = Signal(object)  # the exception: nothing can be read with these settings
    started = Signal(object)  # Found
    finished = Signal(object)  # Answer
    stopped = Signal()  # what was begun or waiting is not read
    broken = Signal(object)  # the exception that ended reading; nothing waits any more
    displayed = Signal(object, object)  # what `read_as_displayed` was given for, Reading
    not_displayed = Signal(object)  # the exception
    progressed = Signal(int, int)  # done and asked for, since it was last idle
    idle = Signal()

    def __init__(self, lane: Lane, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._store = store
        self._queue = ReadingQueue()
        self._afresh: set[Found] = set()  # to be read whatever the store knows
        self._yield_lane = threading.Event()
        self._opened: Opened | None = None
        self._opening: Job | None = None
        self._reading: Job | None = None
        self._displaying: Job | None = None
        self._is_held = False
        self._done = self._asked = 0
        lane.idle.connect(self._on_lane_idle)

    @property
    def reader(self) -> Reader | None:
        """The one that reads; None while it is opened, or where none can be."""
        return self._opened.reader if self._opened else None

    @property
    def is_opening(self) -> bool:
        return self._opening is not None

    @property
    def is_reading(self) -> bool:
        """Scans are read, or wait for it."""
        return self._reading is not None or bool(self._queue)

    @property
    def is_held(self) -> bool:
        """Nothing is read until it is let go: see `hold`."""
        return self._is_held

    @property
    def is_idle(self) -> bool:
        return self._lane.is_idle and not self._queue

    def open(self, settings: Settings) -> None:
        """Read with these settings' model and engine from now on."""
        self._opened = None
        self._yield_lane.set()
        self._opening = self._lane.start(partial(_open, settings), "open")
        self._opening.succeeded.connect(self._on_opened)
        self._opening.failed.connect(self._on_unavailable)

    def read(self, founds: Iterable[Found], afresh: bool = False) -> None:
        """Read these when their turn comes.

        Args:
            afresh: also where the store has a reading of this content by this model.
        """
        founds = list(founds)
        if afresh:
            self._afresh.update(founds)
        before = len(self._queue)
        self._queue.put(founds)
        self._asked += len(self._queue) - before
        self.progressed.emit(self._done, self._asked)
        self._start()

    def hurry(self, found: Found) -> None:
        """Read this one next, if it waits."""
        self._queue.hurry(found)

    def forget(self, founds: Iterable[Found]) -> None:
        """Do not read these after all, where they still wait."""
        before = len(self._queue)
        for found in founds:
            self._queue.discard(found)
        self._asked -= before - len(self._queue)
        self.progressed.emit(self._done, self._asked)

    def stop(self) -> None:
        """Read nothing more of what was asked for."""
        self._queue.clear()
        self._afresh = set()
        if self._reading:
            self._reading.cancel()  # nothing more of it is passed on
            # It still takes from its own queue until it looks; what comes from now on is not for it
            self._queue = ReadingQueue()
        self._asked = self._done
        self.stopped.emit()
        self.progressed.emit(self._done, self._asked)

    def hold(self, held: bool) -> None:
        """Stop, as displayed too, and begin with nothing more until it is let go; what is asked for waits.

        Of what is under way nothing is told or kept any more.
        """
        self._is_held = held
        if held:
            self.stop()
            if self._displaying:
                self._displaying.cancel()
        else:
            self._start()

    def read_as_displayed(self, what: object, scan: Scan, display: Display, orientation: Orientation) -> None:
        """Read one scan as it is seen, before anything that waits; a newer request supersedes it.

        Nothing comes of it without a reader, or while it is held.

        Args:
            what: handed back with the reading.
        """
        if self._opened is None or self._is_held:
            return
        self._yield_lane.set()
        work = partial(_read_as_displayed, self._opened.reader, what, scan, display, orientation)
        self._displaying = job = self._lane.start(work, "displayed")
        job.succeeded.connect(self._on_displayed)
        job.failed.connect(self.not_displayed)
        job.ended.connect(self._on_displayed_ended)

    def _start(self) -> None:
        if self._opened is None or self._reading or not self._queue:
            return
        if self._is_held or self._lane.is_closed:
            return
        self._yield_lane.clear()
        work = partial(
            _read_waiting, self._opened.reader, self._store, self._queue, self._afresh, self._yield_lane
        )
        self._reading = job = self._lane.start(work)
        job.gave.connect(self._on_gave)
        job.failed.connect(self._on_broken)
        job.ended.connect(self._on_ended)

    def _on_opened(self, opened: Opened) -> None:
        self._opening = None
        self._opened = opened
        self.opened.emit(opened)
        self._start()

    def _on_unavailable(self, error: BaseException) -> None:
        self._opening = None
        self.stop()
        self.unavailable.emit(error)

    def _on_gave(self, what: object) -> None:
        if isinstance(what, _Started):
            self.started.emit(what.found)
            return
        self._done += 1
        self.finished.emit(what)
        self.progressed.emit(self._done, self._asked)

    def _on_displayed(self, answer: tuple[object, Reading]) -> None:
        self.displayed.emit(*answer)

    def _on_displayed_ended(self, job: Job) -> None:
        if job is self._displaying:
            self._displaying = None
        self._start()

    def _on_broken(self, error: BaseException) -> None:
        self._queue.clear()
        self._asked = self._done
        self.broken.emit(error)

    def _on_ended(self, _: Job) -> None:
        self._reading = None
        self._start()

    def _on_lane_idle(self) -> None:
        if not self._queue or self._opened is None:
            self._done = self._asked = 0
            self.progressed.emit(0, 0)
            self.idle.emit()


def _open(settings: Settings, _: JobProgress) -> Opened:
    opened = open_reader(
        settings.model, settings.engine, settings.device, settings.precision, settings.threshold
    )
    _ = opened.reader.key  # made here, where it may take its time
    return opened


def _read_waiting(
    reader: Reader,
    store: Store,
    waiting: ReadingQueue,
    afresh: set[Found],
    yield_lane: threading.Event,
    progress: JobProgress,
) -> None:
    """Read until nothing waits, or something more urgent wants the lane."""
    key = reader.key

    def next_ones() -> Iterator[Found]:
        while not yield_lane.is_set() and (found := waiting.take()) is not None:
            progress.give(_Started(found))
            yield found

    def known(found: Found, sha256: str) -> bool:
        return found not in afresh and store.has(sha256, key)

    for outcome in read_files(reader, next_ones(), progress, known):
        progress.check()  # before it is kept: the history may be cleared next
        afresh.discard(outcome.found)
        store.add(outcome, key)
        if outcome.status == "known":
            outcome = replace(outcome, reading=store.reading(outcome.sha256, key))
        progress.give(answer_of(outcome))


def _read_as_displayed(
    reader: Reader,
    what: object,
    scan: Scan,
    display: Display,
    orientation: Orientation,
    progress: JobProgress,
) -> tuple[object, Reading]:
    seen = as_displayed(scan, display, orientation)
    progress.check()
    reading = reader.read(seen)
    # The map lies on the scan as it is stored, as every other does.
    return what, replace(reading, heatmap=orientation.undo(reading.heatmap))
