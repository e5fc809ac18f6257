"""Connections to the store's file, and transactions over them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

#: How long another process may hold the file before that counts as a failure.
PATIENCE_SECONDS = 5.0


def connect(path: Path, options: str = "") -> sqlite3.Connection:
    """A connection that may go from thread to thread; what is committed over it is on the disk.

    Args:
        options: of a SQLite URI, such as "mode=ro".
    """
    place = f"{path.as_uri()}?{options}" if options else str(path)
    made = sqlite3.connect(
        place, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False, uri=bool(options)
    )
    made.execute("PRAGMA synchronous = FULL")
    return made


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; begins by taking the right to write."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself where the disk is full
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Several questions about one and the same state."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        # Nothing was written; some failures have ended it already
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
