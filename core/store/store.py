"""The store: what was read and reviewed, on the disk within a second, and found again by content."""

from __future__ import annotations

import atexit
import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from core import paths
from core.errors import LungfieldError
from core.log import logger
from core.reading.folder import Outcome
from core.reading.reader import ModelKey, Reading
from core.review import Review
from core.store import trouble
from core.store.answers import Answers
from core.store.changes import Change, DisplayedRemoved, Read, Reviewed, Seen
from core.store.disk import Disk
from core.store.opening import aside_pattern, open_disk
from core.store.schema import MIGRATIONS, Step, backup_pattern
from core.store.writer import Writer

Told = Callable[[LungfieldError], None]

_T = TypeVar("_T")


def open_store(
    path: Path | None = None, told: Told | None = None, steps: Sequence[Step] = MIGRATIONS
) -> Store:
    """Open the store, or make it. Never raises for a disk or a file: see `Store.problem`.

    Args:
        path: by default the person's own.
        told: called, in whatever thread notices, with each problem the first time it comes up; it must
            not ask the store to flush or close.
        steps: for tests of migrations.
    """
    return Store((path or paths.user_data() / "lungfield.sqlite3").absolute(), told, steps)


class Store(Answers):
    """Used by any thread. What is added waits in memory until the writer's thread has it on the disk,
    within a second; whatever is asked counts what waits. A reader never waits for the disk to write.

    Where the disk or the file refuses, the store goes on in memory: nothing that was added is lost while
    it is open, what the file holds is still there as far as it can be read, and writing is tried again.

    Keep it with `open_store`, and `close` it.
    """

    def __init__(self, path: Path, told: Told | None, steps: Sequence[Step]) -> None:
        super().__init__()
        self._path = path
        self._told = told
        self._steps = steps
        self._said: set[str] = set()
        self._trouble: LungfieldError | None = None  # as long as it lasts
        self._notice: LungfieldError | None = None
        self._damaged: Disk | None = None  # until another is in its place
        self._is_closed = False
        self._closing = threading.Lock()
        opened = open_disk(path, steps)
        self._disk = opened.disk
        if opened.is_writable:
            self._notice = opened.said
        else:
            self._trouble = opened.said
        self._writer: Writer | None = None
        if not opened.is_final:  # what cannot be written now may be later: disks are full, or mounted late
            self._writer = Writer(self._pending, self._write)
            # Whoever forgets to close it loses nothing
            atexit.register(self.close)
        if opened.said:
            self._tell(opened.said)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def problem(self) -> LungfieldError | None:
        """Why it is in memory only, or what became of a damaged file; None where all is well."""
        return self._trouble or self._notice

    @property
    def path(self) -> Path | None:
        """Where it lies; None while it is in memory only."""
        return None if self._trouble else self._path

    def size_bytes(self) -> int:
        """What it takes on the disk; 0 where it is not there."""
        size = 0
        for suffix in ("", "-wal"):
            with contextlib.suppress(OSError):
                size += self._path.with_name(self._path.name + suffix).stat().st_size
        return size if self._disk else 0

    # What is put in

    def add(self, outcome: Outcome, model: ModelKey, as_displayed: str = "") -> None:
        """Keep what was read; returns at once. Failed files are not kept.

        Of an outcome that is "known" already, only where its file lies is kept.

        Args:
            as_displayed: the contrast and orientation that the scan had, in words, where it was not read
                as its file asks to be displayed.
        """
        if outcome.status == "failed" or not outcome.sha256:
            return
        now = int(time.time())
        digest, reading = outcome.sha256, outcome.reading
        changes: list[Change] = [
            Seen.of(digest, outcome.found, outcome.size, outcome.modified, outcome.scan, now)
        ]
        if outcome.status != "known" and reading is not None:
            changes.append(Read(digest, model, reading, as_displayed or None, now))
        self._put(changes)

    def add_displayed(self, sha256: str, reading: Reading, model: ModelKey, description: str) -> None:
        """Keep a reading of the scan as displayed, in place of the one before; returns at once."""
        self._put([Read(sha256, model, reading, description, int(time.time()))])

    def remove_displayed(self, sha256: str, model: ModelKey) -> None:
        """Forget the reading of the scan as displayed; returns at once."""
        self._put([DisplayedRemoved(sha256, model)])

    def set_review(self, sha256: str, review: Review | None) -> None:
        """Keep what the person says of a scan; None takes it back. On the disk when it returns, unless
        the store is in memory only."""
        self.set_reviews({sha256: review})

    def set_reviews(self, reviews: Mapping[str, Review | None]) -> None:
        """`set_review` for many scans, by their SHA-256, with one wait for the disk."""
        self._put([Reviewed(sha256, review) for sha256, review in reviews.items()])
        if self._writer and not self._writer.has_failed:
            self._writer.flush()

    def flush(self) -> None:
        """Wait until all that was added is on the disk, or writing it has failed."""
        if self._writer:
            self._writer.flush()

    def clear_history(self, reviews: bool) -> None:
        """Forget scans and readings, those in backups and damaged files too, and give back the space.

        Takes as long as writing the file once; not for the thread of a window.

        Args:
            reviews: forget what the person said as well.

        Raises:
            LungfieldError: the file cannot be changed.
        """
        self.flush()
        with self._writer.writing if self._writer else contextlib.nullcontext():
            try:
                if self._disk and self._disk.is_writable:
                    self._disk.clear(reviews)
                    self._delete_copies()
                elif self._path.exists():
                    raise _cannot_clear(self._trouble)
            except (sqlite3.Error, OSError) as error:
                logger.warning("the store cannot be cleared: %s", trouble.name_of(error))
                raise _cannot_clear(trouble.in_words(error, self._path)) from error
            self._pending.forget(lambda change: reviews or not isinstance(change, Reviewed))
            self._notice = None

    def close(self) -> None:
        """Write what waits and let go of the file. What is added afterwards is not kept."""
        with self._closing:
            if self._is_closed:
                return
            self._is_closed = True
        if self._writer:
            self._writer.close()
            atexit.unregister(self.close)
            if left := len(self._pending):
                logger.warning("%d changes could not be written to the store", left)
        if self._disk:
            self._disk.close()

    # How it is done

    def _put(self, changes: Sequence[Change]) -> None:
        if not self._is_closed:
            self._pending.add(changes)

    def _ask(self, question: Callable[[Disk], _T], otherwise: _T) -> _T:
        disk = self._disk
        if disk is None:
            return otherwise
        try:
            return question(disk)
        except sqlite3.Error as error:
            if disk is not self._disk and self._disk is not None and not self._is_closed:
                return self._ask(question, otherwise)  # another was opened in its place meanwhile
            if not self._is_closed:
                logger.warning("the store cannot be read: %s", trouble.name_of(error))
            if trouble.is_damage(error) and self._writer and disk is self._disk:
                self._damaged = disk
                self._writer.wake()
            return otherwise

    def _write(self, changes: list[Change]) -> bool:
        """Whether they are on the disk; in the writer's thread."""
        try:
            if self._damaged is not None and self._damaged is self._disk:
                self._let_go(self._disk)
            try:
                self._write_to_disk(changes)
            except sqlite3.DatabaseError as error:
                if not (trouble.is_damage(error) and self._disk):
                    raise
                self._let_go(self._disk)
                self._write_to_disk(changes)
        except Exception as error:
            if not self._trouble:
                logger.warning("the store cannot be written: %s", trouble.name_of(error))
            self._trouble = trouble.in_words(error, self._path)
            self._tell(self._trouble)
            return False
        self._trouble = None
        return True

    def _write_to_disk(self, changes: list[Change]) -> None:
        if self._disk is None or not self._disk.is_writable:
            self._open_again()
        elif not self._disk.is_in_place:
            raise trouble.gone(self._path)
        if self._disk is None or not changes:
            return
        try:
            self._disk.write(changes)
        except Exception as error:
            if not trouble.is_our_fault(error):
                raise
            self._write_one_by_one(self._disk, changes)

    def _write_one_by_one(self, disk: Disk, changes: list[Change]) -> None:
        """One that cannot be written, by a fault of ours, keeps no other from it."""
        for change in changes:
            try:
                disk.write([change])
            except Exception as error:
                if not trouble.is_our_fault(error):
                    raise
                logger.exception("a change to scan %s cannot be stored", change.sha256[:12])

    def _let_go(self, damaged: Disk) -> None:
        self._damaged, self._disk = damaged, None
        damaged.close()

    def _open_again(self) -> None:
        """Raises LungfieldError where nothing can be written."""
        is_damaged = self._damaged is not None and self._damaged.is_in_place
        before, opened = self._disk, open_disk(self._path, self._steps, is_damaged)
        self._disk = opened.disk
        if before is not None:
            before.close()
        if opened.said and not opened.is_writable:
            raise opened.said
        self._damaged, self._notice = None, opened.said
        if opened.said:
            self._tell(opened.said)

    def _tell(self, problem: LungfieldError) -> None:
        if self._told is None or problem.message in self._said:
            return
        self._said.add(problem.message)
        try:
            self._told(problem)
        except Exception:
            logger.exception("telling of the store failed")

    def _delete_copies(self) -> None:
        """Backups and damaged files hold what was to be forgotten."""
        for pattern in (backup_pattern(self._path), aside_pattern(self._path)):
            for file in self._path.parent.glob(pattern):
                file.unlink(missing_ok=True)


def _cannot_clear(why: LungfieldError | None) -> LungfieldError:
    reason = why.message.rpartition(": ")[2] if why else "its file cannot be written"
    return LungfieldError(f"the history cannot be cleared: {reason}", why.hint if why else "")
