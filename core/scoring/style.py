"""How the figures and the report look: colours, axes, and names that fit whatever they hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

# Blue and vermilion of Okabe and Ito's palette, told apart with any common colour vision.
NORMAL = "#0072b2"
PNEUMONIA = "#d55e00"
INK = "#1f2933"
MUTED = "#66727f"
RULE = "#dde2e7"
PAPER = "#ffffff"
# Two models: neither colour is a class's, and the second is dashed as well.
FIRST = "#00796b"
SECOND = "#8a4a9e"
# From none to all of a row of the confusion matrix; letters are INK, and PAPER on the last.
SHADES = ("#f3f7fb", "#d5e5f2", "#a9cbe4", "#6ea8d0", "#0072b2")

# The same on the window's surfaces.
_LIGHT: Mapping[str, str] = {INK: "#1b2024", MUTED: "#525b63", RULE: "#d3d8dc", PAPER: "#eff1f2"}
_DARK: Mapping[str, str] = {
    INK: "#e2e6e9",
    MUTED: "#9aa4ac",
    RULE: "#30363c",
    PAPER: "#1d2125",
    NORMAL: "#6fbdec",
    PNEUMONIA: "#f5924a",
    FIRST: "#4dbdab",
    SECOND: "#cf9be0",
    **dict(zip(SHADES, ("#242d34", "#27404f", "#29546c", "#2c698d", "#6fbdec"), strict=True)),
}

DASHED = (0, (4, 4))
Corner = Literal["best", "upper left", "upper center", "lower right"]

# The font that comes with matplotlib: the same on every system.
_FAMILY = "DejaVu Sans"


def new_figure(name: str, width: float, height: float) -> Figure:
    """An empty Figure of `width` by `height` inches with `name`, shortened to fit, in a line above."""
    figure = Figure(
        figsize=(width, height), facecolor=PAPER, layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1)
    )
    FigureCanvasAgg(figure)
    if name:
        margin = 0.12 / width
        line = figure.suptitle("", x=margin, ha="left", size=9, color=MUTED)
        show_name(line, name, 1 - 2 * margin)
    return figure


def show_name(text: Text, name: str, share: float) -> None:
    """Make `text` show a name from outside, as it is written, in no more than `share` (0..1) of the width.

    Dollar signs are not mathematics, line breaks become spaces, letters the font lacks (Chinese, Japanese
    and Korean ones) become squares, and the middle of a name that is too long gives way to an ellipsis.
    """
    text.set_parse_math(False)
    text.set_fontfamily(_FAMILY)
    name = _writable(name)
    figure = text.get_figure(root=True)
    assert figure is not None
    room = share * figure.bbox.width
    text.set_text(name)
    shortest, longest = 0, len(name)  # letters kept
    if text.get_window_extent().width <= room:
        return
    while longest - shortest > 1:
        kept = (shortest + longest) // 2
        text.set_text(_elided(name, kept))
        fits = text.get_window_extent().width <= room
        shortest, longest = (kept, longest) if fits else (shortest, kept)
    text.set_text(_elided(name, shortest))


def printable(name: str) -> str:
    """`name` on one line, without control characters or bytes that were no text."""
    name = name.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())


def dress(axes: Axes, title: str, across: str, up: str, *, grid: bool = True) -> None:
    """Give axes their title, labels and quiet frame."""
    axes.set_facecolor(PAPER)
    axes.set_title(title, loc="left", size=11, weight="bold", color=INK, pad=8)
    axes.set_xlabel(across, size=9, color=INK)
    axes.set_ylabel(up, size=9, color=INK)
    axes.tick_params(labelsize=8, colors=MUTED, labelcolor=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(MUTED)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(color=RULE, linewidth=0.8)


def unit_square(axes: Axes) -> None:
    """Both axes 0..1, with a little air so that a curve along an edge is seen whole."""
    ticks = (0, 0.2, 0.4, 0.6, 0.8, 1)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xticks=ticks, yticks=ticks)


def mark(axes: Axes, across: float, up: float, label: str, colour: str = PNEUMONIA) -> None:
    """Mark the operating point on a curve."""
    axes.plot(across, up, "o", color=colour, markeredgecolor=PAPER, markersize=9, label=label, zorder=5)


def legend(axes: Axes, where: Corner, columns: int = 1) -> None:
    """A legend without a frame of its own."""
    shown = axes.legend(
        loc=where,
        ncols=columns,
        fontsize=8,
        labelcolor=INK,
        framealpha=0.85,
        edgecolor="none",
        handlelength=1.6,
    )
    for text in shown.get_texts():
        text.set_parse_math(False)  # a model's name may have dollar signs


def short(name: str, letters: int) -> str:
    """A name from outside, its middle left out where it is longer than so many letters."""
    name = _writable(name)
    return name if len(name) <= letters else _elided(name, letters - 1)


def say(axes: Axes, message: str) -> None:
    """Write in the middle of empty axes why they are empty."""
    axes.text(0.5, 0.5, message, transform=axes.transAxes, ha="center", va="center", size=10, color=MUTED)
    axes.set(xticks=(), yticks=())
    axes.tick_params(length=0)


def repaint(figure: Figure, dark: bool) -> None:
    """Give a figure that was drawn for paper the colours of the window's dark or light theme; once for each.

    Every colour of this module becomes the theme's, with its transparency; any other stays.
    """
    palette = _DARK if dark else _LIGHT
    for axes in figure.axes:  # ticks are made anew whenever the figure is drawn
        axes.tick_params(color=palette[MUTED], labelcolor=palette[INK], grid_color=palette[RULE])
    for artist in figure.findobj():
        parts: tuple[str, ...] = ()
        if isinstance(artist, Text):
            parts = ("color",)
        elif isinstance(artist, Patch):
            parts = ("facecolor", "edgecolor")
        elif isinstance(artist, Line2D):
            parts = ("color", "markerfacecolor", "markeredgecolor")
        for part in parts:
            red, green, blue, alpha = to_rgba(getattr(artist, f"get_{part}")())
            seen = palette.get(to_hex((red, green, blue)))
            if seen and alpha:
                getattr(artist, f"set_{part}")((seen, alpha))


def _writable(name: str) -> str:
    return "".join(letter if _font().get_char_index(ord(letter)) else "□" for letter in printable(name))


def _elided(name: str, kept: int) -> str:
    tail = kept // 2
    return f"{name[: kept - tail].rstrip()}…{name[len(name) - tail :].lstrip()}"


@cache
def _font() -> FT2Font:
    return font_manager.get_font(font_manager.findfont(_FAMILY))
