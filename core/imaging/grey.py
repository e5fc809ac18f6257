"""Colour to grey, the same for pictures and for colour DICOM."""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.scan import Pixels

#: A pixel has visible colour where its channels differ by more than this fraction of the range. A grey
#: picture saved as a colour JPEG differs by 1 or 2 parts in 255.
_VISIBLE = 12 / 255
#: A picture has visible colour where more than this fraction of its pixels have: a small mark counts.
_ENOUGH = 0.001
_SAMPLE = 500_000


def scaled(values: NDArray[Any], greatest: float) -> Pixels:
    """`values` / `greatest` as float32: 0..1 for values 0..`greatest`, exact at both ends."""
    return cast(Pixels, np.divide(values, np.float32(greatest), dtype=np.float32, casting="unsafe"))


def from_rgb(rgb: NDArray[Any], greatest: int) -> tuple[Pixels, bool]:
    """Grey pixels of a colour picture, and whether it had visible colour.

    Args:
        rgb: uint8 or uint16 [H, W, 3], red first.
        greatest: the value that stands for full intensity, such as 255.

    Returns:
        float32 [H, W] in 0..1 by the weights of ITU-R BT.601 (0.299, 0.587, 0.114); equal channels come
        through unchanged.
    """
    return scaled(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), greatest), _coloured(rgb, greatest)


def from_ybr(ybr: NDArray[Any], greatest: int) -> tuple[Pixels, bool]:
    """As `from_rgb` for full-range Y, Cb, Cr (PS3.3 C.7.6.3.1.2): Y is the same weighted sum."""
    step = _step(ybr.shape)
    chroma = np.abs(ybr[::step, ::step, 1:].astype(np.float32) - (greatest + 1) // 2)
    # A channel moves by 1.4 to 1.8 for 1 of chroma.
    coloured = float((chroma.max(axis=2) > _VISIBLE * greatest / 1.8).mean()) > _ENOUGH
    return scaled(ybr[..., 0], greatest), coloured


def _coloured(rgb: NDArray[Any], greatest: int) -> bool:
    step = _step(rgb.shape)
    red, green, blue = (rgb[::step, ::step, channel] for channel in range(3))
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    return float((spread > _VISIBLE * greatest).mean()) > _ENOUGH


def _step(shape: tuple[int, ...]) -> int:
    """The stride that leaves about `_SAMPLE` pixels to look at."""
    return max(1, int((shape[0] * shape[1] / _SAMPLE) ** 0.5))
