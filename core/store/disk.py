"""The file: connections to it, what is asked of it, and what is written to it."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.log import logger
from core.reading.reader import ModelKey, Reading
from core.review import Review
from core.store.changes import Change, Keys
from core.store.connecting import connect, snapshot, transaction
from core.store.hold import Hold
from core.store.known import Filed, Known
from core.store.rows import READING, REVIEW, SCAN, filed_of, map_of, reading_of
from core.store.trouble import name_of

#: Values in one list of a query: SQLite allows some thousands.
_LIST = 900


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

    def after(self, number: int, most: int, model: ModelKey | None) -> tuple[list[Filed], int]:
        """The next scans that have a path, in the order first seen.

        Args:
            number: where to go on: what was returned last, 0 for the beginning.
            most: how many at most.

        Returns:
            The scans, and where to go on; no scans where there are no more.
        """
        with self.connection() as connection, snapshot(connection):
            of_model = _of(model)
            rows = connection.execute(_AFTER, (*of_model, number, most)).fetchall()
            last = rows[-1][0] if rows else number
            displayed = connection.execute(
                f"{_DISPLAYED} AND r.scan > ? AND r.scan <= ?", (*of_model, number, last)
            )
            reviews = connection.execute(_REVIEWS_BETWEEN, (number, last))
            return filed_of(rows, _displayed(displayed), _reviews(reviews)), last

    def at_paths(self, paths: Sequence[bytes], model: ModelKey | None) -> list[Filed]:
        """The scans at these paths, as the store keeps them."""
        with self.connection() as connection, snapshot(connection):
            return _filed(connection, "path", paths, model)

    def of_scans(self, hashes: Sequence[str], model: ModelKey | None) -> list[Filed]:
        """What is known of each; what was only reviewed too."""
        with self.connection() as connection, snapshot(connection):
            filed = _filed(connection, "sha256", hashes, model)
            others = set(hashes).difference(known.sha256 for known, *_ in filed)
            said = _reviews(_listed(connection, f"{_REVIEWS} WHERE sha256 IN", (), list(others)))
            return filed + [(Known(sha256, review=review), 0, 0) for sha256, review in said.items()]

    def reviewed(self) -> list[Filed]:
        """The scans that have a path and a review, in the order first seen, without readings."""
        with self.connection() as connection, snapshot(connection):
            rows = connection.execute(_REVIEWED).fetchall()
            return filed_of(rows, {}, _reviews(connection.execute(_REVIEWS)))

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


def _filed(
    connection: sqlite3.Connection, column: str, wanted: Sequence[Any], model: ModelKey | None
) -> list[Filed]:
    """The scans that have one of these in a column of theirs."""
    of_model = _of(model)
    rows = list(_listed(connection, f"{_FILED} WHERE s.{column} IN", of_model, wanted))
    numbers, hashes = [row[0] for row in rows], [row[1] for row in rows]
    displayed = _listed(connection, f"{_DISPLAYED} AND r.scan IN", of_model, numbers)
    reviews = _listed(connection, f"{_REVIEWS} WHERE sha256 IN", (), hashes)
    return filed_of(rows, _displayed(displayed), _reviews(reviews))


def _displayed(rows: Iterable[Sequence[Any]]) -> dict[int, tuple[Reading, str]]:
    """Of rows of _DISPLAYED."""
    return {number: (reading_of(read), description) for number, description, *read in rows}


def _reviews(rows: Iterable[Sequence[Any]]) -> dict[str, Review]:
    """Of rows of _REVIEWS."""
    return {sha256: Review(*said) for sha256, *said in rows}


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

_FILED = f"""
SELECT {_columns("s", SCAN)}, {_columns("r", READING)} FROM scans AS s
LEFT JOIN readings AS r ON r.scan = s.id AND r.displayed = 0 AND r.model = {_THE_MODEL}
"""

_AFTER = f"{_FILED} WHERE s.id > ? AND s.path != x'' ORDER BY s.id LIMIT ?"

_DISPLAYED = f"""
SELECT r.scan, r.description, {_columns("r", READING)} FROM readings AS r
WHERE r.displayed = 1 AND r.model = {_THE_MODEL}
"""

_REVIEWS = f"SELECT sha256, {', '.join(REVIEW)} FROM reviews"

_REVIEWS_BETWEEN = f"""
SELECT v.sha256, {_columns("v", REVIEW)} FROM scans AS s CROSS JOIN reviews AS v USING (sha256)
WHERE s.id > ? AND s.id <= ?
"""

_REVIEWED = f"""
SELECT {_columns("s", SCAN)}, NULL FROM scans AS s JOIN reviews AS v USING (sha256)
WHERE s.path != x'' ORDER BY s.id
"""

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
