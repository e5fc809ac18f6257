"""The tables, and how an older file comes to have them."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import LungfieldError
from core.log import logger
from core.store.trouble import is_circumstance

#: In the file's header, so that no other program's file is taken for a store: "Lung".
APPLICATION_ID = 0x4C756E67

#: Takes a store one version further, within a transaction.
Step = Callable[[sqlite3.Connection], None]


def _first(connection: sqlite3.Connection) -> None:
    """What is kept of a scan stands under its content: files move, and one content may lie twice.

    Readings lie apart from their maps, which are looked at one at a time: listing a hundred thousand
    readings then reads a tenth of the file.
    """
    for statement in (
        # path: bytes, empty where no file is known. notes: a JSON list, or empty. dicom: DicomFacts as JSON.
        """CREATE TABLE scans (
            id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE,
            path BLOB NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
            format TEXT NOT NULL, height INTEGER NOT NULL, width INTEGER NOT NULL,
            notes TEXT NOT NULL, dicom TEXT NOT NULL,
            first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL)""",
        "CREATE INDEX scans_path ON scans (path)",
        """CREATE TABLE models (
            id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, precision TEXT NOT NULL,
            UNIQUE (fingerprint, precision))""",
        # displayed: 0 for the scan as stored, 1 for it as displayed; then description says how. name: the
        # model's when it read. reasons: the gate's, as notes.
        """CREATE TABLE readings (
            scan INTEGER NOT NULL, model INTEGER NOT NULL, displayed INTEGER NOT NULL,
            probability REAL NOT NULL, threshold REAL NOT NULL, reasons TEXT NOT NULL,
            name TEXT NOT NULL, engine TEXT NOT NULL, milliseconds REAL NOT NULL,
            description TEXT NOT NULL, made INTEGER NOT NULL,
            PRIMARY KEY (scan, model, displayed)) WITHOUT ROWID""",
        # cells: float32, little-endian, rows first.
        """CREATE TABLE maps (
            scan INTEGER NOT NULL, model INTEGER NOT NULL, displayed INTEGER NOT NULL,
            height INTEGER NOT NULL, width INTEGER NOT NULL,
            cells BLOB NOT NULL CHECK (length(cells) = 4 * height * width),
            PRIMARY KEY (scan, model, displayed))""",
        # Not tied to a scan: reviews outlive a cleared history.
        """CREATE TABLE reviews (
            sha256 TEXT PRIMARY KEY, label TEXT NOT NULL CHECK (label IN ('', 'NORMAL', 'PNEUMONIA')),
            note TEXT NOT NULL, made TEXT NOT NULL) WITHOUT ROWID""",
    ):
        connection.execute(statement)


#: From nothing to version 1, from 1 to 2 and so on. What was released is never changed, only added to.
MIGRATIONS: tuple[Step, ...] = (_first,)


def bring_up_to_date(connection: sqlite3.Connection, path: Path, steps: Sequence[Step] = MIGRATIONS) -> None:
    """Take the store at `path`, open in `connection`, to the version after all `steps`.

    Before each step the file is copied beside itself, whole or not at all, unless it is new.

    Raises:
        LungfieldError: it is a newer Lungfield's, no store at all, or a step failed; then it is as it was
            before that step.
        sqlite3.Error, OSError: the disk or the file does not allow it; likewise.
    """
    while (version := version_of(connection, len(steps))) < len(steps):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have taken it further before this one got hold of it.
            if version_of(connection, len(steps)) == version:
                if version:
                    back_up(path, backup_of(path, version))
                steps[version](connection)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            if is_circumstance(error) or not isinstance(error, Exception):
                raise
            logger.exception("taking the store from version %d further failed", version)
            raise LungfieldError(
                "your history could not be brought to the form that this Lungfield needs",
                "it is as it was; what is read now is kept in memory only, and the log file says more",
            ) from error


def backup_of(path: Path, version: int) -> Path:
    """Where the store as it was at `version` is kept."""
    return path.with_name(f"{path.name}.version-{version}")


def backup_pattern(path: Path) -> str:
    """What all backups are called, as a pattern for their folder."""
    return f"{path.name}.version-*"


def back_up(path: Path, target: Path) -> None:
    """Copy the store at `path`, whole or not at all, readable only by the person.

    Raises:
        sqlite3.Error, OSError: it cannot be copied; what was at `target` is still there.
    """
    beside = target.with_name(f"{target.name}.part")
    try:
        beside.unlink(missing_ok=True)
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(sqlite3.connect(beside)) as copy,
        ):
            source.backup(copy)
            # The copy says it is in WAL mode, as its source is; a single file is easier to keep.
            copy.execute("PRAGMA journal_mode = DELETE")
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def version_of(connection: sqlite3.Connection, newest: int) -> int:
    """0 for a file without anything in it. Raises LungfieldError for what is not for this Lungfield."""
    # In this order: another process may make it a store meanwhile, which it does all at once
    has_tables = connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
    application = _number(connection, "application_id")
    version = _number(connection, "user_version")
    if application != APPLICATION_ID:
        if application or has_tables:
            raise LungfieldError(
                "the file of your history is another program's",
                "move it away; until then what is read is kept in memory only",
            )
        return 0
    if version > newest:
        raise LungfieldError(
            "your history was written by a newer Lungfield",
            "update this one to use it; until then what is read is kept in memory only",
        )
    return version


def is_current(connection: sqlite3.Connection, newest: int) -> bool:
    """It has the tables that this Lungfield asks. Raises what `version_of` does."""
    return version_of(connection, newest) == newest


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
