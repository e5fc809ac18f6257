"""Contrast-limited adaptive histogram equalisation at full bit depth, computed only where it is looked at.

Zuiderveld, «Contrast limited adaptive histogram equalization», Graphics Gems IV, 1994. OpenCV's own form
was tried first: on 16-bit pictures it counts 65,536 bins a tile and rounds the clip limit to whole pixels, so
that its effect depends on size and bit depth and has few steps. Here every tile has a curve of 256 steps,
read off the whole picture's counts once; a change of window costs 64 short curves, and the picture looks the
same at every zoom.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.scan import Window

#: Grey values over the whole depth: uint16 [H, W], 65535 is a `Scan`'s 1.0.
Plane = NDArray[np.uint16]

#: How many pixels have each grey value: int64 [65536].
Histogram = NDArray[np.int64]

#: Tiles along each side.
TILES = 8

_BINS = 256  # of a curve, over the windowed range
_STRIP, _BLOCK = 256, 8192  # rows and columns equalised at a time: OpenCV takes at most 32,767 a side
_LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_MOST_COUNTED = 1024  # grey values told apart when a tile's pixels are counted


class Places(NamedTuple):
    """Where evenly spaced rows or columns lie in the whole picture, which goes from 0 to 1."""

    first: float
    step: float


class LocalHistograms:
    """What grey values each of 8 × 8 tiles of a picture holds.

    Args:
        plane: the whole picture.
        histogram: of the whole picture.
    """

    def __init__(self, plane: Plane, histogram: Histogram) -> None:
        self._edges = _edges(histogram)
        count = len(self._edges) - 1
        # Which bin each grey value is in; `right` because an edge belongs to the bin above it
        bin_of = np.searchsorted(self._edges, np.arange(65536), side="right") - 1
        bins = cv2.LUT(plane, np.clip(bin_of, 0, count - 1).astype(np.uint16))
        height, width = plane.shape
        rows, columns = (np.arange(TILES + 1) * side // TILES for side in (height, width))
        self._below = np.zeros((TILES * TILES, count + 1))
        for tile in range(TILES * TILES):
            i, j = divmod(tile, TILES)
            part = bins[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
            counts = np.ravel(cv2.calcHist([part], [0], None, [count], [0, count])).astype(np.float64)
            self._below[tile, 1:] = counts.cumsum() / max(counts.sum(), 1)

    def curves(self, window: Window, clip_limit: float) -> NDArray[np.float32]:
        """What equalisation makes of windowed values: float32 [64, 257] in 0..1, at 0, 1/256, … 1.

        Args:
            window: applied before.
            clip_limit: how often a value may occur, in multiples of all being equally frequent. The
                steepest slope of a curve; towards 0 all curves become the identity.
        """
        at = np.interp(_unwindowed(window) * 65535, self._edges, np.arange(len(self._edges)))
        whole = np.minimum(at.astype(np.intp), len(self._edges) - 2)
        share = at - whole
        below = self._below[:, whole] * (1 - share) + self._below[:, whole + 1] * share
        below[:, 0], below[:, -1] = 0, 1  # what lies outside of the window is black or white
        counts = np.diff(below, axis=1)
        limit = clip_limit / _BINS
        excess = np.maximum(counts - limit, 0).sum(axis=1, keepdims=True)
        counts = np.minimum(counts, limit) + excess / _BINS
        return np.pad(counts.cumsum(axis=1), ((0, 0), (1, 0))).astype(np.float32)


def equalised(windowed: Plane, curves: NDArray[np.float32], rows: Places, columns: Places) -> Plane:
    """Each pixel through the curves of the four tiles around it, weighted by distance.

    Args:
        windowed: uint16 [h, w], any part of the picture at any scale, after the window.
        curves: from `LocalHistograms.curves`.
        rows: where the rows lie in the whole picture, 0 for its top and 1 for its bottom.
        columns: the same from left to right.
    """
    height, width = windowed.shape
    across = np.clip((columns.first + columns.step * np.arange(width)) * TILES - 0.5, 0, TILES - 1)
    tiles = slice(int(across[0]), int(across[-1]) + 2)  # of each row of tiles, those that are seen
    across = (across - tiles.start).astype(np.float32)
    by_row = curves.reshape(TILES, TILES, -1)[:, tiles] * np.float32(65535)
    count = by_row.shape[1]
    by_row = by_row.reshape(TILES, -1)
    onto_curve = np.linspace(0, _BINS, 65536, dtype=np.float32)
    seen = np.empty_like(windowed)
    for top in range(0, height, _STRIP):
        strip = slice(top, min(top + _STRIP, height))
        # OpenCV interpolates: first down, which gives each row of the picture some rows in a table of curves,
        # one a tile; then across, and between the nodes of a curve. As a product of matrices the first step
        # took up to twenty times as long, waiting for the threads of NumPy's library
        first = (rows.first + rows.step * top) * TILES - 0.5
        down = np.array([[1, 0, 0], [0, rows.step * TILES, first]])
        size = (by_row.shape[1], strip.stop - strip.start)
        table = cv2.warpAffine(by_row, down, size, flags=_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        table = table.reshape(-1, _BINS + 1)
        for left in range(0, width, _BLOCK):
            part = strip, slice(left, left + _BLOCK)
            value = cv2.LUT(windowed[part], onto_curve)
            row = np.arange(len(value), dtype=np.float32)[:, None] * count + across[part[1]]
            through = cv2.remap(table, value, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            seen[part] = cv2.multiply(through, np.ones(1), dtype=cv2.CV_16U)  # rounds
    return seen


def _edges(histogram: Histogram) -> NDArray[np.float64]:
    """Limits of the bins to count in: halfway between the values that occur, if these are few.

    An 8-bit picture has gaps between its values; were they counted as empty bins, its values would seem
    frequent and be clipped.
    """
    values = np.flatnonzero(histogram)
    if len(values) > _MOST_COUNTED:
        return np.linspace(values[0], values[-1] + 1, _MOST_COUNTED + 1)
    middles = (values[1:] + values[:-1]) / 2
    first = middles[:1] - values[:1] if len(middles) else np.array([0.5])
    last = values[-1:] - middles[-1:] if len(middles) else np.array([0.5])
    return np.concatenate([values[:1] - first, middles, values[-1:] + last])


def _unwindowed(window: Window) -> NDArray[np.float64]:
    """The pixel values that `window` shows as 0, 1/256, … 1: float64 [257]."""
    seen = np.arange(_BINS + 1) / _BINS
    width = max(window.high - window.low, 1e-6)
    if window.shape == "sigmoid":
        seen = 0.5 + np.arctanh(np.clip(2 * seen - 1, -1 + 1e-9, 1 - 1e-9)) / 2
        return (window.low + window.high) / 2 + width * (seen - 0.5)
    return window.low + width * seen
