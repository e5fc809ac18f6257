"""How a camera or scanner says a picture is to be turned (EXIF 2.32, 4.6.4 A, tag 0x0112)."""

from __future__ import annotations

import struct
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.imaging.quiet import quiet

_ORIENTATION = 0x0112
_Value = TypeVar("_Value", bound=np.generic)


def orientation_of(image: Image.Image) -> int:
    """1 to 8 as EXIF has it; 1 (as it is) where nothing valid is said."""
    try:
        with quiet():
            said = image.getexif().get(_ORIENTATION, 1)
    # Damaged EXIF is no reason to refuse a scan. These are what Pillow itself expects of it.
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error, OverflowError):
        return 1
    return said if isinstance(said, int) and 1 <= said <= 8 else 1


def turned(pixels: NDArray[_Value], orientation: int) -> NDArray[_Value]:
    """`pixels` [H, W, ...] turned and mirrored so that the top is up; [W, H, ...] for orientations 5 to 8."""
    if not 2 <= orientation <= 8:
        return pixels
    if orientation in (2, 4, 5, 7):  # mirrored
        pixels = pixels[:, ::-1]
    quarter_turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)  # anticlockwise
    return np.ascontiguousarray(np.rot90(pixels, quarter_turns))
