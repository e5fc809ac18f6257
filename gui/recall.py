"""What the store knows of scans, before they are read: looked up behind the window, and told in slices."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from core.reading.finding import Found
from core.reading.reader import ModelKey
from core.store.known import Known
from core.store.store import Store
from gui.jobs import Job, JobProgress, Lane
from gui.worklist.entry import Entry, ReadAsDisplayed

#: The first scans should be there at once. The rest comes in larger and larger slices, of which the largest
#: are still taken in by the window in a moment.
_FIRST, _GROWTH, _MOST = 20, 5, 1000

#: From so many scans on the garbage collector is kept from them.
_MANY = 5000

Thing = TypeVar("Thing")


class Recall(QObject):
    """Makes entries of files, with the readings and reviews that the store has of them."""

    arrived = Signal(object)  # list of Entry: new files, in order
    recalled = Signal(object)  # list of (Entry, Known or None): what the store says of scans on the list
    failed = Signal(object)  # the exception
    idle = Signal()

    def __init__(self, lane: Lane, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._store = store
        self._coming = 0  # files that were asked for and have not arrived
        lane.idle.connect(self._on_idle)

    @property
    def is_idle(self) -> bool:
        return self._lane.is_idle

    def bring(self, founds: Sequence[Found], model: ModelKey | None) -> None:
        """Tell of each file, by its path and time of change; `arrived` follows.

        Args:
            model: whose readings count; None where none is open yet.
        """
        self._coming += len(founds)
        self._start(partial(_bring, self._store, founds, model)).gave.connect(self._on_arrived)

    def bring_all(self, model: ModelKey | None) -> None:
        """Tell of every scan that the store has; `arrived` follows."""
        self._start(partial(_bring_all, self._store, model)).gave.connect(self.arrived)

    def again(self, entries: Sequence[Entry], model: ModelKey) -> None:
        """Look up scans that are on the list, for another model; `recalled` follows."""
        asked = [(entry, entry.sha256) for entry in entries]
        self._start(partial(_again, self._store, asked, model)).gave.connect(self.recalled)

    def cancel(self) -> int:
        """Tell nothing more of what was asked; how many files were asked for and will not arrive."""
        self._lane.cancel_all()
        left, self._coming = self._coming, 0
        return left

    def _on_arrived(self, entries: list[Entry]) -> None:
        self._coming = max(self._coming - len(entries), 0)  # what was cancelled does not count
        self.arrived.emit(entries)

    def _on_idle(self) -> None:
        self._coming = 0
        self.idle.emit()

    def _start(self, work: partial[None]) -> Job:
        job = self._lane.start(work)
        job.failed.connect(self.failed)
        return job


def remember(entry: Entry, known: Known) -> None:
    """Have an entry say what the store knows."""
    entry.sha256 = known.sha256
    entry.review = known.review
    reading = known.reading
    if reading is None:
        return
    reasons = reading.verdict.reasons
    entry.stored = reading
    entry.status = "rejected" if reasons else "ok"
    entry.reason = "; ".join(reasons)
    entry.notes = known.notes
    entry.displayed = ReadAsDisplayed(*known.displayed) if known.displayed else None


def _entry(found: Found, known: Known | None) -> Entry:
    entry = Entry(found)
    if known:
        remember(entry, known)
    return entry


def _bring(store: Store, founds: Sequence[Found], model: ModelKey | None, progress: JobProgress) -> None:
    with _Uncollected() as many:
        for some in _slices(founds):
            progress.check()
            known = store.seen([found.where for found in some if found.content is None], model)
            progress.give([_entry(found, known.get(found.where)) for found in some])
            many.note(len(some))


def _bring_all(store: Store, model: ModelKey | None, progress: JobProgress) -> None:
    with _Uncollected() as many:
        for some in store.history_in_parts(model, _sizes()):
            progress.check()
            progress.give([_entry(_found(known.path), known) for known in some])
            many.note(len(some))


def _again(store: Store, asked: Sequence[tuple[Entry, str]], model: ModelKey, progress: JobProgress) -> None:
    with _Uncollected() as many:
        for some in _slices(asked):
            progress.check()
            by_content = store.known_of([sha256 for _, sha256 in some if sha256], model)
            # Those whose content is not known yet may be by their path
            paths = [each.found.where for each, sha256 in some if not sha256 and each.found.content is None]
            by_path = store.seen(paths, model) if paths else {}
            progress.give(
                [
                    (each, by_content.get(sha256) if sha256 else by_path.get(each.found.where))
                    for each, sha256 in some
                ]
            )
            many.note(len(some))


class _Uncollected:
    """Keeps Python's cyclic garbage collector from what is made in great numbers and is no garbage.

    It looks through all that there is whenever that has grown by a quarter: a tenth of a second and more in
    which the window stands still. What was made is kept from it for good: entries hold each other in no
    cycle, and go when nobody holds them.
    """

    def __init__(self) -> None:
        self._made = 0
        self._is_off = False

    def __enter__(self) -> _Uncollected:
        return self

    def note(self, made: int) -> None:
        """So many more were made."""
        self._made += made
        if self._made > _MANY and not self._is_off and gc.isenabled():
            gc.disable()
            self._is_off = True

    def __exit__(self, *_: object) -> None:
        if self._is_off:
            gc.freeze()
            gc.enable()


def _found(path: str) -> Found:
    """A file with the folder that it lies in."""
    folder, separator, name = path.rpartition(os.sep)
    above = _name(folder)
    return Found(path, f"{above}{separator}{name}" if above else name)


#: Many files lie in one folder.
_name = lru_cache(maxsize=1024)(os.path.basename)


def _slices(things: Sequence[Thing]) -> Iterator[Sequence[Thing]]:
    start = 0
    for size in _sizes():
        if start >= len(things):
            return
        yield things[start : start + size]
        start += size


def _sizes() -> Iterator[int]:
    """Of slices."""
    size = _FIRST
    while True:
        yield size
        size = min(_GROWTH * size, _MOST)
