"""The sheets that reports are drawn on: their head and foot, tables, and all of them bound into a PDF."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from core.scoring.style import INK, MUTED, PAPER, RULE, show_name

FOOTER = "For research and education. Not for diagnosis."
UNKNOWN = "\N{EN DASH}"
LEFT, RIGHT = 0.09, 0.91  # shares of the width
A4 = (8.27, 11.69)

_ROW = 0.28  # inches
_WIDE_LEFT = 0.045

Rows = Sequence[tuple[str, ...]]


def sheet(title: str, name: str, lines: Sequence[str], date: datetime.date) -> Figure:
    """An A4 page with a title, the date, what it is about, a line or two below, and the footer."""
    page = _empty(A4)
    page.text(LEFT, 0.945, title, size=18, weight="bold", color=INK)
    page.text(RIGHT, 0.945, date.isoformat(), ha="right", size=9, color=MUTED)
    show_name(page.text(LEFT, 0.922, "", size=11, color=INK), name, RIGHT - LEFT)
    height = 0.904
    for line in lines:
        show_name(page.text(LEFT, height, "", size=9, color=MUTED), line, RIGHT - LEFT)
        height -= 0.016
    rule(page, height + 0.004, INK)
    page.text(LEFT, 0.035, FOOTER, size=8, color=MUTED)
    return page


def wide_sheet(title: str, lines: Sequence[str], date: datetime.date, size: tuple[float, float]) -> Figure:
    """A picture of `size` in inches, wider than high, with the same head and foot."""
    page = _empty(size)
    right, row = 1 - _WIDE_LEFT, 0.22 / size[1]
    page.text(_WIDE_LEFT, 1 - 2.2 * row, title, size=18, weight="bold", color=INK)
    page.text(right, 1 - 2.2 * row, date.isoformat(), ha="right", size=9, color=MUTED)
    for number, line in enumerate(lines):
        height = 1 - (3.4 + number) * row
        show_name(page.text(_WIDE_LEFT, height, "", size=10, color=MUTED), line, right - _WIDE_LEFT)
    page.text(_WIDE_LEFT, 0.6 * row, FOOTER, size=8, color=MUTED)
    return page


def table(
    page: Figure, top: float, ends: Sequence[float], rows: Rows, left: float = LEFT, right: float = RIGHT
) -> float:
    """Draw a table under its first row, and return where it ends.

    Args:
        top: of the first row's letters, a share of the page.
        ends: the right edges of all columns but the first, as shares of the table's width.
    """
    row = _ROW / page.get_figheight()
    across = [left + end * (right - left) for end in ends]
    for number, (first, *others) in enumerate(rows):
        weight, bottom = "normal" if number else "bold", top - number * row
        page.text(left, bottom, first, size=9.5, weight=weight, color=INK, parse_math=False)
        for place, text in zip(across, others, strict=True):
            page.text(place, bottom, text, ha="right", size=9.5, weight=weight, color=INK, parse_math=False)
        rule(page, bottom - 0.27 * row, RULE if number else MUTED, left, right)
    return top - len(rows) * row


def rule(page: Figure, height: float, colour: str, left: float = LEFT, right: float = RIGHT) -> None:
    """A line across."""
    page.add_artist(Line2D((left, right), (height, height), color=colour, linewidth=0.8))


def bound(pages: Sequence[Figure], title: str) -> bytes:
    """The pages as one numbered PDF."""
    content = io.BytesIO()
    with PdfPages(content, metadata={"Title": title, "Creator": "Lungfield"}) as document:
        for number, page in enumerate(pages, start=1):
            page.text(RIGHT, 0.035, f"{number} / {len(pages)}", ha="right", size=8, color=MUTED)
            document.savefig(page)
    return content.getvalue()


def png(figure: Figure, dpi: int = 150) -> bytes:
    """The Figure as a PNG file's bytes, at `dpi` dots an inch."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=dpi)
    return content.getvalue()


def told(value: float | None, signed: bool = False) -> str:
    """A rate with three decimals; a dash where it cannot be told. `signed` shows a plus, but on no zero."""
    if value is None:
        return UNKNOWN
    text = f"{value:+.3f}" if signed else f"{value:.3f}"
    return text if float(text) else "0.000"


def span(interval: Sequence[float] | None, signed: bool = False) -> str:
    """An interval, likewise."""
    return UNKNOWN if interval is None else f"{told(interval[0], signed)} to {told(interval[1], signed)}"


def _empty(size: tuple[float, float]) -> Figure:
    page = Figure(figsize=size, facecolor=PAPER)
    FigureCanvasAgg(page)
    return page
