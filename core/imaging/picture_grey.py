"""The grey values of a decoded picture, at its full depth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import ScanError
from core.imaging import grey
from core.imaging.scan import FULL_RANGE, Pixels, Window


class GreyValues(NamedTuple):
    """Grey pixels float32 [H, W] in 0..1, and what `Scan` says of them."""

    pixels: Pixels
    bits: int = 8
    coloured: bool = False
    window: Window = FULL_RANGE
    notes: tuple[str, ...] = ()


def from_image(image: Image.Image, depth: int) -> GreyValues:
    """The grey values of an image that Pillow has loaded; `depth` is the file's bits of a sample."""
    if image.mode == "1":
        image = image.convert("L")
    if image.mode == "L":
        return GreyValues(grey.scaled(np.asarray(image), 255), min(depth, 8))
    if image.mode.startswith("I;16"):
        return from_deep(np.asarray(image), depth)
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"))
        # What writes a BMP of 32 bits often leaves the fourth byte at 0, whatever the header calls it
        if image.format != "BMP" or rgba[..., 3].any():
            return over_black(rgba, 8)
    return from_colour(np.asarray(image.convert("RGB")), 8)


def from_deep(values: NDArray[Any], bits: int) -> GreyValues:
    """Unsigned integers [H, W] of `bits` bits.

    Detectors give 10 to 14 bits; where a file of 16 holds no more than that, it is shown over those.
    """
    pixels = grey.scaled(values, (1 << bits) - 1)
    used = next(b for b in (8, 10, 12, 14, 16) if int(values.max()) < 1 << b)
    if used >= min(bits, 15):
        return GreyValues(pixels, bits)
    window = Window(0.0, ((1 << used) - 1) / ((1 << bits) - 1))
    note = f"{used} of its {bits} bits are used; it is shown over those"
    return GreyValues(pixels, used, window=window, notes=(note,))


def from_numbers(values: NDArray[Any], name: str) -> GreyValues:
    """Floating point, signed or 32-bit integers [H, W]: nothing says what white is, unless they lie in 0..1.

    Raises:
        ScanError: some are not finite.
    """
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        raise ScanError(f"{name} holds values that are not numbers", "save it as 8- or 16-bit grey")
    bits = 8 * values.itemsize
    if low >= 0 and high <= 1 and values.dtype.kind == "f":
        return GreyValues(values.astype(np.float32), bits)
    pixels = ((values.astype(np.float64) - low) / ((high - low) or 1.0)).astype(np.float32)
    return GreyValues(pixels, bits, notes=(f"its values {low:g} to {high:g} were taken as black to white",))


def from_colour(rgb: NDArray[Any], bits: int) -> GreyValues:
    """uint8 or uint16 [H, W, 3]."""
    pixels, coloured = grey.from_rgb(np.ascontiguousarray(rgb), (1 << bits) - 1)
    return GreyValues(pixels, bits, coloured)


def over_black(rgba: NDArray[Any], bits: int, multiplied: bool = False) -> GreyValues:
    """uint8 or uint16 [H, W, 4], composed over black, which is what air looks like in a radiograph.

    Args:
        multiplied: whether the colours are multiplied by alpha already.
    """
    values, alpha = from_colour(rgba[..., :3], bits), rgba[..., 3]
    greatest = (1 << bits) - 1
    if alpha.min() == greatest:
        return values
    pixels = values.pixels if multiplied else values.pixels * grey.scaled(alpha, greatest)
    return values._replace(pixels=pixels, notes=("its transparent parts were read as black",))
