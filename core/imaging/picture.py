"""Pictures: JPEG, PNG, BMP, WebP and GIF, by Pillow.

Pillow refuses truncated data, prints nothing, and releases the GIL while it decodes. For grey JPEGs it is as
fast as OpenCV, which uses the same library.
"""

from __future__ import annotations

import struct
from io import BytesIO

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from core.errors import ScanError
from core.imaging import codestream, grey, png
from core.imaging.limits import check_size, cut_short, damaged
from core.imaging.orientation import orientation_of, turned
from core.imaging.picture_grey import from_colour, from_image, over_black
from core.imaging.quiet import quiet
from core.imaging.scan import Scan

# The classes themselves, not `Image.open`: that tries every format there is, and warns of large pictures.
_READERS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
}

#: The formats that `decode_picture` reads, as `Scan.format` names them.
FORMATS = frozenset(_READERS)

# What Pillow raises for bad data; the blocks that catch it call nothing but Pillow.
_BAD_DATA = (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, OverflowError, struct.error)


def decode_picture(data: bytes, name: str, kind: str, min_side: int | None = None) -> Scan:
    """The picture in `data`, without `source` and `sha256`.

    Args:
        data: the whole file.
        name: what to call it in an error.
        kind: one of `FORMATS`, as `sniff.kind_of` says.
        min_side: a JPEG may be decoded at 1/2, 1/4 or 1/8 as long as its shorter side keeps this many pixels.

    Raises:
        ScanError: the file is cut short, damaged, too large or small, or of a kind that is not read.
    """
    if kind == "JPEG":
        header = _jpeg_header(data, name)
        if header.bits != 8 or header.kind != "JPEG":
            return _decode_deep_jpeg(data, name, header)
    elif kind == "PNG":
        png.check(data, name)
    elif kind == "WebP" and len(data) < 8 + struct.unpack_from("<I", data, 4)[0]:
        raise cut_short(name)
    image = _open(data, name, kind)
    check_size(name, image.height, image.width)
    reduced = _reduce(image, min_side) if kind == "JPEG" and min_side else 1
    notes = ("it is animated; the first picture was read",) if _is_animated(image) else ()
    _load(image, name)
    if kind == "PNG" and png.is_deep_colour(data):
        values = over_black(png.decode_deep_colour(data, name), 16)
    else:
        values = from_image(image, png.depth_of(data) if kind == "PNG" else 8)
    return Scan(
        pixels=turned(values.pixels, orientation_of(image)),
        window=values.window,
        format=kind,
        bits=values.bits,
        coloured=values.coloured,
        reduced=reduced,
        notes=(*notes, *values.notes),
    )


def _open(data: bytes, name: str, kind: str) -> ImageFile.ImageFile:
    """The image with its header read and its pixels not yet."""
    try:
        with quiet():
            return _READERS[kind](BytesIO(data))
    except Image.DecompressionBombError as error:
        raise ScanError(f"{name} is too large") from error
    except _BAD_DATA as error:
        raise damaged(name) from error


def _load(image: ImageFile.ImageFile, name: str) -> None:
    """Decode the pixels into `image`."""
    try:
        with quiet():
            image.load()
    except MemoryError as error:
        raise ScanError(f"{name} needs more memory than there is") from error
    except Image.DecompressionBombError as error:
        raise ScanError(f"{name} is too large") from error
    except _BAD_DATA as error:
        raise (cut_short if "truncated" in str(error).lower() else damaged)(name) from error


def _reduce(image: ImageFile.ImageFile, min_side: int) -> int:
    """Have a JPEG decoded smaller, by scaling its cosine transform; the factor."""
    width, height = image.size
    factor = next(f for f in (8, 4, 2, 1) if f == 1 or min(width, height) // f >= min_side)
    if factor > 1:
        image.draft(None, (width // factor, height // factor))
    return factor


def _is_animated(image: ImageFile.ImageFile) -> bool:
    try:
        with quiet():
            return bool(getattr(image, "is_animated", False))
    except _BAD_DATA:  # what is damaged comes after the picture that is read
        return False


def _jpeg_header(data: bytes, name: str) -> codestream.Codestream:
    try:
        header = codestream.read_header(data)
    except codestream.CodestreamError as error:
        raise (cut_short if error.cut else damaged)(name) from error
    check_size(name, header.height, header.width)
    return header


def _decode_deep_jpeg(data: bytes, name: str, header: codestream.Codestream) -> Scan:
    """A JPEG with more than 8 bits, a lossless one, or JPEG-LS: none is for Pillow."""
    try:
        samples = codestream.decode(data, header)
    except codestream.CodestreamError as error:
        raise damaged(name) from error
    if samples.ndim == 2:
        return Scan(grey.scaled(samples, (1 << header.bits) - 1), format="JPEG", bits=header.bits)
    if samples.shape[2] != 3:
        raise ScanError(f"{name} is a JPEG with {samples.shape[2]} channels, which cannot be read")
    values = from_colour(samples, header.bits)
    return Scan(values.pixels, format="JPEG", bits=header.bits, coloured=values.coloured)
