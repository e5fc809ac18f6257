"""The data contract between decoding and everything that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

#: Pixels of a scan: float32 [H, W] in 0..1.
Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """A display window in the units of `Scan.pixels`.

    `low` is drawn black and `high` white. It says the same as DICOM's centre and width
    (PS3.3 C.11.2.1.2), but is turned for MONOCHROME1 by reflection, without a special case.
    """

    low: float = 0.0
    high: float = 1.0
    shape: Literal["linear", "sigmoid"] = "linear"

    def apply(self, pixels: Pixels) -> Pixels:
        """`pixels` as they are to be seen: float32 [H, W] in 0..1, a new array."""
        width = max(self.high - self.low, 1e-6)
        seen: Pixels
        if self.shape == "sigmoid":
            centre = (self.low + self.high) / 2
            # 1 / (1 + exp(-4 (p - c) / w)), in a form that does not overflow for a narrow window.
            seen = ((1 + np.tanh(2 * (pixels - centre) / width)) / 2).astype(np.float32)
        else:
            seen = (pixels - self.low).astype(np.float32, copy=False)
            seen /= width  # in place, as the next step: half the time for a large scan
            np.clip(seen, 0, 1, out=seen)
        return seen

    def turned(self) -> Window:
        """The same window for pixels that were inverted (p -> 1 - p)."""
        return Window(1 - self.high, 1 - self.low, self.shape)


#: Everything the pixels hold, unchanged.
FULL_RANGE = Window()


@dataclass(frozen=True)
class DicomFacts:
    """What a DICOM file says of its scan. Never a name, a date of birth or an identifier as written.

    `patient_key` is a hash that tells patients apart without naming them (empty: not given);
    `age_years` is None where the file does not say.
    """

    sop_class_uid: str = ""
    sop_instance_uid: str = ""
    modality: str = ""
    body_part: str = ""
    view_position: str = ""
    photometric: str = ""
    transfer_syntax_uid: str = ""
    age_years: float | None = None
    frames: int = 1
    patient_key: str = ""


@dataclass(frozen=True, eq=False)
class Scan:
    """A decoded radiograph.

    Attributes:
        pixels: float32 [H, W] in 0..1, bright = dense, at the file's full bit depth. Treated as
            read-only by everyone.
        window: how the file asks to be displayed; FULL_RANGE for pictures.
        source: the file's path as the user gave it, or a word such as "clipboard".
        sha256: of the file's bytes, lower-case hex; empty where there was no file.
        format: "JPEG", "PNG", "TIFF", "BMP", "WebP", "GIF" or "DICOM".
        bits: significant bits of a grey value in the file.
        coloured: the picture had visible colour before it was turned to grey.
        reduced: the factor by which it is smaller than the file's picture (1: not at all).
        notes: what the person should know of how the file was read, one line each.
        dicom: the DICOM facts, None for pictures.
    """

    pixels: Pixels
    window: Window = FULL_RANGE
    source: str = ""
    sha256: str = ""
    format: str = ""
    bits: int = 8
    coloured: bool = False
    reduced: float = 1
    notes: tuple[str, ...] = ()
    dicom: DicomFacts | None = None

    def __post_init__(self) -> None:
        if self.pixels.ndim != 2 or self.pixels.dtype != np.float32:
            raise ValueError(
                f"Scan.pixels must be float32 [H, W], not {self.pixels.dtype} {self.pixels.shape}"
            )

    def windowed(self) -> Pixels:
        """What the network reads and the screen shows first: float32 [H, W] in 0..1."""
        if self.window == FULL_RANGE:
            return self.pixels
        return self.window.apply(self.pixels)
