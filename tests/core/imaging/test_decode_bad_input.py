"""Whatever is wrong with a file, there is one clear line, and nothing is printed."""

from __future__ import annotations

import logging
import os
import struct
import threading
import time
import tracemalloc
import warnings
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset

from core.errors import ScanError
from core.imaging import decode as decode_module
from core.imaging.decode import decode, decode_file, read_bytes
from core.imaging.limits import MAX_PIXELS
from core.imaging.quiet import quiet
from core.imaging.scan import Scan
from tests.core.imaging import test_decode, test_dicom
from tests.core.imaging.dicom_files import bare, dataset, dicom, written
from tests.core.imaging.files import (
    bmp_header,
    chunk,
    deep_png,
    grey8,
    grey16,
    grey_tiff,
    picture,
    png,
    tiff,
    webp_of,
)

pytestmark = pytest.mark.filterwarnings("error")


def refused(data: bytes, name: str = "x.png") -> ScanError:
    """The one line that `data` is refused with, checked to be one."""
    with pytest.raises(ScanError) as caught:
        decode(data, f"some/folder/{name}")
    error = caught.value
    assert error.message.startswith(name)
    for line in (error.message, error.hint):
        assert "\n" not in line
        assert not line.endswith(".")
        assert "0x" not in line
        assert "Error" not in line
    return error


@pytest.fixture(autouse=True)
def nothing_printed_or_logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    with caplog.at_level(logging.INFO):
        yield
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


# Files that are not files


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    for path, words in (
        (tmp_path / "gone.png", "gone.png does not exist"),
        (tmp_path, f"{tmp_path.name} is a folder"),
        (tmp_path / "empty.png", "empty.png is empty"),
        (tmp_path / "empty.png" / "deeper.png", "deeper.png could not be read"),
        ("a\0b.png", "is not the name of a file"),
    ):
        with pytest.raises(ScanError) as caught:
            decode_file(path)
        assert words in caught.value.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(ScanError, match=r"pipe\.png is not an ordinary file"):
        read_bytes(tmp_path / "pipe.png")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.png"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(ScanError, match=r"mine\.png may not be read"):
        read_bytes(path)


def test_what_the_system_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    for error, words in (
        (PermissionError(13, "Permission denied"), "a.png may not be read"),
        (OSError(5, "Input/output error"), "a.png could not be read (Input/output error)"),
    ):

        def fail(*_: object, error: OSError = error) -> None:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(Path, "read_bytes", fail)
            with pytest.raises(ScanError) as caught:
                read_bytes(path)
        assert words in caught.value.message


def test_an_absurdly_large_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_module, "MAX_FILE_BYTES", 1 << 20)
    path = tmp_path / "big.png"
    path.write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(ScanError, match=r"big\.png is larger than 1 MB"):
        decode_file(path)


# Content that is no scan

STRANGERS = {
    "text": (b"Dear colleague,\nplease find attached", "is a text file"),
    "text, UTF-8 cut within a letter": (("\u00e4" * 5000).encode()[:4097], "is a text file"),
    "text, UTF-16": ("Dear colleague".encode("utf-16"), "is a text file"),
    "one byte": (b"x", "is a text file"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "is a PDF document"),
    "ZIP": (b"PK\x03\x04\x14\0\0\0\x08\0", "is a ZIP archive"),
    "web page": (b"\n <!DOCTYPE html><html><body>404</body></html>", "is a web page"),
    "web page, no type": (b"<HTML><head>", "is a web page"),
    "gzip": (b"\x1f\x8b\x08\0\0\0\0\0", "is a gzip archive"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0", "is a HEIC photo"),
    "video": (b"\0\0\0\x18ftypisom\0\0\0\0", "is a video"),
    "JPEG 2000": (bytes(imagecodecs.jpeg2k_encode(grey8(), codecformat="J2K")), "is a JPEG 2000 picture"),
    "zeros": (bytes(5000), "holds nothing but zeros"),
    "noise": (bytes(range(255, 0, -1)) * 20, "is not a picture"),
    "BM, but no bitmap": (b"BMW and other cars", "is a text file"),
    "the letters DICM too early": (b"DICM" * 30, "is a text file"),
}


@pytest.mark.parametrize(("data", "words"), STRANGERS.values(), ids=STRANGERS.keys())
def test_what_is_no_scan_is_named(data: bytes, words: str) -> None:
    error = refused(data)
    assert words in error.message
    assert error.hint


def _report() -> bytes:
    ds = dataset(grey8())
    for keyword in ("Rows", "Columns", "BitsAllocated", "BitsStored"):
        delattr(ds, keyword)
    return written(ds)


def _document() -> bytes:
    ds = dataset(grey8())
    ds.EncapsulatedDocument = b"%PDF"
    return written(ds)


def _directory() -> bytes:
    ds = Dataset()
    ds.SOPClassUID = uid.MediaStorageDirectoryStorage
    ds.SOPInstanceUID = "1.2.3"
    ds.DirectoryRecordSequence = []
    return written(ds)


def _without(keyword: str) -> bytes:
    ds = dataset(grey8())
    ds.PixelData = grey8().tobytes()
    ds["PixelData"].VR = "OB"
    delattr(ds, keyword)
    return written(ds)


def _float_pixels() -> bytes:
    ds = dataset(grey8())
    ds.FloatPixelData = bytes(4 * grey8().size)
    return written(ds)


def _video() -> bytes:
    return dicom(grey8(), syntax=uid.MPEG2MPML, code=b"\0\0\x01\xb3" + bytes(100))


DICOM_WITHOUT_SCAN = {
    "report": (_report, "holds no picture"),
    "document": (_document, "is a document in DICOM"),
    "directory": (_directory, "is the index of a DICOM disc"),
    "measurements": (_float_pixels, "holds a map of measurements"),
    "video": (_video, "is compressed in a way that cannot be read (MPEG2 Main Profile / Main Level)"),
    "unknown compression": (
        lambda: dicom(grey8(), syntax=uid.JPEG2000, code=bytes(100)).replace(
            uid.JPEG2000.encode(), b"1.2.3.4.5".ljust(len(uid.JPEG2000), b"\0")
        ),
        "is compressed in a way that cannot be read (an unknown transfer syntax)",
    ),
    "no rows": (lambda: _without("Rows"), "is damaged"),
    "no bits": (lambda: _without("BitsAllocated"), "does not say how its pixels are stored"),
    "12 bits packed": (
        lambda: dicom(grey8(), BitsAllocated=12, BitsStored=12), "stores its pixels as 12 of 12"
    ),
    "more bits than there are": (lambda: dicom(grey8(), 9), "stores its pixels as 9 of 8"),
    "colour with one sample": (lambda: dicom(grey8(), PhotometricInterpretation="RGB"), "is damaged"),
    "more rows than pixels": (lambda: dicom(grey8(), Rows=73), "is cut short"),
    "more frames than pixels": (lambda: dicom(grey8(), NumberOfFrames=2), "is cut short"),
    "another size within": (
        lambda: dicom(grey8(), syntax=uid.JPEGLSLossless, code=imagecodecs.jpegls_encode(grey8()[:60])),
        "its picture is not of the size",
    ),
    "no codestream": (
        lambda: dicom(grey8(), syntax=uid.JPEGBaseline8Bit, code=b"\0\0"), "is damaged"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "words"), DICOM_WITHOUT_SCAN.values(), ids=DICOM_WITHOUT_SCAN.keys())
def test_dicom_without_a_scan_is_refused(data: Callable[[], bytes], words: str) -> None:
    assert words in refused(data(), "x.dcm").message


# Headers that promise too much or too little


def _jpeg_of(height: int, width: int) -> bytes:
    code = bytearray(picture(grey8(), "JPEG"))
    at = code.index(b"\xff\xc0")
    code[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(code)


SIZED: dict[str, Callable[[int, int], bytes]] = {
    "PNG": lambda h, w: png(8, 0, [bytes(4)], (h, w)),
    "PNG 16 bit": lambda h, w: png(16, 6, [bytes(4)], (h, w)),
    "TIFF": lambda h, w: tiff({256: w, 257: h, 258: 8, 262: 1}, bytes(64)),
    "TIFF LZW": lambda h, w: tiff({256: w, 257: h, 258: 8, 262: 1, 259: 5}, bytes(64)),
    "BMP": bmp_header,
    "WebP": webp_of,
    "JPEG": _jpeg_of,
    "DICOM": lambda h, w: dicom(grey8(), Rows=h, Columns=w),
    "DICOM RLE": lambda h, w: dicom(grey8(), Rows=h, Columns=w, syntax=uid.RLELossless, code=bytes(64)),
    "DICOM JPEG 2000": lambda h, w: dicom(
        grey8(), Rows=h, Columns=w, syntax=uid.JPEG2000, code=imagecodecs.jpeg2k_encode(grey8())
    ),
}


@pytest.mark.parametrize("kind", SIZED)
@pytest.mark.parametrize("side", [16000, 65500, 100_000])
def test_a_huge_picture_is_refused_from_its_header(kind: str, side: int) -> None:
    side = min(side, 65535) if kind.startswith(("JPEG", "DICOM")) else side  # the most they can say
    assert "is too large" in refused(SIZED[kind](side, side)).message


@pytest.mark.parametrize("make", SIZED.values(), ids=SIZED.keys())
@pytest.mark.parametrize("side", [0, 1, 31])
def test_a_tiny_picture_is_refused(make: Callable[[int, int], bytes], side: int) -> None:
    message = refused(make(side, side)).message
    assert "is too small" in message or (side == 0 and "is damaged" in message)


def test_a_picture_of_the_least_size_is_read() -> None:
    assert decode(picture(grey8()[:32, :32], "PNG"), "a").pixels.shape == (32, 32)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "DICOM"])
def test_a_bomb_is_not_unpacked(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zlib.compress(bytes(1 << 24), 9)  # 16 kB that grow to 16 MB
    if kind == "PNG":
        text = chunk(b"zTXt", b"Comment\0\0" + bomb)
        profile = chunk(b"iCCP", b"ICC\0\0" + bomb)
        whole = picture(grey8(), "PNG")
        data = whole[:33] + profile + text + whole[33:]
    elif kind == "TIFF":
        data = tiff({256: 64, 257: 64, 258: 8, 262: 1, 259: 8}, bomb)
    else:
        monkeypatch.setattr("core.imaging.dicom_read.MAX_FILE_BYTES", 1 << 20)
        start = dicom(grey8(), syntax=uid.DeflatedExplicitVRLittleEndian)
        meta = 132 + 12 + struct.unpack_from("<I", start, 140)[0]
        data = start[:meta] + bomb[2:-4]
        assert "unpacks to more than 1 MB" in refused(data).message
    tracemalloc.start()
    assert isinstance(outcome(data), (Scan, ScanError))
    assert tracemalloc.get_traced_memory()[1] < 1 << 23
    tracemalloc.stop()


def test_zeros_after_the_elements_are_not_parsed_for_ever() -> None:
    """As a copy leaves them that was given its full size and then broken off."""
    started = time.process_time()
    assert "holds no picture" in refused(_report() + bytes(2_000_000), "x.dcm").message
    taken = time.process_time() - started
    started = time.process_time()
    assert "holds no picture" in refused(_report() + bytes(100_000_000), "x.dcm").message
    assert time.process_time() - started < 5 * taken


# Files cut short


@cache
def whole_files() -> dict[str, bytes]:
    """A file of every kind, small."""
    kinds = {name: bytes(case.data()) for name, case in test_decode.CASES.items()}
    kinds |= {f"DICOM {name}": case.data() for name, case in test_dicom.CASES.items()}
    del kinds["JPEG with rubbish behind"]
    return kinds


def outcome(data: bytes) -> Scan | ScanError:
    try:
        return decode(data, "x.dat")
    except ScanError as error:
        return error


@pytest.mark.parametrize("kind", whole_files())
def test_a_file_cut_short_is_refused(kind: str) -> None:
    whole = whole_files()[kind]
    # The last bytes of some formats are no part of the picture: a second page, an end mark, padding.
    tail = 16 if kind.startswith("DICOM") else 4 if kind.startswith("GIF") else 1
    if "several pages" in kind or "animated" in kind:
        tail = len(whole) * 2 // 3
    for length in {int(part * (len(whole) - tail)) for part in np.linspace(0.001, 1, 14)}:
        result = outcome(whole[:length])
        assert isinstance(result, ScanError), f"{length} of {len(whole)} bytes were read as a scan"


def test_a_jpeg_whose_end_was_never_written_is_refused() -> None:
    whole = picture(grey8(), "JPEG")
    for filler in (bytes(2000), b"\xff" * 2000, b"abc" * 700):
        assert "is cut short" in refused(whole[: len(whole) // 2] + filler, "x.jpg").message


def test_a_cut_jpeg_with_a_thumbnail_is_refused() -> None:
    whole = picture(grey8(), "JPEG")
    thumbnail = picture(grey8()[:40, :40], "JPEG")
    content = b"Exif\0\0" + thumbnail
    whole = whole[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + whole[2:]
    assert isinstance(outcome(whole), Scan)
    assert "is cut short" in refused(whole[:-200], "x.jpg").message


CUT = {
    "PNG": lambda: picture(grey8(), "PNG")[:-30],
    "WebP": lambda: picture(np.dstack([grey8()] * 3), "WEBP")[:-30],
    "BMP": lambda: picture(grey8(), "BMP")[:-30],
    "TIFF": lambda: grey_tiff(grey16())[:-30],
    "TIFF LZW": lambda: picture(grey8(), "TIFF", compression="tiff_lzw")[:600],
    "DICOM": lambda: dicom(grey16())[:-30],
    "DICOM, no preamble": lambda: bare(grey16(), implicit=True)[:-30],
    "DICOM JPEG": lambda: dicom(grey8(), syntax=uid.JPEGBaseline8Bit, code=picture(grey8(), "JPEG")[:-60]),
    "DICOM JPEG-LS": lambda: dicom(
        grey8(), syntax=uid.JPEGLSLossless, code=imagecodecs.jpegls_encode(grey16())[:-60]
    ),
}


@pytest.mark.parametrize("data", CUT.values(), ids=CUT.keys())
def test_it_is_said_that_a_file_is_cut_short(data: Callable[[], bytes]) -> None:
    assert refused(data()).message == "x.png is cut short"


# Damage within


def test_a_colour_profile_that_is_wrong_is_no_matter() -> None:
    whole = deep_png(np.dstack([grey16()] * 3))
    profile = chunk(b"iCCP", b"ICC\0\0" + zlib.compress(bytes(200)))
    gamma = chunk(b"gAMA", bytes(4))
    assert decode(whole[:33] + profile + gamma + whole[33:], "a").bits == 16


def test_a_dicom_file_whose_preamble_is_a_tiff_header_is_dicom() -> None:
    data = b"II*\0\x10\0\0\0" + dicom(grey8())[8:]
    assert decode(data, "a").format == "DICOM"


def test_a_wrong_checksum_in_a_png_is_noticed() -> None:
    data = bytearray(picture(grey8(), "PNG"))
    data[len(data) // 2] ^= 1
    assert "is damaged" in refused(bytes(data)).message


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused(value: float) -> None:
    values = (grey8() / 255).astype(np.float32)
    values[3, 4] = value
    assert "holds values that are not numbers" in refused(grey_tiff(values)).message


def test_a_tiff_of_a_kind_that_is_not_read_is_said_to_be_one() -> None:
    assert "is a kind of TIFF that cannot be read" in refused(grey_tiff(np.zeros((64, 64)), t258=24)).message


@pytest.mark.parametrize(
    "magic",
    [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"RIFF\x10\0\0\0WEBP", b"GIF89a",
     b"BM" + bytes(12) + b"\x28\0\0\0", bytes(128) + b"DICM", b"\x08\0\x05\0CS\x0a\0"],
)  # fmt: skip
@pytest.mark.parametrize("rest", [b"", bytes(500), b"\xff" * 500, bytes(range(256)) * 3, b"text " * 99])
def test_rubbish_behind_a_right_start_is_refused(magic: bytes, rest: bytes) -> None:
    refused(magic + rest)


@settings(max_examples=400)
@given(data=st.data())
def test_any_damage_gives_a_scan_or_one_line(data: st.DataObject) -> None:
    whole = bytearray(whole_files()[data.draw(st.sampled_from(sorted(whole_files())))])
    end = data.draw(st.sampled_from([len(whole), 400]))
    places = st.tuples(st.integers(0, min(end, len(whole)) - 1), st.integers(0, 7))
    for place, bit in data.draw(st.lists(places, max_size=6)):
        whole[place] ^= 1 << bit
    cut = data.draw(st.integers(0, len(whole)) | st.just(len(whole)))
    result = outcome(bytes(whole[:cut]))
    if isinstance(result, Scan):
        assert np.isfinite(result.pixels).all()
        assert 0 <= result.pixels.min() <= result.pixels.max() <= 1
        assert result.pixels.size <= MAX_PIXELS
        assert np.isfinite(result.windowed()).all()
    else:
        assert result.message.startswith("x.dat")


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_give_one_line(data: bytes) -> None:
    assert isinstance(outcome(data), ScanError)


def test_our_own_mistakes_are_not_taken_for_bad_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistake(*_: object) -> None:
        raise TypeError("ours")

    monkeypatch.setattr("core.imaging.picture.from_image", mistake)
    with pytest.raises(TypeError, match="ours"):
        decode(picture(grey8(), "PNG"), "a")
    monkeypatch.setattr("core.imaging.dicom_grey.to_grey", mistake)
    with pytest.raises(TypeError, match="ours"):
        decode(dicom(grey8()), "a")


# Quiet


def test_the_list_of_warnings_is_put_back() -> None:
    before = list(warnings.filters)
    for data in (dicom(grey8()), picture(grey8(), "JPEG"), b"\x89PNG\r\n\x1a\n"):
        outcome(data)
        assert list(warnings.filters) == before


def test_several_threads_may_be_quiet_at_once() -> None:
    before = list(warnings.filters)
    first_in, second_in, first_out = (threading.Event() for _ in range(3))

    def overlapping() -> None:
        first_in.wait(5)
        with quiet():
            second_in.set()
            first_out.wait(5)

    other = threading.Thread(target=overlapping)
    other.start()
    with quiet():
        first_in.set()
        assert second_in.wait(5)
    first_out.set()
    other.join()
    assert list(warnings.filters) == before


def test_files_may_be_decoded_by_several_threads_at_once() -> None:
    files = [data for kind, data in whole_files().items() if "animated" not in kind]
    alone = [outcome(data) for data in files]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(outcome, files))
    for one, other in zip(alone, together, strict=True):
        assert isinstance(one, Scan)
        assert isinstance(other, Scan)
        assert np.array_equal(one.pixels, other.pixels)


def test_warnings_of_others_are_heard() -> None:
    with quiet(), pytest.warns(UserWarning, match="ours"):
        warnings.warn("ours", stacklevel=1)


def test_a_library_that_warns_is_not_heard() -> None:
    image = Image.fromarray(grey8())
    file = BytesIO()
    image.save(file, "TIFF")
    data = bytearray(file.getvalue())
    # An entry whose value lies far beyond the file: Pillow warns of that.
    start = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, start)[0]
    for place in range(start + 2, start + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, place)[0] not in (256, 257, 258, 259, 262, 273, 277, 278, 279):
            struct.pack_into("<HII", data, place + 2, 2, 1000, 1 << 30)
    assert isinstance(outcome(bytes(data)), (Scan, ScanError))
