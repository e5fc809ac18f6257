"""Text that is safe in the cells of a spreadsheet.

Excel, LibreOffice and others take a cell that begins with one of a few characters for a formula, which may
start programs and send other cells away (OWASP, «CSV Injection»). File names and notes come from outside.
"""

from __future__ import annotations

import re

#: What a formula begins with; wide forms count too where East Asian text is typed.
_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"

_BEGINS = rf"[^\S\r\n]*[{_FORMULA}]"
_FIRST = re.compile(rf"{_BEGINS}|[\t\r]")

# A cell also begins after a semicolon or a line break, where the spreadsheet's language separates columns by
# semicolons: it then does not see the quotes around a cell that is not the first.
_ANYWHERE = re.compile(rf"^(?={_FIRST.pattern})|(?<=[;\r\n])(?={_BEGINS})")


def harmless(text: str) -> str:
    """`text` with an apostrophe before whatever a spreadsheet would take for a formula.

    For free text only: a number is never to be passed through it. May be applied twice.
    """
    return _ANYWHERE.sub("'", text)


def harmless_path(path: str) -> str:
    """A path that names the same file and begins no formula: a relative one may get "./" in front.

    May be applied twice.
    """
    return f"./{path}" if _FIRST.match(path) else path
