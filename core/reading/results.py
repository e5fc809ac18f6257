"""results.csv: a row a scan, in the columns that scripts depend on."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from core.errors import LungfieldError
from core.files import write_whole
from core.reading.cells import harmless, harmless_path
from core.reading.folder import Outcome

COLUMNS = (
    "path",
    "sha256",
    "status",
    "label",
    "probability",
    "confidence",
    "threshold",
    "reason",
    "model",
    "engine",
    "milliseconds",
)

Row = dict[str, str]


def row_of(outcome: Outcome) -> Row:
    """The row of one file. A failed one has its path, hash where it could be read, status and reason."""
    row = dict.fromkeys(COLUMNS, "") | {
        "path": harmless_path(outcome.found.where),
        "sha256": outcome.sha256,
        "status": outcome.status,
        "reason": harmless(outcome.reason),
    }
    if reading := outcome.reading:
        row |= {
            "label": reading.label,
            "probability": f"{reading.probability:.6f}",
            "confidence": f"{reading.confidence:.6f}",
            "threshold": f"{reading.threshold:.6f}",
            "model": harmless(reading.model),
            "engine": reading.engine,
            "milliseconds": f"{reading.milliseconds:.1f}",
        }
    return row


def csv_of(rows: Iterable[Row]) -> bytes:
    """A whole results.csv of these rows, as UTF-8; what of a file's name is no text comes out as \\udcff."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


class ResultsFile:
    """results.csv while it grows, in `NAME.part` beside it; `finish` puts it in its place.

    So a killed run leaves every finished row for `earlier_rows`, and never half a results.csv.

    Args:
        path: of results.csv.
        earlier: rows of earlier runs that this one may still want when it is resumed in its turn.

    Raises:
        LungfieldError: it cannot be written.
    """

    def __init__(self, path: Path, earlier: Iterable[Row] = ()) -> None:
        self._path = path
        self._part, self._earlier = _part(path), _earlier(path)
        # First, because the part, which is begun anew, may hold some of them
        self._keep(earlier)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # newline="" because the csv module writes its own.
            # A file's name need not be text; what is not comes out as \udcff.
            self._file: IO[str] = self._part.open(
                "w", newline="", encoding="utf-8", errors="backslashreplace"
            )
        except OSError as error:
            raise _unwritable(path, error) from error
        self._writer = csv.DictWriter(self._file, COLUMNS)
        self._guarded(self._writer.writeheader)

    def add(self, row: Row) -> None:
        self._guarded(lambda: self._writer.writerow(row))

    def finish(self) -> None:
        """Close the file and give it its name."""
        self._guarded(self._file.close)
        try:
            os.replace(self._part, self._path)
            self._earlier.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def close(self) -> None:
        """Leave what there is as `NAME.part`; nothing to do after `finish`."""
        self._file.close()

    def _keep(self, rows: Iterable[Row]) -> None:
        write_whole(self._earlier, csv_of(rows))

    def _guarded(self, write: Any) -> None:
        try:
            write()
            if not self._file.closed:
                self._file.flush()
        except OSError as error:
            raise _unwritable(self._path, error) from error


def earlier_rows(path: Path) -> dict[str, Row]:
    """Rows of earlier runs, finished or not, that were read: by SHA-256, the latest of each.

    Rows that were cut off in writing are left out.
    """
    rows: dict[str, Row] = {}
    for file in (path, _earlier(path), _part(path)):
        if file.is_file():
            with file.open(newline="", encoding="utf-8") as lines:
                rows |= {row["sha256"]: row for row in _whole(csv.DictReader(lines))}
    return rows


def _whole(rows: Iterable[dict[str, Any]]) -> Iterable[Row]:
    for row in rows:
        if set(row) == set(COLUMNS) and row["milliseconds"] and row["status"] in {"ok", "rejected"}:
            yield row


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _earlier(path: Path) -> Path:
    return path.with_name(f"{path.name}.earlier")


def _unwritable(path: Path, error: OSError) -> LungfieldError:
    return LungfieldError(f"cannot write {path}", error.strerror or str(error))
