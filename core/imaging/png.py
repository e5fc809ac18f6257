"""What Pillow leaves to do for a PNG: its end, and colour of 16 bits."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ScanError
from core.imaging.limits import cut_short, damaged

_GREY = 0
_START = 8  # bytes of signature


def depth_of(data: bytes) -> int:
    """Bits of a grey value; 8 for the colours of a palette."""
    return 8 if data[25] == 3 else data[24]


def is_deep_colour(data: bytes) -> bool:
    """Whether it has 16 bits and colour or alpha, which Pillow would round to 8 bits."""
    return data[24] == 16 and data[25] != _GREY


def check(data: bytes, name: str) -> None:
    """Raise `ScanError` unless the file goes on to its end chunk: Pillow does without the last ones."""
    if all(kind != b"IEND" for kind, _ in _chunks(data)):
        raise cut_short(name)


def decode_deep_colour(data: bytes, name: str) -> NDArray[np.uint16]:
    """The samples of a file that `is_deep_colour`: uint16 [H, W, 4], red, green, blue, alpha.

    Args:
        data: a file that Pillow could decode. libpng prints what it finds wrong, so it is shown none that is.
        name: what to call it in an error.

    Raises:
        ScanError: the file is damaged.
    """
    import imagecodecs  # 0.1 s, and most scans need none of it

    # Without the rest, in which it might find something wrong, such as a colour profile.
    needed = [chunk for kind, chunk in _chunks(data) if kind in (b"IHDR", b"tRNS", b"IDAT", b"IEND")]
    if any(zlib.crc32(chunk[4:-4]) != struct.unpack(">I", chunk[-4:])[0] for chunk in needed):
        raise damaged(name)
    try:
        samples: NDArray[Any] = imagecodecs.png_decode(data[:_START] + b"".join(needed))
    except (RuntimeError, ValueError, MemoryError) as error:  # PngError is a RuntimeError
        raise damaged(name) from error
    if samples.dtype != np.uint16 or samples.ndim != 3:
        raise ScanError(f"{name} is a kind of PNG that cannot be read", "save it as 16-bit grey")
    if samples.shape[2] == 3:
        return np.pad(samples, ((0, 0), (0, 0), (0, 1)), constant_values=65535)
    return samples if samples.shape[2] == 4 else samples[..., [0, 0, 0, 1]]


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """The kind of every whole chunk, and the chunk with its length and checksum."""
    at, view = _START, memoryview(data)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, view[at : at + 12 + length]
        at += 12 + length
