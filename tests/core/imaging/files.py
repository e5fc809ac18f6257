"""Files in every format that is read, made in memory."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.pictures import radiograph

HEIGHT, WIDTH = 72, 96


def grey8(seed: int = 1) -> NDArray[np.uint8]:
    """uint8 [72, 96]."""
    return radiograph(seed, opacity=True, size=(HEIGHT, WIDTH))


def grey16() -> NDArray[np.uint16]:
    """uint16 [72, 96] that uses all 16 bits: the high byte is `grey8`, the low byte says where."""
    low = np.arange(HEIGHT * WIDTH, dtype=np.uint16).reshape(HEIGHT, WIDTH) % 251
    values = grey8() * np.uint16(256) + low
    values[0, 0] = 65535
    return values


def rgb8() -> NDArray[np.uint8]:
    """uint8 [72, 96, 3] with visible colour."""
    grey = grey8().astype(float)
    return np.stack([grey, grey * 0.8, grey * 0.5], axis=2).astype(np.uint8)


def luma(rgb: NDArray[Any]) -> NDArray[np.float64]:
    """The grey of a colour (ITU-R BT.601), in the colour's own units."""
    return np.asarray(rgb[..., :3] @ np.array([0.299, 0.587, 0.114]))


def picture(array: NDArray[Any] | Image.Image, kind: str, **options: Any) -> bytes:
    """`array` as Pillow writes it: uint8 [H, W], [H, W, 3 or 4], uint16 or float32 [H, W]."""
    image = array if isinstance(array, Image.Image) else Image.fromarray(array)
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(depth: int, colour: int, rows: Sequence[bytes], size: tuple[int, int], interlace: int = 0) -> bytes:
    """A PNG from rows as PNG packs them (without filter bytes). `size` is height and width."""
    header = struct.pack(">IIBBBBB", size[1], size[0], depth, colour, 0, 0, interlace)
    content = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def interlaced_png(array: NDArray[np.uint8]) -> bytes:
    """A grey PNG in the seven passes of Adam7, which Pillow does not write."""
    coarse = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4))
    fine = ((0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
    rows = [row.tobytes() for y, x, dy, dx in coarse + fine for row in array[y::dy, x::dx]]
    return png(8, 0, rows, array.shape, interlace=1)


def deep_png(array: NDArray[np.uint16]) -> bytes:
    """A 16-bit PNG: [H, W] grey, [H, W, 2] with alpha, [H, W, 3] RGB, [H, W, 4] RGBA."""
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[1 if array.ndim == 2 else array.shape[2]]
    return png(16, colour, [row.astype(">u2").tobytes() for row in array], array.shape[:2])


def tiff(tags: dict[int, int | Sequence[int]], strip: bytes, order: str = "<") -> bytes:
    """A TIFF of one strip from bare tags, which may say what no library would write. All are LONG."""
    tags = {273: 0, 278: tags.get(257, 0), 279: len(strip), 277: 1, 259: 1, **tags}
    entries, extra = b"", b""
    at = 8 + 2 + 12 * len(tags) + 4
    for tag in sorted(tags):
        value = tags[tag]
        values = [value] if isinstance(value, int) else list(value)
        content = struct.pack(f"{order}{len(values)}I", *values)
        if tag == 273 and value == 0:
            content = b"strp"  # filled in when its place is known
        if len(content) > 4:
            content, extra = struct.pack(f"{order}I", at + len(extra)), extra + content
        entries += struct.pack(f"{order}HHI", tag, 4, len(values)) + content
    entries = entries.replace(b"strp", struct.pack(f"{order}I", at + len(extra)))
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(tags))
    return start + entries + bytes(4) + extra + strip


def grey_tiff(array: NDArray[Any], order: Literal["<", ">"] = "<", **tags: int) -> bytes:
    """An uncompressed TIFF of integers or floats; `tags` by number, as t262=0."""
    fields = {256: array.shape[1], 257: array.shape[0], 258: 8 * array.itemsize, 262: 1}
    fields |= {339: {"u": 1, "i": 2, "f": 3}[array.dtype.kind]}
    fields |= {int(tag[1:]): value for tag, value in tags.items()}
    return tiff(fields, array.astype(array.dtype.newbyteorder(order)).tobytes(), order)


def planar_tiff(rgb: NDArray[np.uint8]) -> bytes:
    """A TIFF that keeps red, green and blue apart."""
    height, width = rgb.shape[:2]
    tags = {256: width, 257: height, 258: (8, 8, 8), 262: 2, 277: 3, 284: 2, 279: [height * width] * 3}
    pixels = np.ascontiguousarray(rgb.transpose(2, 0, 1)).tobytes()
    start = len(tiff({**tags, 273: (0, 0, 0)}, b""))
    return tiff({**tags, 273: [start + plane * height * width for plane in range(3)]}, pixels)


def webp_of(height: int, width: int) -> bytes:
    """A WebP that announces a canvas and holds nothing; a whole one where it is small."""
    if 0 < height < 64:
        return picture(np.zeros((height, width, 3), np.uint8), "WEBP")
    height, width = max(height, 1), max(width, 1)
    vp8x = b"\x10\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", len(vp8x)) + vp8x
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp_header(height: int, width: int) -> bytes:
    """An 8-bit BMP that announces a size and holds no pixels."""
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 14 + len(info), 0, 0, 14 + len(info)) + info
