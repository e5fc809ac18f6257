"""A reading as a picture: the scan, the evidence on it, the colour scale, and the disclaimer."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.scan import Pixels
from core.reading.reader import Reading

#: Log-odds per cell, times the number of cells, at which the colour is full. Fixed, so that two scans
#: can be compared and a healthy one looks cool: a picture that looked like this all over would have
#: these log-odds in all.
FULL_SCALE = 12.0

#: Below this share of the full scale nothing is drawn; above it the colour grows from nothing, so that
#: weak evidence has no edge that looks like a finding.
_CUT_OFF = 0.08
_STRONGEST = 0.6  # opacity of the full colour

#: Evidence for pneumonia in orange, against it in blue: told apart with any colour vision
#: (Okabe and Ito 2008). RGB 0..1.
_FOR = np.array([0.902, 0.380, 0.0], np.float32)
_AGAINST = np.array([0.337, 0.706, 0.914], np.float32)

_SHORTEST_SIDE, _LONGEST_SIDE = 512, 1024
_DISCLAIMER = "Research and education only. Not for diagnosis."

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

Picture = NDArray[np.uint8]


def colour(strength: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """RGB [..., 3] and opacity [...], 0..1 each, of evidence in -1..1 (shares of the full scale)."""
    above = np.clip((np.abs(strength) - _CUT_OFF) / (1 - _CUT_OFF), 0, 1)
    opacity = (_STRONGEST * above).astype(np.float32)
    return np.where(strength[..., None] > 0, _FOR, _AGAINST), opacity


def blend(pixels: Pixels, heatmap: NDArray[np.float32]) -> Picture:
    """The evidence laid over the windowed scan [H, W]: uint8 [H, W, 3], at the scan's size."""
    height, width = pixels.shape
    strength = heatmap * (heatmap.size / FULL_SCALE)
    smooth = cv2.resize(strength, (width, height), interpolation=cv2.INTER_CUBIC)
    rgb, opacity = colour(np.asarray(smooth, np.float32))
    mixed = pixels[..., None] * (1 - opacity[..., None]) + rgb * opacity[..., None]
    return np.rint(np.clip(mixed, 0, 1) * 255).astype(np.uint8)


def overlay(pixels: Pixels, reading: Reading) -> Picture:
    """`blend` at a size fit to look at, with a colour bar and a caption: uint8 [H, W, 3]."""
    from PIL import Image, ImageDraw, ImageFont

    picture = blend(_to_look_at(pixels), reading.heatmap)
    # A strip of a picture still gets room for the bar and the words.
    height, width = (max(side, 240) for side in picture.shape[:2])
    bar, caption = 96, 64
    canvas = Image.new("RGB", (width + bar, height + caption), (18, 18, 20))
    canvas.paste(Image.fromarray(picture), (0, 0))
    pen = ImageDraw.Draw(canvas)
    text, small = ImageFont.load_default(17), ImageFont.load_default(14)
    _draw_bar(canvas, (width + 14, 52, width + 32, height - 52), small)
    pen.text((width + 12, 10), "for\npneumonia", font=small, fill=(230, 230, 230), spacing=2)
    pen.text((width + 12, height - 40), "against\n(log-odds)", font=small, fill=(230, 230, 230), spacing=2)
    rejected = "" if reading.verdict.accepted else "REJECTED: " + "; ".join(reading.verdict.reasons) + "  ·  "
    said = f"{rejected}{reading.label}  ·  probability of pneumonia {reading.probability:.3f}"
    pen.text((12, height + 8), _fitted(said, text, width + bar - 24), font=text, fill=(240, 240, 240))
    small_print = f"{reading.model}  ·  {_DISCLAIMER}"
    pen.text(
        (12, height + 36), _fitted(small_print, small, width + bar - 24), font=small, fill=(170, 170, 170)
    )
    return np.asarray(canvas)


def png(picture: Picture) -> bytes:
    """`picture` uint8 [H, W, 3] as the bytes of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def _to_look_at(pixels: Pixels) -> Pixels:
    height, width = pixels.shape
    scale = min(max(_SHORTEST_SIDE / min(height, width), 1), _LONGEST_SIDE / max(height, width))
    if scale == 1:
        return pixels
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(cv2.resize(pixels, size, interpolation=way), np.float32)


def _draw_bar(canvas: Image, box: tuple[int, int, int, int], font: FreeTypeFont | ImageFont) -> None:
    from PIL import ImageDraw
    from PIL.Image import fromarray

    left, top, right, bottom = box
    strengths = np.linspace(1, -1, bottom - top, dtype=np.float32)[:, None].repeat(right - left, 1)
    rgb, opacity = colour(strengths)
    # Over mid grey, as over lung tissue.
    mixed = 0.35 * (1 - opacity[..., None]) + rgb * opacity[..., None]
    canvas.paste(fromarray(np.rint(mixed * 255).astype(np.uint8)), (left, top))
    pen = ImageDraw.Draw(canvas)
    for value in (1.0, 0.5, 0.0, -0.5, -1.0):
        y = top + (1 - value) / 2 * (bottom - top)
        pen.text(
            (right + 6, y),
            f"{value * FULL_SCALE:+.0f}" if value else "0",
            font=font,
            fill=(200, 200, 200),
            anchor="lm",
        )


def _fitted(text: str, font: FreeTypeFont | ImageFont, width: int) -> str:
    """`text`, cut with an ellipsis where it is wider than `width` pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"
