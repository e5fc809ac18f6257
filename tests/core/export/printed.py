"""What is printed on the pages of a PDF that reportlab wrote, read back without its help."""

from __future__ import annotations

import base64
import io
import re
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_STREAM = re.compile(rb"<<([^<>]*(?:<<[^<>]*>>[^<>]*)*)>>\s*stream\r?\n(.*?)endstream", re.DOTALL)
_SHOWN = re.compile(rb"\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)


def _streams(path: Path) -> list[tuple[bytes, bytes]]:
    """The dictionary and the content of every stream, unpacked but for JPEG."""
    found = []
    for facts, content in _STREAM.findall(path.read_bytes()):
        if b"ASCII85Decode" in facts:
            content = base64.a85decode(content.strip().removesuffix(b"~>"))
        if b"FlateDecode" in facts:
            content = zlib.decompress(content)
        found.append((facts, content))
    return found


def pages(path: Path) -> list[list[str]]:
    """The texts of each page, in the order they were drawn; letters that are not ASCII come out as others."""
    shown = [
        [re.sub(rb"\\(.)", rb"\1", text).decode("latin-1") for text in _SHOWN.findall(content)]
        for facts, content in _streams(path)
        if b"/Subtype" not in facts and b"/Length1" not in facts and b" Tj" in content
    ]
    return [texts for texts in shown if texts]


def words(path: Path) -> str:
    """Everything that is printed."""
    return "\n".join("\n".join(page) for page in pages(path))


def total(path: Path) -> str:
    """The number of pages, as it is printed on each."""
    (form,) = (content for facts, content in _streams(path) if b"/Subtype /Form" in facts)
    return _SHOWN.findall(form)[0].decode()


def pictures(path: Path) -> list[NDArray[np.uint8]]:
    """Every picture, uint8 [H, W, 3]."""
    return [
        np.asarray(Image.open(io.BytesIO(content)))
        for facts, content in _streams(path)
        if b"/Subtype /Image" in facts
    ]


def properties(path: Path) -> bytes:
    """What the file says of itself: title, author and the like."""
    data = path.read_bytes()
    return b"\n".join(re.findall(rb"/(?:Title|Author|Creator|Subject|Keywords|Producer) .*", data))
