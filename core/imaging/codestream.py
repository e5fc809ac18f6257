"""Codestreams of the JPEG family as DICOM holds them: 8 to 16 bits, lossy and lossless.

Baseline, extended (12 bit) and lossless JPEG are decoded by libjpeg-turbo, JPEG-LS by CharLS, JPEG 2000 by
OpenJPEG, all through imagecodecs: it is silent, releases the GIL while it decodes, and survives damaged
input. (GDCM decodes the same, but a damaged JPEG can end the whole process in `abort()`, its libjpeg prints
on standard error, and it holds the GIL.)

The header is read here first, so that sizes are known and a cut codestream is refused before a decoder sees
it: libjpeg fills what is missing with grey, and CharLS may search for the missing end for minutes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_SOF_JPEG_LS = 0xF7
_NOT_FRAMES = (0xC4, 0xC8, 0xCC)  # DHT, JPG, DAC: numbered among the start-of-frame markers
_END = b"\xff\xd9"
_J2K_START = b"\xff\x4f\xff\x51"


class CodestreamError(Exception):
    """The codestream cannot be decoded. `cut`: because it ends too soon."""

    def __init__(self, message: str, cut: bool = False) -> None:
        super().__init__(message)
        self.cut = cut


@dataclass(frozen=True)
class Codestream:
    """What the header of a codestream says of its picture.

    Attributes:
        kind: "JPEG" (lossy), "lossless JPEG", "JPEG-LS" or "JPEG 2000".
        height, width: pixels.
        components: samples per pixel.
        bits: of a sample.
        start: where the codestream begins in the bytes it was read from (JPEG 2000 may come in a JP2 box).
        declared: a JPEG that says how its components are to be understood (by a JFIF or Adobe segment).
    """

    kind: str
    height: int
    width: int
    components: int
    bits: int
    start: int = 0
    declared: bool = False


def read_header(code: bytes) -> Codestream:
    """The header of a JPEG, JPEG-LS or JPEG 2000 codestream, by its content.

    Raises:
        CodestreamError: for anything else, and for a codestream that is cut short or whose header is damaged.
    """
    try:
        if code.startswith(b"\xff\xd8"):
            return _read_jpeg(code)
        start = code.find(_J2K_START, 0, 4096)
        if start >= 0:
            return _read_jpeg2000(code, start)
    except (struct.error, IndexError) as error:
        raise CodestreamError("ends within its header", cut=True) from error
    raise CodestreamError("not a codestream of the JPEG family")


def _read_jpeg(code: bytes) -> Codestream:
    """Walk the marker segments up to the first scan (ITU-T T.81, B.1 and B.2; T.87 for JPEG-LS)."""
    frame: tuple[int, int, int, int, int] | None = None
    declared = False
    at = 2
    while True:
        at = _next_marker(code, at)
        marker = code[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker == _EOI:
            raise CodestreamError("holds no picture")
        if marker in (0x00, 0x01, _SOI) or 0xD0 <= marker <= 0xD7:  # stand alone
            at += 2
            continue
        length = struct.unpack_from(">H", code, at + 2)[0]
        if marker == _SOS:
            break
        if marker == _SOF_JPEG_LS or (0xC0 <= marker <= 0xCF and marker not in _NOT_FRAMES):
            bits, height, width, components = struct.unpack_from(">BHHB", code, at + 4)
            frame = marker, bits, height, width, components
        declared |= code.startswith((b"JFIF\0", b"Adobe"), at + 4)
        at += 2 + length
    if frame is None:
        raise CodestreamError("holds no frame")
    # Within a scan every 0xFF is followed by a stuffed byte or bit: FF D9 can only be the end. Thumbnails,
    # which have an end of their own, come before the scan.
    if code.rfind(_END) < at:
        raise CodestreamError("has no end", cut=True)
    marker, bits, height, width, components = frame
    kinds = {0xC3: "lossless JPEG", 0xC7: "lossless JPEG", _SOF_JPEG_LS: "JPEG-LS"}
    return Codestream(kinds.get(marker, "JPEG"), height, width, components, bits, declared=declared)


def _next_marker(code: bytes, at: int) -> int:
    """Where the next marker at or after `at` begins: decoders skip what lies between segments."""
    found = code.find(b"\xff", at)
    if found < 0:
        raise CodestreamError("ends within its header", cut=True)
    return found


def _read_jpeg2000(code: bytes, start: int) -> Codestream:
    """The SIZ segment (ITU-T T.800, A.5.1)."""
    width, height, left, top = struct.unpack_from(">4I", code, start + 8)
    components, depth = struct.unpack_from(">HB", code, start + 40)
    if not (width > left and height > top):
        raise CodestreamError("holds an empty picture")
    return Codestream("JPEG 2000", height - top, width - left, components, (depth & 0x7F) + 1, start)


def decode(code: bytes, header: Codestream, *, transformed: bool = True) -> NDArray[Any]:
    """The samples of a codestream: uint8, uint16 or (signed JPEG 2000) int16, [H, W] or [H, W, components].

    Args:
        code: the bytes `header` was read from.
        header: what `read_header` returned; its size must have been checked.
        transformed: a lossy colour JPEG is YCbCr unless it says otherwise, and is turned to RGB; False where
            the file around it says that its components are RGB already.

    Raises:
        CodestreamError: the codestream is damaged.
    """
    import imagecodecs  # 0.1 s, and most scans need none of it

    try:
        if header.kind == "JPEG 2000":
            samples = imagecodecs.jpeg2k_decode(code[header.start :])
        elif header.kind == "JPEG-LS":
            samples = imagecodecs.jpegls_decode(code)
        elif header.components > 1 and (header.kind == "lossless JPEG" or not transformed):
            samples = imagecodecs.jpeg8_decode(code, colorspace="rgb", outcolorspace="rgb")
        else:
            samples = imagecodecs.jpeg8_decode(code)
    # The decoders' own errors derive from RuntimeError; ValueError, for a picture that fits no array.
    except (RuntimeError, ValueError, MemoryError) as error:
        raise CodestreamError(str(error)) from error
    if samples.shape[:2] != (header.height, header.width):
        raise CodestreamError("is not of the size it announces")
    return np.asarray(samples)
