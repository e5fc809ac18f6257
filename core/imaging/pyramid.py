"""A scan made ready to be drawn quickly: its grey values at several sizes, and what is drawn of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.clahe import Histogram, LocalHistograms, Places, Plane, equalised
from core.imaging.display import Display, histogram_of, to_plane, toned
from core.imaging.scan import Pixels, Scan, Window

#: What is drawn: uint8 [h, w].
Grey = NDArray[np.uint8]

_SMALLEST = 64  # levels with no side of this are not made
_PIXELS_SHOW = 8.0  # device pixels per image pixel from which pixels are drawn as squares

#: All 16-bit values as a `Window` takes them.
_EVERY_VALUE: Pixels = np.linspace(0, 1, 65536, dtype=np.float32)[None]


@dataclass(frozen=True)
class View:
    """A rectangle of the upright picture, enlarged: what a canvas shows of it.

    Attributes:
        scale: device pixels per image pixel.
        left, top: where the rectangle begins, in device pixels from the enlarged picture's corner.
        width, height: of the rectangle in device pixels; it lies within the picture.
    """

    scale: float
    left: float
    top: float
    width: int
    height: int


class Pyramid:
    """16-bit grey values of a scan, at full size and halved again and again by area averaging.

    Building takes some milliseconds per megapixel and may be done on any thread; afterwards nothing changes
    but what is computed when first asked for.
    """

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        level = to_plane(scan.pixels)
        #: Of the whole picture at full size.
        self.histogram: Histogram = histogram_of(level)
        levels = [level]
        while max(level.shape) >= 2 * _SMALLEST:
            height, width = level.shape
            size = ((width + 1) // 2, (height + 1) // 2)
            level = np.asarray(cv2.resize(level, size, interpolation=cv2.INTER_AREA), np.uint16)
            levels.append(level)
        self.levels: tuple[Plane, ...] = tuple(levels)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture."""
        height, width = self.levels[0].shape
        return width, height

    @property
    def nbytes(self) -> int:
        """Memory of the levels and of the scan's own pixels."""
        return self.scan.pixels.nbytes + sum(level.nbytes for level in self.levels)

    @cached_property
    def local(self) -> LocalHistograms:
        """What CLAHE needs to know of the picture; 20 ms for nine megapixels when first asked for."""
        return LocalHistograms(self.levels[0], self.histogram)

    def level_for(self, scale: float) -> int:
        """The smallest level that needs no enlarging to be drawn at `scale`; 0 is full size."""
        level = 0
        while level + 1 < len(self.levels) and scale * 2 ** (level + 1) <= 1:
            level += 1
        return level


class Renderer:
    """Draws parts of a pyramid, and keeps what it needs for the next one.

    A change of window, gamma or inversion costs a table of 65,536 values and one pass over what is seen;
    a change of place or scale one more pass.
    """

    def __init__(self, pyramid: Pyramid) -> None:
        self.pyramid = pyramid
        self._view: View | None = None
        self._plane: Plane = np.empty((0, 0), np.uint16)
        self._display: Display | None = None
        self._grey: Grey = np.empty((0, 0), np.uint8)
        self._curves_of: tuple[Window, float] | None = None
        self._curves: NDArray[np.float32] = np.empty((0, 0), np.float32)

    def render(self, view: View, display: Display) -> Grey:
        """What `view` shows: uint8 [height, width], upright; the renderer's own, not to be written to.

        Smaller than 1:1 it is averaged. Larger it is interpolated linearly, which makes up no value beyond
        its neighbours'; from eight times on pixels are squares.
        """
        if view == self._view and display == self._display:
            return self._grey
        if view != self._view:
            self._plane = self._cut_out(view)
        self._view, self._display = view, display
        if display.clahe > 0:
            windowed = cv2.LUT(self._plane, _windowing(display.window))
            plane = self._equalised(np.asarray(windowed, np.uint16), view, display)
            table = _tone(replace(display, window=Window()))
        else:
            plane, table = self._plane, _tone(display)
        self._grey = np.asarray(cv2.LUT(plane, table), np.uint8)
        return self._grey

    def _cut_out(self, view: View) -> Plane:
        level = self.pyramid.levels[self.pyramid.level_for(view.scale)]
        across, x, columns = _axis(level.shape[1], self.pyramid.size[0], view.scale, view.left, view.width)
        down, y, rows = _axis(level.shape[0], self.pyramid.size[1], view.scale, view.top, view.height)
        matrix = np.array([[across, 0, x], [0, down, y]], np.float64)
        way = cv2.INTER_NEAREST if view.scale >= _PIXELS_SHOW else cv2.INTER_LINEAR
        plane = cv2.warpAffine(
            level[rows, columns],  # OpenCV takes at most 32,767 pixels a side
            matrix,
            (view.width, view.height),
            flags=way | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(plane, np.uint16)

    def _equalised(self, windowed: Plane, view: View, display: Display) -> Plane:
        if self._curves_of != (display.window, display.clahe):
            self._curves = self.pyramid.local.curves(display.window, display.clahe)
            self._curves_of = (display.window, display.clahe)
        width, height = (side * view.scale for side in self.pyramid.size)
        rows = Places((view.top + 0.5) / height, 1 / height)
        columns = Places((view.left + 0.5) / width, 1 / width)
        return equalised(windowed, self._curves, rows, columns)


def _axis(level: int, full: int, scale: float, start: float, count: int) -> tuple[float, float, slice]:
    """Along one side: step and start in the level's pixels for `count` device pixels, and the part it needs.

    The start counts from the part's first pixel's middle, as OpenCV does.
    """
    step = level / (full * scale)
    first = (start + 0.5) * step - 0.5
    begin = min(max(int(first) - 1, 0), level - 1)
    end = min(max(int(first + step * (count - 1)) + 3, begin + 1), level)
    return step, first - begin, slice(begin, end)


def _windowing(window: Window) -> Plane:
    """Windowed value of each 16-bit value: uint16 [65536]."""
    return to_plane(window.apply(_EVERY_VALUE))[0]


def _tone(display: Display) -> Grey:
    """What is drawn for each 16-bit value, without CLAHE: uint8 [65536]."""
    seen = toned(display.window.apply(_EVERY_VALUE), display)
    return np.asarray(np.rint(seen * 255), np.uint8)[0]
