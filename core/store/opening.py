"""From a path to a file that is a store: made, brought up to date, put aside where it is damaged."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import LungfieldError
from core.log import logger
from core.store import trouble
from core.store.connecting import PATIENCE_SECONDS, connect, transaction
from core.store.disk import Disk
from core.store.hold import Hold
from core.store.schema import Step, bring_up_to_date, is_current, version_of

_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Opened:
    """What came of opening a store.

    Attributes:
        disk: may be one that can only be read; None where nothing can be read either, or the file is not for
            this Lungfield.
        said: what the person should know.
        is_final: whether trying again would change nothing.
    """

    disk: Disk | None
    said: LungfieldError | None
    is_final: bool = False

    @property
    def is_writable(self) -> bool:
        return self.disk is not None and self.disk.is_writable


def open_disk(path: Path, steps: Sequence[Step], is_damaged: bool = False) -> Opened:
    """The store at `path`, which is made where there is none.

    Args:
        path: absolute.
        is_damaged: a new store is begun, the one there is put aside.
    """
    hold = None
    try:
        _make(path)
        hold = Hold(path)
        try:
            notice = _put_aside(path, hold) if is_damaged else None
            _prepare(path, steps)
        except sqlite3.Error as error:
            if not trouble.is_damage(error):
                raise
            notice = _put_aside(path, hold)
            _prepare(path, steps)
        hold.share()
        return Opened(Disk(path, hold), notice)
    except (LungfieldError, OSError, sqlite3.Error) as error:
        if hold:
            hold.release()
        if isinstance(error, LungfieldError):
            logger.warning("the store is not used: %s", error.message)
            return Opened(None, error, is_final=True)
        logger.warning("the store cannot be written: %s", trouble.name_of(error))
        return Opened(_only_to_read(path, steps), trouble.in_words(error, path))


def aside_pattern(path: Path) -> str:
    """What damaged stores are called that were put aside, as a pattern for their folder."""
    return f"{path.name}.damaged-*"


def _make(path: Path) -> None:
    """An empty file, if there is none, that only the person may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        with contextlib.suppress(OSError):
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)


def _prepare(path: Path, steps: Sequence[Step]) -> None:
    with contextlib.closing(connect(path)) as connection:
        version_of(connection, len(steps))
        _set_wal(connection)
        bring_up_to_date(connection, path, steps)
        _check_writable(connection)


def _check_writable(connection: sqlite3.Connection) -> None:
    """Raise now what the first change would raise: the person should know before reading a thousand scans."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        with transaction(connection):
            pass
    except sqlite3.OperationalError as error:
        # Another process writes this moment; so it can be written
        if trouble.code_of(error) != sqlite3.SQLITE_BUSY:
            raise


def _set_wal(connection: sqlite3.Connection) -> None:
    """Write ahead, so that who reads waits for nobody. Network drives may refuse; it works without, too."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            # SQLite does not wait here by itself when two begin the same file
            if trouble.code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE_SECONDS)


def _put_aside(path: Path, hold: Hold) -> LungfieldError:
    """Rename the store with all that belongs to it and make an empty file in its place.

    Raises:
        LungfieldError: others have it open.
    """
    if not hold.alone():
        raise trouble.damaged_in_use()
    aside = path.with_name(f"{path.name}.damaged-{datetime.now():%Y-%m-%d-%H%M%S-%f}")
    try:
        path.rename(aside)
    except PermissionError as error:
        raise trouble.damaged_in_use() from error
    # Its last changes may lie in its log; the index of the log is made anew when needed
    with contextlib.suppress(FileNotFoundError):
        path.with_name(f"{path.name}-wal").rename(aside.with_name(f"{aside.name}-wal"))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    _make(path)
    logger.warning("the store was damaged; a new one was begun")
    return trouble.damaged(aside)


def _only_to_read(path: Path, steps: Sequence[Step]) -> Disk | None:
    ways = ["mode=ro"]
    with contextlib.suppress(OSError):
        log = path.with_name(f"{path.name}-wal")
        if not log.exists() or not log.stat().st_size:
            # Where not even SQLite's index can be made beside it. With a log, what it says would be half a
            # truth.
            ways.append("immutable=1")
    for way in ways:
        disk = Disk(path, read_only=way)
        with contextlib.suppress(sqlite3.Error, LungfieldError), disk.connection() as connection:
            if is_current(connection, len(steps)):
                return disk
        disk.close()
    return None
