"""TIFF files, by libtiff through imagecodecs.

Pillow decodes them too, but rounds colour of 16 bits to 8, takes no 64-bit floats, and lets libtiff print its
complaints about damaged files on standard error.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from core.errors import ScanError
from core.imaging.limits import check_size, cut_short, damaged
from core.imaging.orientation import turned
from core.imaging.picture_grey import GreyValues, from_colour, from_deep, from_numbers, over_black
from core.imaging.quiet import quiet
from core.imaging.scan import Scan

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_SEPARATE_PLANES = 2
_STRIPS, _TILES = (273, 279), (324, 325)  # offsets, byte counts
_ASSOCIATED, _UNASSOCIATED = 1, 2  # kinds of extra sample that are alpha: colours multiplied by it, or not

# What Pillow's reader of directories raises for bad data.
_BAD_DIRECTORY = (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error, OverflowError)


@dataclass(frozen=True)
class _Directory:
    """What the first directory of a file says (TIFF 6.0, sections 3 to 8)."""

    height: int
    width: int
    bits: int
    samples: int
    photometric: int
    orientation: int
    separate: bool
    alpha: int  # its kind; 0 for none
    more_pages: bool


def decode_tiff(data: bytes, name: str) -> Scan:
    """The first page of a TIFF, without `source` and `sha256`.

    Raises:
        ScanError: the file is cut short, damaged, too large or small, or of a kind that is not read.
    """
    _check_directory_is_whole(data, name)
    directory = _read_directory(data, name)
    check_size(name, directory.height, directory.width)
    if directory.photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB) and directory.bits >= 8:
        values = _grey(_decode(data, name, directory), directory, name)
    else:  # palettes, YCbCr, CMYK, fewer bits: as libtiff shows them
        samples = _decode(data, name, directory, asrgb=True)
        # It mirrors what is to be mirrored, though it does not turn; the same again undoes that.
        mirrored = {6: 2, 7: 3, 8: 4}.get(directory.orientation, directory.orientation)
        values = over_black(turned(samples, mirrored if mirrored <= 4 else 1), 8)
        values = values._replace(bits=min(directory.bits, 8))
    notes = ("it has several pages; the first was read",) if directory.more_pages else ()
    return Scan(
        pixels=turned(values.pixels, directory.orientation),
        window=values.window,
        format="TIFF",
        bits=values.bits,
        coloured=values.coloured,
        notes=(*notes, *values.notes),
    )


def _check_directory_is_whole(data: bytes, name: str) -> None:
    """Raise `ScanError` unless the first directory lies within the file.

    Readers make do with the entries that are left, and those say how to understand the pixels: without its
    last ones a file of floats reads as one of integers.
    """
    order = "<" if data.startswith(b"II") else ">"
    try:
        if struct.unpack_from(f"{order}H", data, 2)[0] == 43:  # BigTIFF
            start = struct.unpack_from(f"{order}Q", data, 8)[0]
            end = start + 8 + 20 * struct.unpack_from(f"{order}Q", data, start)[0] + 8
        else:
            start = struct.unpack_from(f"{order}I", data, 4)[0]
            end = start + 2 + 12 * struct.unpack_from(f"{order}H", data, start)[0] + 4
    except (struct.error, OverflowError):
        raise cut_short(name) from None
    if end > len(data):
        raise cut_short(name)


def _read_directory(data: bytes, name: str) -> _Directory:
    file = BytesIO(data)
    try:
        with quiet():
            tags = ImageFileDirectory_v2(file.read(16 if data[2:4] in (b"+\0", b"\0+") else 8))
            file.seek(tags.next)
            tags.load(file)
            directory = _Directory(
                height=int(tags[257]),
                width=int(tags[256]),
                bits=int(tags.get(258, (1,))[0]),
                samples=int(tags.get(277, 1)),
                photometric=int(tags.get(262, _WHITE_IS_ZERO)),
                orientation=int(tags.get(274, 1)),
                separate=tags.get(284) == _SEPARATE_PLANES,
                alpha=next((kind for kind in tags.get(338, ()) if kind in (_ASSOCIATED, _UNASSOCIATED)), 0),
                more_pages=0 < tags.next < len(data),
            )
            beyond = _reaches_beyond(tags, len(data))
    except _BAD_DIRECTORY as error:
        raise damaged(name) from error
    if beyond:
        raise cut_short(name)
    return directory


def _reaches_beyond(tags: ImageFileDirectory_v2, size: int) -> bool:
    """Whether a strip or tile lies beyond the end of a file of `size` bytes; libtiff may forgive that."""
    for offsets, counts in (_STRIPS, _TILES):
        places = zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False)
        if any(offset + count > size for offset, count in places):
            return True
    return False


def _decode(data: bytes, name: str, directory: _Directory, asrgb: bool = False) -> NDArray[Any]:
    """The samples: [H, W] or [H, W, samples]; with `asrgb`, uint8 [H, W, 4]."""
    import imagecodecs  # 0.1 s, and most scans need none of it

    unreadable = ScanError(f"{name} is a kind of TIFF that cannot be read", "save it as 8- or 16-bit grey")
    if directory.samples > 5:
        raise unreadable
    try:
        samples = np.asarray(imagecodecs.tiff_decode(data, asrgb=asrgb))
    except MemoryError as error:
        raise ScanError(f"{name} needs more memory than there is") from error
    except (RuntimeError, ValueError, IndexError) as error:  # TiffError is a RuntimeError
        if any(words in str(error) for words in ("not supported", "not implemented", "can not handle")):
            raise unreadable from error
        raise damaged(name) from error
    if directory.separate and samples.ndim == 3 and not asrgb:
        samples = np.moveaxis(samples, 0, 2)
    if samples.shape[:2] != (directory.height, directory.width) or samples.ndim > 3:
        raise unreadable
    return samples


def _grey(samples: NDArray[Any], directory: _Directory, name: str) -> GreyValues:
    """Grey or RGB samples of 8 bits and more."""
    depth = 8 * samples.itemsize
    shades = samples if samples.ndim == 2 else samples[..., 0]
    multiplied = directory.alpha == _ASSOCIATED
    if directory.photometric == _RGB:
        if samples.ndim != 3 or samples.shape[2] < 3 or samples.dtype not in (np.uint8, np.uint16):
            raise ScanError(f"{name} is a kind of TIFF that cannot be read", "save it as 8- or 16-bit grey")
        if samples.shape[2] > 3 and directory.alpha:
            return over_black(samples[..., :4], depth, multiplied)
        return from_colour(samples[..., :3], depth)
    if samples.ndim == 3 and directory.alpha and samples.dtype in (np.uint8, np.uint16):
        return over_black(samples[..., [0, 0, 0, 1]], depth, multiplied)
    if samples.dtype in (np.uint8, np.uint16):
        values = from_deep(shades, depth)
    else:
        values = from_numbers(shades, name)
    if directory.photometric == _WHITE_IS_ZERO:
        return values._replace(pixels=1 - values.pixels, window=values.window.turned())
    return values
