"""Stored DICOM values to grey pixels and a display window (PS3.3 C.7.6.3, C.11.1, C.11.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from core.imaging import grey
from core.imaging.dicom_frame import Frame
from core.imaging.dicom_lut import Table, read_table
from core.imaging.dicom_read import BAD_DICOM, first_frame_group, integer, item, number, text
from core.imaging.limits import damaged
from core.imaging.scan import FULL_RANGE, Pixels, Window

#: A window that reaches this many times beyond what the file can store shows all of it as one grey.
_FAR_OUT = 1e4


class Grey(NamedTuple):
    """Pixels float32 [H, W] in 0..1, bright = dense, and what `Scan` says of them."""

    pixels: Pixels
    window: Window = FULL_RANGE
    coloured: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Measured:
    """A frame after its modality transform.

    Attributes:
        pixels: float32 [H, W]: 0 for the value `low`, 1 for `high`.
        low, high: the least and greatest value that the file could hold, in the modality's units.
        least, greatest: the same of the values that it does hold, padding excluded.
    """

    pixels: Pixels
    low: float
    high: float
    least: float
    greatest: float

    def place(self, value: float) -> float:
        """Where a value in the modality's units lies in `pixels`."""
        return (value - self.low) / (self.high - self.low)

    def values(self) -> NDArray[np.float64]:
        """The pixels in the modality's units."""
        return self.pixels.astype(np.float64) * (self.high - self.low) + self.low


def to_grey(frame: Frame, dataset: Dataset, name: str) -> Grey:
    """The grey pixels of a frame and the window its file asks for.

    The order is the standard's: stored values, modality transform, values of interest (window or table), and
    only then is MONOCHROME1 turned, its window with it.

    Raises:
        ScanError: a lookup table is damaged.
    """
    if frame.photometric == "PALETTE COLOR":
        return _palette_to_grey(frame, dataset, name)
    if frame.values.ndim == 3:
        to_pixels = grey.from_ybr if frame.photometric.startswith("YBR") else grey.from_rgb
        pixels, coloured = to_pixels(_as_unsigned(frame.values), frame.high)
        return Grey(pixels, coloured=coloured)
    shown = _values_of_interest(_measured(frame, dataset, name), dataset, name)
    if frame.photometric == "MONOCHROME1":
        return shown._replace(pixels=1 - shown.pixels, window=shown.window.turned())
    return shown


def _measured(frame: Frame, dataset: Dataset, name: str) -> _Measured:
    """The modality transform (C.11.1): a table, or slope and intercept."""
    where = first_frame_group(dataset, "RescaleSlope", "PixelValueTransformationSequence")
    present = _present_range(frame, dataset)
    table = item(dataset, "ModalityLUTSequence")
    if table is not None:
        return _measured_by_table(frame, read_table(table, dataset, frame.signed, name), present)
    # Beyond 16 bits float32 cannot resolve the full range: take what is there.
    low, high = (frame.low, frame.high) if frame.bits <= 16 else (present[0], max(present[1], present[0] + 1))
    pixels = _fraction(frame.values, low, high)
    if frame.bits > 16:
        np.clip(pixels, 0, 1, out=pixels)  # padding may lie outside
    slope, intercept = _rescale(where)
    ends, held = ([v * slope + intercept for v in pair] for pair in ((low, high), present))
    if slope < 0:
        pixels = 1 - pixels
    return _Measured(pixels, min(ends), max(ends), min(held), max(held))


def _rescale(where: Dataset) -> tuple[float, float]:
    """Slope and intercept; 1 and 0 where they are absent or too far out to calculate with."""
    slope, intercept = number(where, "RescaleSlope") or 1.0, number(where, "RescaleIntercept") or 0.0
    sane = 1e-6 <= abs(slope) <= 1e6 and abs(intercept) <= 1e9
    return (slope, intercept) if sane else (1.0, 0.0)


def _measured_by_table(frame: Frame, table: Table, present: tuple[int, int]) -> _Measured:
    held = table.look_up(np.array(present)) * table.top
    return _Measured(table.look_up(frame.values), 0.0, float(table.top), float(held.min()), float(held.max()))


def _values_of_interest(measured: _Measured, dataset: Dataset, name: str) -> Grey:
    """C.11.2: a table if there is one, else the first window, else the range of the values that are there."""
    where = first_frame_group(dataset, "WindowCenter", "FrameVOILUTSequence")
    table = item(dataset, "VOILUTSequence")
    if table is not None:
        return _by_table(measured, read_table(table, dataset, measured.low < 0, name))
    centre, width = number(where, "WindowCenter"), number(where, "WindowWidth")
    if centre is None or width is None:
        return _by_own_range(measured, "it names no display window")
    window = _window(measured, centre, width, text(where, "VOILUTFunction").upper())
    if window is None:
        return _by_own_range(measured, "its display window shows nothing")
    return Grey(measured.pixels, window)


def _window(measured: _Measured, centre: float, width: float, function: str) -> Window | None:
    """The window in units of the pixels; None where it is none or shows nothing of the picture.

    C.11.2.1.2.1 (LINEAR) counts grey levels, so its ends lie half a level off those of LINEAR_EXACT
    (C.11.2.1.3.2); a LINEAR width below 1 is not allowed, and read as exact.
    """
    if width <= 0:
        return None
    shape: Literal["linear", "sigmoid"] = "sigmoid" if function == "SIGMOID" else "linear"
    if function not in ("SIGMOID", "LINEAR_EXACT") and width >= 1:
        centre, width = centre - 0.5, width - 1
    low, high = centre - width / 2, centre + width / 2
    if shape == "linear" and (high < measured.least or low > measured.greatest):
        return None
    window = Window(measured.place(low), measured.place(high), shape)
    return window if max(abs(window.low), abs(window.high)) < _FAR_OUT else None


def _by_own_range(measured: _Measured, why: str) -> Grey:
    window = FULL_RANGE
    if measured.least < measured.greatest:
        window = Window(measured.place(measured.least), measured.place(measured.greatest))
    return Grey(measured.pixels, window, notes=(f"{why}: its own range of values is shown",))


def _by_table(measured: _Measured, table: Table) -> Grey:
    """The values of interest by a table (C.11.2.1.1): applied to the pixels, as no window says the same."""
    values = np.rint(measured.values()).astype(np.int64)
    return Grey(table.look_up(values), notes=("its own display table was applied",))


def _palette_to_grey(frame: Frame, dataset: Dataset, name: str) -> Grey:
    """C.7.6.3.1.5: stored values are places in tables of red, green and blue."""
    try:
        rgb = apply_color_lut(frame.values, dataset)
    except BAD_DICOM:
        raise damaged(name, "its palette cannot be read") from None
    pixels, coloured = grey.from_rgb(np.ascontiguousarray(rgb[..., :3]), (1 << 8 * rgb.dtype.itemsize) - 1)
    return Grey(pixels, coloured=coloured)


def _present_range(frame: Frame, dataset: Dataset) -> tuple[int, int]:
    """The least and greatest stored value, without padding (C.7.5.1.1.2)."""
    values = frame.values
    padding = integer(dataset, "PixelPaddingValue")
    if padding is not None and values.ndim == 2:
        limit = integer(dataset, "PixelPaddingRangeLimit")
        ends = sorted(_as_stored(end, frame) for end in (padding, padding if limit is None else limit))
        kept = values[(values < ends[0]) | (values > ends[1])]
        if kept.size:
            values = kept
    return int(values.min()), int(values.max())


def _as_stored(value: int, frame: Frame) -> int:
    """A padding value as signed or unsigned as the pixels: its own VR may differ from theirs."""
    value &= (1 << frame.bits) - 1
    return value - (1 << frame.bits) if value > frame.high else value


def _fraction(values: NDArray[Any], low: int, high: int) -> Pixels:
    """(values - low) / (high - low) as float32; exact ends."""
    if low == 0:
        return grey.scaled(values, high)
    exact = max(abs(low), abs(high)) <= 1 << 24  # as float32
    above = np.subtract(values, low, dtype=np.float32 if exact else np.float64)
    return grey.scaled(above, high - low)


def _as_unsigned(values: NDArray[Any]) -> NDArray[Any]:
    """Colour samples as OpenCV takes them; they are never negative."""
    return np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}")
