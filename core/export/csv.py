"""A table of scans for a spreadsheet or a script."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.export.counting import counted
from core.export.item import Item, Written
from core.export.naming import Naming
from core.export.staging import whole_file
from core.progress import Progress
from core.reading.cells import CsvWriter, harmless, harmless_path
from core.reading.folder import Outcome
from core.reading.results import COLUMNS as RESULTS
from core.reading.results import Row, row_of

#: Those of results.csv, and what the person said.
COLUMNS = (*RESULTS, "review", "note")

_FREE_TEXT = ("reason", "model", "engine", "note")


def write_csv(path: Path, items: Iterable[Item], named: bool, progress: Progress) -> Written:
    """Write a row a scan, in the columns of results.csv and two more: the review's label and note.

    Encoded as UTF-8 with a mark at its start, by which Excel knows it; Python calls that "utf-8-sig". What a
    spreadsheet would take for a formula is made harmless, see `core.reading.cells`.

    Args:
        items: taken one at a time, so that they may be made as they are needed.
        named: whether paths leave; otherwise a scan is called by its hash.

    Raises:
        LungfieldError: the file cannot be written. Cancelled: between two rows. Then there is no new file.
    """
    naming = Naming(named)
    with (
        whole_file(path) as beside,
        # A file's name need not be text; what is not comes out as \udcff
        beside.open("w", newline="", encoding="utf-8-sig", errors="backslashreplace") as file,
    ):
        writer = CsvWriter(file, COLUMNS)
        writer.write_header()
        for item in counted(items, progress):
            writer.write(_row(item, naming))
    return Written((path,))


def _row(item: Item, naming: Naming) -> Row:
    row = row_of(Outcome(item.found, "ok", item.sha256, naming.reason(item), reading=item.reading))
    row |= {"path": naming.name(item), "status": item.status}
    row |= {"review": item.reviewed, "note": naming.note(item)}
    row |= {column: harmless(row[column]) for column in _FREE_TEXT}
    return row | {"path": harmless_path(row["path"])}
