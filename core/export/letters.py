"""Text for pages: in letters that the font has, and in a given width."""

from __future__ import annotations

import importlib.util
import threading
import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "Lungfield", "Lungfield-Bold"
_FILES = {REGULAR: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
#: More letters than this are on no line of a page.
_LONGEST_LINE = 400
_lock = threading.Lock()


def printable(text: str) -> str:
    """`text` on one line, in letters that the font has, from left to right.

    What is no text becomes a space or a question mark; letters that the font lacks (Chinese, Japanese and
    Korean ones) become squares. Hebrew and Arabic are put in the order in which they are seen.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    if text.isascii():
        return text
    return "".join(letter if ord(letter) in _glyphs() else "□" for letter in _as_seen(text))


def width_of(text: str, size: float, font: str = REGULAR) -> float:
    """In points, of text that is `printable`."""
    load_fonts()
    return float(pdfmetrics.stringWidth(text, font, size))


def shortened(text: str, size: float, width: float, font: str = REGULAR) -> str:
    """`text` made printable; its middle gives way to an ellipsis where it is wider than `width` points."""
    text = printable(text)
    if width_of(text, size, font) <= width:
        return text
    shortest, longest = 0, len(text)  # letters kept
    while longest - shortest > 1:
        kept = (shortest + longest) // 2
        fits = width_of(_elided(text, kept), size, font) <= width
        shortest, longest = (kept, longest) if fits else (shortest, kept)
    return _elided(text, shortest)


def lines_of(text: str, size: float, width: float, most: int = 0) -> list[str]:
    """`text` made printable, in lines no wider than `width` points; its own line breaks are kept.

    Args:
        most: lines at most, the last ending in an ellipsis where more is left; 0 for no limit.
    """
    lines: list[str] = []
    for part in text.splitlines():
        left = printable(part)
        while left:
            if most and len(lines) == most:
                return [*lines[:-1], _ended(lines[-1], size, width)]
            cut = _fitting(left, size, width)
            lines.append(left[:cut].rstrip())
            left = left[cut:].lstrip()
    return lines


def _fitting(text: str, size: float, width: float) -> int:
    """How many of the first letters go on a line: up to a space where there is one."""
    if len(text) <= _LONGEST_LINE and width_of(text, size) <= width:
        return len(text)
    shortest, longest = 1, min(len(text), _LONGEST_LINE)
    while longest - shortest > 1:
        middle = (shortest + longest) // 2
        fits = width_of(text[:middle], size) <= width
        shortest, longest = (middle, longest) if fits else (shortest, middle)
    space = text.rfind(" ", 0, shortest + 1)
    return space if space > 0 else shortest


def _ended(line: str, size: float, width: float) -> str:
    """`line` with an ellipsis at its end, without as many letters as that needs."""
    while line and width_of(line + "…", size) > width:
        line = line[:-1].rstrip()
    return line + "…"


def _elided(text: str, kept: int) -> str:
    tail = kept // 2
    return f"{text[: kept - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"


def _as_seen(text: str) -> str:
    """Runs of letters that are written from right to left, turned round; numbers in them stay as they are.

    The short form of Unicode's algorithm (UAX 9), for names in lines that run from left to right.
    """
    kinds = [unicodedata.bidirectional(letter) for letter in text]
    if not {"R", "AL"} & set(kinds):
        return text
    rightward = [kind in ("R", "AL", "NSM") for kind in kinds]
    for at in range(len(text)):  # spaces, points and numbers between two such letters go with them
        if not rightward[at] and kinds[at] != "L":
            end = next((n for n in range(at, len(text)) if kinds[n] in ("L", "R", "AL")), len(text))
            rightward[at] = at > 0 and rightward[at - 1] and end < len(text) and kinds[end] != "L"
    seen = ""
    for turned, run in groupby(zip(rightward, text, strict=True), key=lambda pair: pair[0]):
        letters = "".join(letter for _, letter in run)
        seen += _turned(letters) if turned else letters
    return seen


def _turned(letters: str) -> str:
    parts = ["".join(part) for _, part in groupby(letters, key=lambda letter: letter.isdecimal())]
    return "".join(part if part.isdecimal() else part[::-1] for part in reversed(parts))


@cache
def _glyphs() -> frozenset[int]:
    load_fonts()
    return frozenset(pdfmetrics.getFont(REGULAR).face.charToGlyph)


def load_fonts() -> None:
    """DejaVu Sans, which comes with matplotlib: PDF's own fonts have Western letters only."""
    with _lock:
        if BOLD in pdfmetrics.getRegisteredFontNames():
            return
        # Found without importing matplotlib, which takes a second
        spec = importlib.util.find_spec("matplotlib")
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError("matplotlib is not installed", name="matplotlib")
        folder = Path(spec.submodule_search_locations[0], "mpl-data", "fonts", "ttf")
        for name, file in _FILES.items():
            pdfmetrics.registerFont(TTFont(name, str(folder / file)))
