"""results.csv: a row a scan, in the columns that scripts depend on."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from core.errors import LungfieldError
from core.files import write_whole
from core.reading.cells import CsvWriter, harmless, harmless_path
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

#: What "surrogateescape" makes of bytes that are no text.
_NO_TEXT = re.compile("[\udc80-\udcff]")


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
    writer = CsvWriter(text, COLUMNS)
    writer.write_header()
    for row in rows:
        writer.write(row)
    return text.getvalue().encode("utf-8", "backslashreplace")


class ResultsFile:
    """results.csv while it grows, in `NAME.part` beside it; `finish` puts it in its place.

    So a killed run leaves every finished row for `earlier_rows`, and never half a results.csv.

    Args:
        path: of results.csv.
        made_by: tells models apart that have one name; kept in a hidden file beside, for `earlier_rows`.
        earlier: rows of earlier runs by the same that this one may still want when it is resumed in its turn.

    Raises:
        LungfieldError: it is a folder, or cannot be written.
    """

    def __init__(self, path: Path, made_by: str, earlier: Iterable[Row] = ()) -> None:
        self._path = path
        self._part, self._earlier = _beside(path)
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
        # Now that no row of another model is in it
        write_whole(_note(self._part), made_by.encode(), durable=False)
        self._writer = CsvWriter(self._file, COLUMNS)
        self._guarded(self._writer.write_header)

    def add(self, row: Row) -> None:
        self._guarded(lambda: self._writer.write(row))

    def finish(self) -> None:
        """Close the file and give it its name."""
        self._guarded(self._file.close)
        try:
            _note(self._path).unlink(missing_ok=True)
            os.replace(self._part, self._path)
            os.replace(_note(self._part), _note(self._path))
            self._earlier.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def close(self) -> None:
        """Leave what there is as `NAME.part`; nothing to do after `finish`."""
        with contextlib.suppress(OSError):  # of a full disk `add` has told
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


def earlier_rows(path: Path, made_by: str) -> dict[str, Row]:
    """Rows of earlier runs, finished or not, that were read: by SHA-256, the latest of each.

    Rows that were cut off in writing, or damaged since, are left out, and those that something else made.

    Raises:
        LungfieldError: `path` is a folder, or what there is may not be read.
    """
    part, earlier = _beside(path)
    rows: dict[str, Row] = {}
    for file, of in ((path, path), (earlier, part), (part, part)):
        if not os.path.isfile(file) or not _is_by(of, made_by):
            continue
        try:
            with file.open(newline="", encoding="utf-8", errors="surrogateescape") as lines:
                rows |= {row["sha256"]: row for row in _whole(lines)}
        except OSError as error:
            raise LungfieldError(f"cannot read {file}", error.strerror or str(error)) from error
    return rows


def _whole(lines: Iterable[str]) -> Iterator[Row]:
    # Without its end a line may be cut off in its last cell, which the cells do not show
    ended = (line for line in lines if line.endswith(("\r", "\n")))
    with contextlib.suppress(csv.Error):  # no table from here on
        yield from filter(_is_whole, csv.DictReader(ended))


def _is_whole(row: dict[str, Any]) -> bool:
    if set(row) != set(COLUMNS) or not row["milliseconds"] or row["status"] not in {"ok", "rejected"}:
        return False
    return not _NO_TEXT.search("".join(row.values()))


def _beside(path: Path) -> tuple[Path, Path]:
    """`NAME.part` and `NAME.earlier`. Raises LungfieldError: `path` is a folder, which can't be replaced."""
    if os.path.isdir(path):
        raise LungfieldError(f"cannot write {path}", "it is a folder; name a file in it")
    return path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.earlier")


def _note(path: Path) -> Path:
    """Where it stands what made the rows of a file."""
    return path.with_name(f".{path.name}.model")


def _is_by(path: Path, made_by: str) -> bool:
    """Where nothing is noted, the rows' own words must do."""
    try:
        return _note(path).read_bytes() == made_by.encode()
    except OSError:
        return True


def _unwritable(path: Path, error: OSError) -> LungfieldError:
    return LungfieldError(f"cannot write {path}", error.strerror or str(error))
