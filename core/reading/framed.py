"""A picture with words below it and a scale beside it, in letters that grow with the picture."""

from __future__ import annotations

import importlib.util
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

Picture = NDArray[np.uint8]
RGB = tuple[int, int, int]

_GROUND: RGB = (18, 18, 20)
_BRIGHT: RGB = (240, 240, 240)
_MUTED: RGB = (170, 170, 170)
_WARNING: RGB = (240, 196, 120)

#: Letters are the side of a square of the picture's area, divided by this; never smaller than can be read.
_LETTERS_A_SIDE = 55
_SMALLEST = 12
#: Sides are at least this many letters, so that a strip of a picture has room for words.
_SHORTEST = 15
#: Lines a caption may take before it ends in an ellipsis.
_MOST_LINES = 2


@dataclass(frozen=True, eq=False)
class Scale:
    """A colour scale to stand beside a picture.

    Attributes:
        strip: uint8 [N, 3], the colours from the top down.
        marks: where (0 the top, 1 the bottom) and what is written there.
        above, below: what its ends mean.
    """

    strip: Picture
    marks: tuple[tuple[float, str], ...]
    above: str
    below: str


def framed(
    picture: Picture, captions: Sequence[str], small_print: str, scale: Scale | None = None
) -> Picture:
    """`picture` uint8 [H, W, 3], unchanged in the top left corner of a larger one.

    Args:
        captions: a line or two each, ended by an ellipsis where they need more; the first stands out.
        small_print: the last lines, wrapped and never shortened.
    """
    from PIL import Image, ImageDraw

    letter = max(round((picture.shape[0] * picture.shape[1]) ** 0.5 / _LETTERS_A_SIDE), _SMALLEST)
    font, small = _font(letter), _font(max(round(0.85 * letter), _SMALLEST))
    height, width = (max(side, _SHORTEST * letter) for side in picture.shape[:2])
    beside = _width_beside(scale, small, letter) if scale else 0
    gap = round(0.75 * letter)
    room = width + beside - 2 * gap
    lines = [
        (line, font if first else small, _BRIGHT if first else _MUTED)
        for first, caption in zip([True] + [False] * len(captions), captions, strict=False)
        for line in wrapped(caption, font if first else small, room, _MOST_LINES)
    ]
    lines += [(line, small, _WARNING) for line in wrapped(small_print, small, room)]

    below = sum(_line_height(each) for _, each, _ in lines) + 2 * gap
    canvas = Image.new("RGB", (width + beside, height + below), _GROUND)
    canvas.paste(Image.fromarray(picture), (0, 0))
    pen = ImageDraw.Draw(canvas)
    y = height + gap
    for line, each, ink in lines:
        pen.text((gap, y), line, font=each, fill=ink)
        y += _line_height(each)
    if scale:
        x = width + gap
        room_at_ends = gap + _lines(scale.above, small)
        top, bottom = room_at_ends + letter, height - gap - _lines(scale.below, small) - letter
        pen.multiline_text((x, gap), scale.above, font=small, fill=_BRIGHT, spacing=_spacing(small))
        strip = Image.fromarray(scale.strip[:, None]).resize(
            (letter, bottom - top), Image.Resampling.BILINEAR
        )
        canvas.paste(strip, (x, top))
        _write_marks(pen, scale, (x + letter, top, bottom), small)
        pen.multiline_text(
            (x, bottom + letter), scale.below, font=small, fill=_BRIGHT, spacing=_spacing(small)
        )
    return np.asarray(canvas)


def wrapped(text: str, font: FreeTypeFont, width: int, most: int | None = None) -> list[str]:
    """`text` in lines no wider than `width` pixels, broken at spaces where there are any.

    Args:
        most: lines at most, the last ending in an ellipsis where more is left; None for no limit.
    """
    # What is no text (half a surrogate pair, from a file's name) would stop the font.
    left = " ".join(text.split()).encode("utf-8", "replace").decode()
    lines: list[str] = []
    while left:
        fitting = _fitting(left, font, width)
        if fitting >= len(left):
            return [*lines, left]
        if most is not None and len(lines) == most - 1:
            fitting = _fitting(left, font, width - round(font.getlength("…")))
            return [*lines, left[:fitting].rstrip() + "…"]
        space = left.rfind(" ", 0, fitting + 1)
        cut = space if space > 0 else max(fitting, 1)
        lines.append(left[:cut].rstrip())
        left = left[cut:].lstrip()
    return lines


def _fitting(text: str, font: FreeTypeFont, width: float) -> int:
    """How many of the first characters are no wider than `width`."""
    return bisect_right(range(1, len(text) + 1), width, key=lambda n: font.getlength(text[:n]))


def _write_marks(pen: ImageDraw, scale: Scale, place: tuple[int, int, int], font: FreeTypeFont) -> None:
    left, top, bottom = place
    tick = max(round(font.size / 4), 2)
    for share, words in scale.marks:
        y = top + share * (bottom - 1 - top)
        pen.line((left, y, left + tick, y), fill=_MUTED, width=max(round(font.size / 12), 1))
        pen.text((left + 2 * tick, y), words, font=font, fill=_MUTED, anchor="lm")


def _width_beside(scale: Scale, font: FreeTypeFont, letter: int) -> int:
    gap = round(0.75 * letter)
    marks = max(font.getlength(words) for _, words in scale.marks) + letter + font.size / 2
    ends = max(font.getlength(line) for text in (scale.above, scale.below) for line in text.split("\n"))
    return round(max(marks, ends)) + 2 * gap


def _line_height(font: FreeTypeFont) -> int:
    return round(1.3 * font.size)


def _spacing(font: FreeTypeFont) -> float:
    return 0.2 * font.size


def _lines(text: str, font: FreeTypeFont) -> int:
    """Height of `text` in pixels."""
    return _line_height(font) * (text.count("\n") + 1)


@cache
def _font(size: int) -> FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib: Pillow's own font has no dash, no umlaut, no Cyrillic."""
    from PIL import ImageFont

    # Found without importing matplotlib, which takes longer than reading a scan
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("matplotlib is not installed", name="matplotlib")
    folder = Path(spec.submodule_search_locations[0], "mpl-data", "fonts", "ttf")
    return ImageFont.truetype(str(folder / "DejaVuSans.ttf"), size)
