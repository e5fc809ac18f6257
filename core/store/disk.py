"""The file: connections to it, what is asked of it, and what is written to it."""

from __future__ import annotations

import contextlib
import gc
import sqlite3
import threading
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.log import logger
from core.reading.reader import ModelKey, Reading
from core.review import Review
from core.store.changes import Change, Keys
from core.store.connecting import connect, snapshot, transaction
from core.store.hold import Hold
from core.store.known import Filed, Known
from core.store.rows import READING, REVIEW, filed_of, map_of, reading_of
from core.store.trouble import name_of

#: Values in one list of a query: SQLite allows some thousands.
_LIST = 900

#: Of all scans; from it on it is quicker to go through all than to look each up.
_A_SHARE = 0.25


class Disk:
    """A store's file that has its tables. Used by any thread: each asks over a connection of its own.

    Every method raises sqlite3.Error where the file does not do what it should.

    Args:
        hold: released when it is closed.
        read_only: how to open it where it can only be read, as options of a SQLite URI.
    """

    def __init__(self, path: Path, hold: Hold | None = None, read_only: str = "") -> None:
        self.path = path
        self.is_writable = not read_only
        self._hold = hold
        self._options = read_only
        self._identity = _identity(path)
        self._free: list[sqlite3.Connection] = []
        self._lent = 0
        self._is_closed = False
        self._returned = threading.Condition()

    def close(self) -> None:
        """Wait for who asks now; nobody asks afterwards."""
        with self._returned:
            self._is_closed = True
            self._returned.wait_for(lambda: self._lent == 0)
            while self._free:
                self._free.pop().close()
        if self._hold:
            self._hold.release()

    @property
    def is_in_place(self) -> bool:
        """The file that was opened is the one at its path."""
        return _identity(self.path) == self._identity

    @contextlib.contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """One that nobody else uses meanwhile."""
        with self._returned:
            if self._is_closed:
                raise sqlite3.ProgrammingError("the store is closed")
            self._lent += 1
            lent = self._free.pop() if self._free else None
        try:
            if lent is None:
                lent = connect(self.path, self._options)
            yield lent
        except sqlite3.Error:
            if lent is not None:
                lent.close()  # who knows what state it is in
                lent = None
            raise
        finally:
            with self._returned:
                self._lent -= 1
                if lent is not None:
                    self._free.append(lent)
                self._returned.notify_all()

    # Written

    def write(self, changes: Iterable[Change]) -> None:
        """All of them or none; they are on the disk when it returns."""
        with self.connection() as connection, transaction(connection):
            for change in changes:
                change.write(connection)

    def clear(self, reviews: bool) -> None:
        """Forget scans and readings, and reviews too if asked; the space goes back to the disk, where that
        has room for the copy that it takes."""
        tables = ("maps", "readings", "models", "scans", *(("reviews",) if reviews else ()))
        with self.connection() as connection:
            # Overwritten, not only let go
            connection.execute("PRAGMA secure_delete = ON")
            with transaction(connection):
                for table in tables:
                    connection.execute(f"DELETE FROM {table}")
            connection.execute("PRAGMA secure_delete = OFF")
            try:
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.OperationalError as error:
                logger.warning("the store could not be made smaller: %s", name_of(error))

    # Asked

    def all(self, model: ModelKey | None, at: Container[bytes] | None = None) -> list[Filed]:
        """Every scan with a path, or with one of those `at`, in the order first seen."""
        with self.connection() as connection, snapshot(connection), _without_collecting():
            displayed = {row[0]: row[1:] for row in connection.execute(_DISPLAYED, _of(model))}
            reviews = {row[0]: row[1:] for row in connection.execute(_REVIEWS)}
            rows = connection.execute(f"{_FILED} WHERE s.path != x'' ORDER BY s.id", _of(model))
            return [
                filed_of(row, displayed.get(row[0], ()), reviews.get(row[0], ()))
                for row in rows
                if at is None or row[1] in at
            ]

    def at_paths(self, paths: Sequence[bytes], model: ModelKey | None) -> list[Filed]:
        """The scans at these paths, as the store keeps them."""
        with self.connection() as connection, snapshot(connection):
            many = connection.execute("SELECT count(*) FROM scans").fetchone()[0] * _A_SHARE
            if len(paths) >= many:
                there = {path for (path,) in connection.execute("SELECT path FROM scans")}
                paths = [path for path in paths if path in there]
            if len(paths) < many:
                rows = list(_listed(connection, f"{_FILED} WHERE s.path IN", _of(model), paths))
                return _completed(connection, rows, model)
        return self.all(model, set(paths))

    def of_scans(self, hashes: Sequence[str], model: ModelKey | None) -> list[Filed]:
        """What is known of each; what was only reviewed too."""
        with self.connection() as connection, snapshot(connection):
            rows = list(_listed(connection, f"{_FILED} WHERE s.sha256 IN", _of(model), hashes))
            others = set(hashes).difference(row[0] for row in rows)
            said = _listed(connection, f"{_REVIEWS} WHERE sha256 IN", (), list(others))
            only_reviewed = [(Known(sha256, review=Review(*review)), 0, 0) for sha256, *review in said]
            return _completed(connection, rows, model) + only_reviewed

    def reading(self, sha256: str, model: ModelKey, displayed: bool) -> tuple[Reading, str] | None:
        """A reading with its map, and the description of how it was displayed."""
        with self.connection() as connection:
            row = connection.execute(_WHOLE, (sha256, *_of(model), displayed)).fetchone()
        if row is None:
            return None
        count = len(READING)
        return reading_of(row[:count], map_of(*row[count : count + 3])), row[count + 3]

    def has(self, sha256: str, model: ModelKey) -> bool:
        with self.connection() as connection:
            return connection.execute(_HAS, (sha256, *_of(model))).fetchone() is not None

    def review(self, sha256: str) -> Review | None:
        with self.connection() as connection:
            row = connection.execute(f"{_REVIEWS} WHERE sha256 = ?", (sha256,)).fetchone()
            return Review(*row[1:]) if row else None

    def dicom(self, sha256: str) -> str:
        """The facts as JSON; empty where there are none."""
        with self.connection() as connection:
            row = connection.execute("SELECT dicom FROM scans WHERE sha256 = ?", (sha256,)).fetchone()
            return row[0] if row else ""

    def keys(self, hashes: Sequence[str]) -> Keys:
        """What there is of these scans."""
        with self.connection() as connection:
            return Keys(
                {each for (each,) in _listed(connection, _SCAN_KEYS, (), hashes)},
                set(_listed(connection, _READING_KEYS, (), hashes)),
                {each for each, *_ in _listed(connection, f"{_REVIEWS} WHERE sha256 IN", (), hashes)},
            )

    def counts(self) -> dict[str, int]:
        """Rows of scans, readings and reviews."""
        with self.connection() as connection:
            tables = ("scans", "readings", "reviews")
            return {
                table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables
            }


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Python's collector looks again and again through what is made in great numbers, and finds nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _completed(
    connection: sqlite3.Connection, rows: Sequence[Sequence[Any]], model: ModelKey | None
) -> list[Filed]:
    """The scans of some rows of _FILED."""
    hashes = [row[0] for row in rows]
    of_model = _of(model)
    displayed = {
        row[0]: row[1:] for row in _listed(connection, f"{_DISPLAYED} AND s.sha256 IN", of_model, hashes)
    }
    reviews = {row[0]: row[1:] for row in _listed(connection, f"{_REVIEWS} WHERE sha256 IN", (), hashes)}
    return [filed_of(row, displayed.get(row[0], ()), reviews.get(row[0], ())) for row in rows]


def _listed(
    connection: sqlite3.Connection, query: str, values: tuple[Any, ...], wanted: Sequence[Any]
) -> Iterator[tuple[Any, ...]]:
    """Rows of `query` with a list of `wanted` at its end, in parts that SQLite takes."""
    for start in range(0, len(wanted), _LIST):
        part = wanted[start : start + _LIST]
        yield from connection.execute(f"{query} ({', '.join('?' * len(part))})", (*values, *part))


def _of(model: ModelKey | None) -> tuple[str, str]:
    """Fingerprint and precision; those of no model where there is none."""
    return (model.fingerprint, model.precision) if model else ("", "")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def _columns(table: str, names: Iterable[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


_THE_MODEL = "(SELECT id FROM models WHERE fingerprint = ? AND precision = ?)"

# As `filed_of` takes them, each with the hash before it
_FILED = f"""
SELECT s.sha256, s.path, s.size, s.mtime_ns, s.notes, {_columns("r", READING)} FROM scans AS s
LEFT JOIN readings AS r ON r.scan = s.id AND r.displayed = 0 AND r.model = {_THE_MODEL}
"""

_DISPLAYED = f"""
SELECT s.sha256, {_columns("r", READING)}, r.description FROM readings AS r JOIN scans AS s ON s.id = r.scan
WHERE r.displayed = 1 AND r.model = {_THE_MODEL}
"""

_REVIEWS = f"SELECT sha256, {', '.join(REVIEW)} FROM reviews"

_WHOLE = f"""
SELECT {_columns("r", READING)}, m.height, m.width, m.cells, r.description
FROM scans AS s JOIN readings AS r ON r.scan = s.id JOIN maps AS m USING (scan, model, displayed)
WHERE s.sha256 = ? AND r.model = {_THE_MODEL} AND r.displayed = ?
"""

_HAS = f"""
SELECT 1 FROM scans AS s JOIN readings AS r ON r.scan = s.id
WHERE s.sha256 = ? AND r.model = {_THE_MODEL} AND r.displayed = 0
"""

_SCAN_KEYS = "SELECT sha256 FROM scans WHERE sha256 IN"

_READING_KEYS = """
SELECT s.sha256, m.fingerprint, m.precision, r.displayed FROM scans AS s
JOIN readings AS r ON r.scan = s.id JOIN models AS m ON m.id = r.model WHERE s.sha256 IN
"""
