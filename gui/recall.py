"""What the store knows of scans, before they are read: looked up behind the window, and told in slices."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from core.reading.finding import Found
from core.reading.reader import ModelKey
from core.store.known import Known
from core.store.store import Store
from gui.jobs import Job, JobProgress, Lane
from gui.worklist.entry import Entry, ReadAsDisplayed

#: The first scan should be there at once; the rest comes in slices that the window takes in a moment.
_FIRST, _SLICE = 20, 500

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
        lane.idle.connect(self.idle)

    @property
    def is_idle(self) -> bool:
        return self._lane.is_idle

    def bring(self, founds: Sequence[Found], model: ModelKey | None) -> None:
        """Tell of each file, by its path and time of change; `arrived` follows.

        Args:
            model: whose readings count; None where none is open yet.
        """
        self._start(partial(_bring, self._store, founds, model)).gave.connect(self.arrived)

    def bring_all(self, model: ModelKey | None) -> None:
        """Tell of every scan that the store has; `arrived` follows."""
        self._start(partial(_bring_all, self._store, model)).gave.connect(self.arrived)

    def again(self, entries: Sequence[Entry], model: ModelKey) -> None:
        """Look up scans that are on the list, for another model; `recalled` follows."""
        asked = [(entry, entry.sha256) for entry in entries]
        self._start(partial(_again, self._store, asked, model)).gave.connect(self.recalled)

    def cancel(self) -> None:
        """Tell nothing more of what was asked."""
        self._lane.cancel_all()

    def _start(self, work: partial[None]) -> Job:
        job = self._lane.start(work)
        job.failed.connect(self.failed)
        return job


def remember(entry: Entry, known: Known) -> None:
    """Have an entry say what the store knows."""
    entry.sha256 = known.sha256
    entry.review = known.review
    if known.reading is None:
        return
    entry.stored = known.reading
    entry.status = "ok" if known.reading.verdict.accepted else "rejected"
    entry.reason = "; ".join(known.reading.verdict.reasons)
    entry.notes = known.notes
    entry.displayed = ReadAsDisplayed(*known.displayed) if known.displayed else None


def _entry(found: Found, known: Known | None) -> Entry:
    entry = Entry(found)
    if known:
        remember(entry, known)
    return entry


def _bring(store: Store, founds: Sequence[Found], model: ModelKey | None, progress: JobProgress) -> None:
    for some in _slices(founds):
        progress.check()
        known = store.seen([found.where for found in some if found.content is None], model)
        progress.give([_entry(found, known.get(found.where)) for found in some])


def _bring_all(store: Store, model: ModelKey | None, progress: JobProgress) -> None:
    for some in _slices(store.history(model)):
        progress.check()
        progress.give([_entry(_found(known.path), known) for known in some])


def _again(store: Store, asked: Sequence[tuple[Entry, str]], model: ModelKey, progress: JobProgress) -> None:
    for some in _slices(asked):
        progress.check()
        # Those whose content is not known yet may be by their path
        paths = [entry.found.where for entry, sha256 in some if not sha256 and entry.found.content is None]
        by_path = store.seen(paths, model) if paths else {}
        progress.give(
            [
                (entry, store.known(sha256, model) if sha256 else by_path.get(entry.found.where))
                for entry, sha256 in some
            ]
        )


def _found(path: str) -> Found:
    """A file with the folder that it lies in."""
    folder, name = os.path.split(path)
    return Found(Path(path), PurePath(os.path.basename(folder), name))


def _slices(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    """The first few, then the rest in larger lists."""
    some: list[Thing] = []
    size = _FIRST
    for thing in things:
        some.append(thing)
        if len(some) >= size:
            yield some
            some, size = [], _SLICE
    if some:
        yield some
