"""How a scan is shown: window, CLAHE, gamma and inversion, and how it is turned.

The chain is always window -> CLAHE -> gamma -> invert. `displayed` is what it means; `pyramid` draws the
same on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.clahe import Histogram, LocalHistograms, Places, Plane, equalised
from core.imaging.scan import FULL_RANGE, Pixels, Scan, Window

_Value = TypeVar("_Value", bound=np.generic)
_Side = TypeVar("_Side", int, float)

#: Windows that can be chosen by name, in the order of the keys 1 to 5.
PRESETS = ("full", "auto", "lung", "bone", "file")

GAMMA_RANGE = (0.2, 5.0)
CLAHE_RANGE = (0.0, 10.0)


@dataclass(frozen=True)
class Display:
    """What is done to the pixels before they are seen.

    Attributes:
        window: in the units of `Scan.pixels`.
        gamma: 0.2 to 5; the windowed value v becomes v ** (1 / gamma), so that above 1 is brighter.
        clahe: clip limit of contrast-limited adaptive histogram equalisation, as a multiple of a flat
            histogram's height; 0 is off, up to 10.
        inverted: black and white change places, last of all.
    """

    window: Window = FULL_RANGE
    gamma: float = 1.0
    clahe: float = 0.0
    inverted: bool = False


@dataclass(frozen=True)
class Orientation:
    """How a picture is turned to be seen: first mirrored left to right, then turned clockwise.

    Every combination of quarter turns and flips is one of these eight.
    """

    quarter_turns: int = 0
    mirrored: bool = False

    def __post_init__(self) -> None:
        if self.quarter_turns not in (0, 1, 2, 3):
            raise ValueError(f"quarter_turns must be 0 to 3, not {self.quarter_turns}")

    @property
    def is_upright(self) -> bool:
        """As the file has it."""
        return self.quarter_turns == 0 and not self.mirrored

    def rotated(self, quarter_turns: int) -> Orientation:
        """Turned further, clockwise; negative is anticlockwise."""
        return replace(self, quarter_turns=(self.quarter_turns + quarter_turns) % 4)

    def flipped_horizontally(self) -> Orientation:
        """What is seen, with left and right exchanged."""
        # A flip after a turn is the opposite turn after the flip
        return Orientation(-self.quarter_turns % 4, not self.mirrored)

    def flipped_vertically(self) -> Orientation:
        """What is seen, with top and bottom exchanged."""
        return self.flipped_horizontally().rotated(2)

    def apply(self, array: NDArray[_Value]) -> NDArray[_Value]:
        """`array` [H, W, ...] as it is seen, a view; [W, H, ...] after an odd number of quarter turns."""
        turned = array[:, ::-1] if self.mirrored else array
        return np.rot90(turned, -self.quarter_turns)

    def undo(self, array: NDArray[_Value]) -> NDArray[_Value]:
        """The upright array of which `array` is `apply`'s result: a view of it."""
        upright = np.rot90(array, self.quarter_turns)
        return upright[:, ::-1] if self.mirrored else upright

    def size(self, size: tuple[_Side, _Side]) -> tuple[_Side, _Side]:
        """Width and height as seen, of an upright picture's width and height."""
        return (size[1], size[0]) if self.quarter_turns % 2 else size

    def point(self, point: tuple[float, float], size: tuple[float, float]) -> tuple[float, float]:
        """Where the point (x, y) of an upright picture of `size` (width, height) is in the turned one."""
        width, height = size
        x, y = point
        if self.mirrored:
            x = width - x
        for _ in range(self.quarter_turns):
            x, y, width, height = height - y, x, height, width
        return x, y

    def undo_point(self, point: tuple[float, float], size: tuple[float, float]) -> tuple[float, float]:
        """The point of the upright picture of `size` (width, height) that is at `point` in the turned one."""
        width, height = self.size(size)
        x, y = point
        for _ in range(self.quarter_turns):
            x, y, width, height = y, width - x, height, width
        return (width - x if self.mirrored else x), y


def to_plane(pixels: Pixels) -> Plane:
    """`pixels` over 16 bits: 0.0 is 0 and 1.0 is 65535."""
    # OpenCV rounds and saturates, in a quarter of NumPy's time
    return np.asarray(cv2.multiply(pixels, np.array([65535.0]), dtype=cv2.CV_16U), np.uint16)


def histogram_of(plane: Plane) -> Histogram:
    """How many pixels have each of the 65,536 grey values."""
    counts = cv2.calcHist([plane], [0], None, [65536], [0, 65536])
    return np.asarray(np.ravel(counts), np.int64)  # whole numbers: float32 counts to 16 million exactly


def displayed(pixels: Pixels, display: Display) -> Pixels:
    """The whole chain at full size: float32 [H, W] in 0..1, a new array."""
    seen = display.window.apply(pixels)
    if display.clahe > 0:
        plane = to_plane(pixels)
        local = LocalHistograms(plane, histogram_of(plane))
        rows, columns = (Places(0.5 / side, 1 / side) for side in pixels.shape)
        curves = local.curves(display.window, display.clahe)
        seen = equalised(to_plane(seen), curves, rows, columns).astype(np.float32) / np.float32(65535)
    return toned(seen, display)


def toned(seen: Pixels, display: Display) -> Pixels:
    """Gamma and inversion, the end of the chain, of values in 0..1 of any shape."""
    if display.gamma != 1:
        seen = np.power(seen, np.float32(1 / display.gamma))
    return np.asarray(1 - seen if display.inverted else seen, np.float32)


def as_displayed(scan: Scan, display: Display, orientation: Orientation) -> Scan:
    """A scan whose pixels are what was seen of `scan`; everything else is kept.

    Its window is FULL_RANGE, because the display's is already in the pixels.
    """
    pixels = np.ascontiguousarray(orientation.apply(displayed(scan.pixels, display)))
    return replace(scan, pixels=pixels, window=FULL_RANGE)


def preset_window(name: str, file: Window, histogram: Histogram) -> Window:
    """The window of one of PRESETS.

    full is everything the file can hold, file its own window. auto leaves out a thousandth of the pixels at
    either end. lung and bone part the picture without its borders into dark and dense tissue where the two
    differ most (Otsu, IEEE Trans. SMC 9(1), 1979), which follows the exposure. lung begins two standard
    deviations below the mean of the dark tissue, so that the air around the patient is black and the lung is
    not, and ends half of one above the mean of the dense, so that opacities in the lung are not white. bone
    goes from the mean of the dark tissue to the brightest.

    Args:
        name: of the preset.
        file: how the file asks to be displayed.
        histogram: of the whole picture.

    Raises:
        ValueError: there is no such preset.
    """
    if name == "full":
        return FULL_RANGE
    if name == "file":
        return file
    low, high = _percentiles(histogram, (0.1, 99.9))
    if name == "auto":
        return _window(low, high)
    if name not in PRESETS:
        raise ValueError(f"no preset {name!r}")
    dark, dense = _dark_and_dense(_without_borders(histogram, low, high))
    if name == "lung":
        return _window(max(low, dark.mean - 2 * dark.deviation), dense.mean + dense.deviation / 2)
    return _window(dark.mean, high)


def _window(low: float, high: float) -> Window:
    """Of 16-bit values; everything where they are the same, as in a blank picture."""
    return Window(low / 65535, high / 65535) if high > low else FULL_RANGE


def _percentiles(histogram: Histogram, percents: tuple[float, float]) -> tuple[float, float]:
    below = histogram.cumsum()
    low, high = (int(np.searchsorted(below, below[-1] * percent / 100)) for percent in percents)
    return float(low), float(high)


def _without_borders(histogram: Histogram, low: float, high: float) -> Histogram:
    """Without what is nearly black or white, as collimators, cut-outs and lettering are.

    Nearly is 3 % of the range from `low` to `high`. Where nothing else is left, it is all kept.
    """
    near = 0.03 * (high - low)
    body = histogram.copy()
    body[: int(low + near)] = 0
    body[int(high - near) + 1 :] = 0
    return body if body.any() else histogram


class _Tissue(NamedTuple):
    """Some of the pixels, in 16-bit values."""

    mean: float
    deviation: float


def _dark_and_dense(histogram: Histogram) -> tuple[_Tissue, _Tissue]:
    """The classes into which Otsu's threshold parts a histogram; twice the same if there is one value."""
    values = np.flatnonzero(histogram).astype(np.float64)
    counts = histogram[histogram > 0].astype(np.float64)
    if len(values) == 1:
        return _Tissue(values[0], 0.0), _Tissue(values[0], 0.0)
    dark, sums = counts.cumsum()[:-1], (counts * values).cumsum()
    dense = counts.sum() - dark
    apart = (sums[-1] - sums[:-1]) / dense - sums[:-1] / dark
    first_dense = int(np.argmax(dark * dense * apart**2)) + 1
    dark_tissue, dense_tissue = (
        _tissue(values[part], counts[part]) for part in (slice(first_dense), slice(first_dense, None))
    )
    return dark_tissue, dense_tissue


def _tissue(values: NDArray[np.float64], counts: NDArray[np.float64]) -> _Tissue:
    mean = float(np.average(values, weights=counts))
    return _Tissue(mean, float(np.sqrt(np.average((values - mean) ** 2, weights=counts))))
