"""A reading as a picture: the scan, the evidence on it, the colour scale, and the disclaimer."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.scan import Pixels
from core.reading.framed import Picture, Scale, framed
from core.reading.reader import Reading

#: Log-odds per cell, times the number of cells, at which the colour is full. Fixed, so that two scans
#: can be compared and a healthy one looks cool: a picture that looked like this all over would have
#: these log-odds in all.
FULL_SCALE = 12.0

#: Below this share of the full scale nothing is drawn; above it the colour grows from nothing, so that
#: weak evidence has no edge that looks like a finding.
CUT_OFF = 0.08
#: Opacity of the full colour, 0..1.
STRONGEST = 0.6

#: Evidence for pneumonia in orange, against it in blue: told apart with any colour vision
#: (Okabe and Ito 2008). RGB 0..1, float32 [3].
FOR = np.array([0.902, 0.380, 0.0], np.float32)
AGAINST = np.array([0.337, 0.706, 0.914], np.float32)

#: The grey that colour scales are drawn over, 0..1: about that of a lung.
LUNG_GREY = 0.35

#: A text chunk of PNG, by which our pictures are told from scans, and where it is put: behind the header.
_SAID = b"tEXtSoftware\0Lungfield"
_MARK = struct.pack(">I", len(_SAID) - 4) + _SAID + struct.pack(">I", zlib.crc32(_SAID))
_BEHIND_HEADER = 33

#: What every picture that leaves the application says.
DISCLAIMER = "Research and education only. Not for diagnosis."

#: Pictures to look at have a longer side of at most so many pixels, and a shorter one of at least so many as
#: far as that allows.
SHORTEST_SIDE, LONGEST_SIDE = 512, 1024


def colour(
    strength: NDArray[np.float32], cut_off: float = CUT_OFF, strongest: float = STRONGEST
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """RGB [..., 3] and opacity [...], 0..1 each, of evidence in -1..1 (shares of the full scale).

    Args:
        cut_off: share of the full scale, 0..1, below which nothing is drawn.
        strongest: opacity of the full colour, 0..1.
    """
    above = np.clip((np.abs(strength) - cut_off) / max(1 - cut_off, 1e-6), 0, 1)
    opacity = (strongest * above).astype(np.float32)
    return np.where(strength[..., None] > 0, FOR, AGAINST), opacity


def blend(
    pixels: Pixels, heatmap: NDArray[np.float32], cut_off: float = CUT_OFF, strongest: float = STRONGEST
) -> Picture:
    """The evidence laid over the windowed scan [H, W]: uint8 [H, W, 3], at the scan's size.

    `cut_off` and `strongest` are as `colour` takes them.
    """
    rgb, opacity = colour(_strengths(heatmap, pixels.shape), cut_off, strongest)
    mixed = pixels[..., None] * (1 - opacity[..., None]) + rgb * opacity[..., None]
    return np.rint(np.clip(mixed, 0, 1) * 255).astype(np.uint8)


def layer(heatmap: NDArray[np.float32], size: tuple[int, int]) -> Picture:
    """The evidence alone, to be laid over the scan by whoever shows it: uint8 [H, W, 4], RGB and opacity.

    With its opacity multiplied by `strongest` it gives what `blend` gives.

    Args:
        heatmap: float32 [h, w] as a Reading has it.
        size: H and W.
    """
    rgb, opacity = colour(_strengths(heatmap, size), strongest=1.0)
    return np.rint(np.dstack([rgb, opacity]) * 255).astype(np.uint8)


def _strengths(heatmap: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Shares of the full scale, -1..1 where it is not exceeded, float32 of `size` (H, W)."""
    strength = heatmap * (heatmap.size / FULL_SCALE)
    return np.asarray(cv2.resize(strength, size[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def burnt_in(
    pixels: Pixels,
    heatmap: NDArray[np.float32] | None = None,
    captions: Sequence[str] = (),
    cut_off: float = CUT_OFF,
    strongest: float = STRONGEST,
) -> Picture:
    """A picture to save: the scan, the evidence with its colour scale, captions and the disclaimer.

    Args:
        pixels: float32 [H, W] in 0..1 as they are to be seen; they come out at this size.
        heatmap: float32 [h, w] as a Reading has it, turned like `pixels`; None for the scan alone.
        captions: what is written below, a line or two each. The disclaimer always follows.
        cut_off, strongest: as `colour` takes them.

    Returns:
        uint8 [H + the words' height, W + the scale's width, 3]; the scan is in the top left corner.
    """
    if heatmap is None:
        grey = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
        return framed(grey[..., None].repeat(3, 2), captions, DISCLAIMER)
    picture = blend(pixels, heatmap, cut_off, strongest)
    return framed(picture, captions, DISCLAIMER, _scale(cut_off, strongest))


def overlay(pixels: Pixels, reading: Reading) -> Picture:
    """`burnt_in` with a reading's evidence and words, at a size fit to look at: uint8 [H, W, 3]."""
    said = f"{reading.label}  ·  probability of pneumonia {reading.probability:.3f}"
    captions = [said, reading.model]
    if not reading.verdict.accepted:
        captions.insert(0, "REJECTED: " + "; ".join(reading.verdict.reasons))
    return burnt_in(to_look_at(pixels), reading.heatmap, captions)


def png(picture: Picture) -> bytes:
    """`picture` uint8 [H, W, 3], or [H, W, 4] with opacity, as the bytes of a PNG file."""
    # OpenCV's encoder is ten times as fast as Pillow's, for files a twentieth larger
    order = cv2.COLOR_RGB2BGR if picture.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    made = cv2.imencode(".png", cv2.cvtColor(picture, order))[1].tobytes()
    return made[:_BEHIND_HEADER] + _MARK + made[_BEHIND_HEADER:]


def is_drawn(path: Path) -> bool:
    """Whether there is a picture by `png` at `path`."""
    try:
        with open(path, "rb") as file:
            return _MARK in file.read(_BEHIND_HEADER + len(_MARK))
    except OSError:
        return False


def may_be_drawn_at(path: Path) -> bool:
    """Whether a picture at `path` would replace nothing but one by `png`: what lies there may be a scan."""
    return not os.path.lexists(path) or is_drawn(path)


def jpeg(picture: Picture) -> bytes:
    """`picture` uint8 [H, W, 3] as the bytes of a JPEG file, with little loss."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=95, subsampling=0)
    return file.getvalue()


def to_look_at(pixels: Pixels) -> Pixels:
    """`pixels` float32 [H, W] at a size fit to look at: the longer side LONGEST_SIDE at most."""
    height, width = pixels.shape
    scale = min(max(SHORTEST_SIDE / min(height, width), 1), LONGEST_SIDE / max(height, width))
    if scale == 1:
        return pixels
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(cv2.resize(pixels, size, interpolation=way), np.float32)


def _scale(cut_off: float, strongest: float) -> Scale:
    strengths = np.linspace(1, -1, 481, dtype=np.float32)
    rgb, opacity = colour(strengths, cut_off, strongest)
    # Over mid grey, as over lung tissue.
    mixed = LUNG_GREY * (1 - opacity[:, None]) + rgb * opacity[:, None]
    values = [FULL_SCALE, FULL_SCALE / 2, 0.0, -FULL_SCALE / 2, -FULL_SCALE]
    return Scale(
        strip=np.rint(mixed * 255).astype(np.uint8),
        marks=tuple(((1 - v / FULL_SCALE) / 2, f"{v:+.0f}".replace("-", "−") if v else "0") for v in values),
        above="for\npneumonia",
        below="against\n(log-odds)",
    )
