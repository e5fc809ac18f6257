"""Text that is safe in the cells of a spreadsheet.

Excel, LibreOffice and others take a cell that begins with one of a few characters for a formula, which may
start programs and send other cells away (OWASP, «CSV Injection»). File names and notes come from outside.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from typing import IO

#: What a formula begins with; wide forms count too where East Asian text is typed.
_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"

_BEGINS = rf"[^\S\r\n]*[{_FORMULA}]"
_FIRST = re.compile(rf"{_BEGINS}|[\t\r]")

# A cell also begins after a semicolon or a line break, where the spreadsheet's language separates columns by
# semicolons: it then does not see the quotes around a cell that is not the first. One there, which csv has
# doubled, is to it an empty text before what follows.
_ANYWHERE = re.compile(rf'^(?={_FIRST.pattern})|(?<=[;\r\n])(?=(?:"|[^\S\r\n])*[{_FORMULA}])')


def harmless(text: str) -> str:
    """`text` with an apostrophe before whatever a spreadsheet would take for a formula.

    For free text only: a number is never to be passed through it. May be applied twice.
    """
    return _ANYWHERE.sub("'", text)


def harmless_path(path: str) -> str:
    """A path that names the same file and begins no formula: a relative one may get "./" in front.

    May be applied twice. What lies behind a semicolon in it stays: see `CsvWriter`.
    """
    return f"./{path}" if _FIRST.match(path) else path


class CsvWriter:
    """Writes rows whose first cell is a path, as `harmless_path` gives it, and the others are harmless.

    The path must stay exact, so a semicolon in it may have a formula behind it. Quotes keep the two together
    where columns are separated by semicolons; csv writes none for a semicolon, so the row gets them all.
    What is read back is the same.
    """

    def __init__(self, file: IO[str], columns: Sequence[str]) -> None:
        self._path = columns[0]
        self._plain = csv.DictWriter(file, columns)
        self._quoted = csv.DictWriter(file, columns, quoting=csv.QUOTE_ALL)

    def write_header(self) -> None:
        self._plain.writeheader()

    def write(self, row: Mapping[str, str]) -> None:
        (self._quoted if ";" in row[self._path] else self._plain).writerow(row)
