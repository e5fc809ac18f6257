"""Stripping: what it makes can be loaded, and what it would break stays as it was."""

from __future__ import annotations

import ctypes
import shutil
import struct
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not (shutil.which("strip") and shutil.which("readelf")),
    reason="needs Linux's binutils",
)


@pytest.fixture
def strip(script):
    return script("linux/strip")


@pytest.fixture
def library(tmp_path):
    import _ctypes

    copy = tmp_path / "library.so"
    shutil.copy2(_ctypes.__file__, copy)
    return copy


def test_a_stripped_library_can_be_loaded(strip, library):
    before = library.stat()
    assert strip.strip([library]) == []
    assert library.stat().st_size <= before.st_size
    assert library.stat().st_mode == before.st_mode
    assert ctypes.CDLL(str(library))
    assert [each.name for each in library.parent.iterdir()] == ["library.so"]


def test_a_segment_off_its_page_is_noticed(strip, library):
    assert strip.can_be_loaded(library)
    content = bytearray(library.read_bytes())
    table, size, count = struct.unpack_from("<Q", content, 32)[0], *struct.unpack_from("<HH", content, 54)
    headers = [table + number * size for number in range(count)]
    loaded = next(at for at in headers if struct.unpack_from("<I", content, at)[0] == 1)
    address = struct.unpack_from("<Q", content, loaded + 16)[0]
    struct.pack_into("<Q", content, loaded + 16, address + 16)
    library.write_bytes(content)
    assert not strip.can_be_loaded(library)


def test_what_cannot_be_stripped_stays_as_it_is(strip, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("no library")
    assert strip.strip([text]) == [text]
    assert text.read_text() == "no library"
    assert [each.name for each in Path(tmp_path).iterdir()] == ["notes.txt"]
