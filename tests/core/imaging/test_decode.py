"""Every picture format, compared with what was written."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.imaging.decode import decode, decode_file, read_bytes
from core.imaging.scan import FULL_RANGE, Window
from tests.core.imaging.files import (
    deep_png,
    grey8,
    grey16,
    grey_tiff,
    interlaced_png,
    luma,
    picture,
    planar_tiff,
    png,
    rgb8,
    tiff,
)
from tests.pictures import radiograph

pytestmark = pytest.mark.filterwarnings("error")

EXACT, ROUNDED, LOSSY = 1e-7, 0.6 / 255, 0.09


class Case(NamedTuple):
    """A file, the pixels it should give, and what `Scan` should say of them."""

    data: Callable[[], bytes | bytearray]
    pixels: Callable[[], NDArray[Any]]
    tolerance: float = EXACT
    format: str = "PNG"
    bits: int = 8
    coloured: bool = False
    notes: int = 0


def _grey_rgb() -> NDArray[np.uint8]:
    return np.dstack([grey8()] * 3)


def _alpha8() -> NDArray[np.uint8]:
    alpha = np.full_like(grey8(), 255)
    alpha[:, :40] = 128
    alpha[:20] = 0
    return alpha


def _alpha16() -> NDArray[np.uint16]:
    return _alpha8().astype(np.uint16) * 257


def _palette() -> Image.Image:
    return Image.fromarray(rgb8()).quantize(64)


def _see_through_palette() -> bytes:
    image = Image.new("P", (96, 72), 1)
    image.putpalette([255, 255, 255, 90, 90, 90])
    image.paste(0, (0, 0, 48, 72))
    return picture(image, "PNG", transparency=0)


def _half_grey() -> NDArray[np.float64]:
    pixels = np.zeros((72, 96))
    pixels[:, 48:] = 90 / 255
    return pixels


def _cmyk() -> Image.Image:
    return Image.fromarray(rgb8()).convert("CMYK")


def _bits(array: NDArray[np.uint8], bits: int) -> bytes:
    """`array` rounded down to 1, 2 or 4 bits, as a grey PNG of that depth."""
    small = (array >> (8 - bits)).reshape(len(array), -1, 8 // bits)
    packed = (small << np.arange(8 - bits, -1, -bits, dtype=np.uint8)).sum(axis=2).astype(np.uint8)
    return png(bits, 0, [row.tobytes() for row in packed], array.shape)


def _deep_bmp(alpha: NDArray[np.uint8]) -> bytes:
    """A BMP of 32 bits whose header says where alpha is, with `alpha` [72, 96] there."""
    pixels = np.dstack([_grey_rgb(), alpha]).tobytes()
    header = struct.pack("<IiiHHIIiiII", 108, 96, -72, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    header += struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs" + bytes(48)
    start = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + pixels


def _pages(kind: str, **options: Any) -> bytes:
    first, second = Image.fromarray(grey8(1)), Image.fromarray(grey8(2))
    return picture(first, kind, save_all=True, append_images=[second], **options)


def _deep12() -> NDArray[np.uint16]:
    return grey16() // np.uint16(16)


def _tiff(compression: str | None) -> Case:
    data = picture(grey8(), "TIFF", compression=compression)
    return Case(lambda: data, lambda: grey8() / 255, format="TIFF")


CASES = {
    "JPEG grey": Case(lambda: picture(grey8(), "JPEG", quality=95), lambda: grey8() / 255, LOSSY, "JPEG"),
    "JPEG progressive": Case(
        lambda: picture(grey8(), "JPEG", quality=95, progressive=True), lambda: grey8() / 255, LOSSY, "JPEG"
    ),
    "JPEG with restart markers": Case(
        lambda: picture(grey8(), "JPEG", quality=95, restart_marker_rows=1),
        lambda: grey8() / 255, LOSSY, "JPEG",
    ),
    "JPEG grey as colour": Case(
        lambda: picture(_grey_rgb(), "JPEG", quality=95), lambda: grey8() / 255, LOSSY, "JPEG"
    ),
    "JPEG colour": Case(
        lambda: picture(rgb8(), "JPEG", quality=95), lambda: luma(rgb8()) / 255, LOSSY, "JPEG", coloured=True
    ),
    "JPEG CMYK": Case(
        lambda: picture(_cmyk(), "JPEG", quality=95), lambda: luma(rgb8()) / 255, LOSSY, "JPEG", coloured=True
    ),
    "JPEG with rubbish behind": Case(
        lambda: picture(grey8(), "JPEG", quality=95) + b"rubbish", lambda: grey8() / 255, LOSSY, "JPEG"
    ),
    "JPEG 12 bit": Case(
        lambda: imagecodecs.jpeg8_encode(_deep12(), level=98, bitspersample=12),
        lambda: _deep12() / 4095, LOSSY, "JPEG", bits=12,
    ),
    "JPEG lossless 16 bit": Case(
        lambda: imagecodecs.jpeg8_encode(grey16(), lossless=True, predictor=1, bitspersample=16),
        lambda: grey16() / 65535, EXACT, "JPEG", bits=16,
    ),
    "JPEG-LS colour": Case(
        lambda: imagecodecs.jpegls_encode(rgb8()), lambda: luma(rgb8()) / 255, ROUNDED, "JPEG", coloured=True
    ),
    "PNG grey": Case(lambda: picture(grey8(), "PNG"), lambda: grey8() / 255),
    "PNG interlaced": Case(lambda: interlaced_png(grey8()), lambda: grey8() / 255),
    "PNG 1 bit": Case(lambda: _bits(grey8(), 1), lambda: (grey8() >> 7).astype(float), bits=1),
    "PNG 2 bit": Case(lambda: _bits(grey8(), 2), lambda: (grey8() >> 6) / 3, bits=2),
    "PNG 4 bit": Case(lambda: _bits(grey8(), 4), lambda: (grey8() >> 4) / 15, bits=4),
    "PNG 16 bit": Case(lambda: picture(grey16(), "PNG"), lambda: grey16() / 65535, bits=16),
    "PNG grey as RGB": Case(lambda: picture(_grey_rgb(), "PNG"), lambda: grey8() / 255),
    "PNG RGB": Case(lambda: picture(rgb8(), "PNG"), lambda: luma(rgb8()) / 255, ROUNDED, coloured=True),
    "PNG palette": Case(
        lambda: picture(_palette(), "PNG"), lambda: luma(np.asarray(_palette().convert("RGB"))) / 255,
        ROUNDED, coloured=True,
    ),
    "PNG palette, see-through": Case(_see_through_palette, _half_grey, notes=1),
    "PNG RGBA, opaque": Case(
        lambda: picture(np.dstack([_grey_rgb(), np.full_like(grey8(), 255)]), "PNG"), lambda: grey8() / 255
    ),
    "PNG RGBA": Case(
        lambda: picture(np.dstack([_grey_rgb(), _alpha8()]), "PNG"),
        lambda: grey8() / 255 * _alpha8() / 255, notes=1,
    ),
    "PNG grey and alpha": Case(
        lambda: picture(np.dstack([grey8(), _alpha8()]), "PNG"),
        lambda: grey8() / 255 * _alpha8() / 255, notes=1,
    ),
    "PNG 16 bit RGB": Case(
        lambda: deep_png(np.dstack([grey16()] * 3)), lambda: grey16() / 65535, bits=16,
    ),
    "PNG 16 bit RGB, coloured": Case(
        lambda: deep_png(np.dstack([grey16(), grey16() // 2, grey16() // 4])),
        lambda: luma(np.dstack([grey16(), grey16() // 2, grey16() // 4])) / 65535,
        1e-4, bits=16, coloured=True,
    ),
    "PNG 16 bit RGBA": Case(
        lambda: deep_png(np.dstack([grey16()] * 3 + [_alpha16()])),
        lambda: grey16() / 65535 * _alpha16() / 65535, bits=16, notes=1,
    ),
    "PNG 16 bit grey and alpha": Case(
        lambda: deep_png(np.dstack([grey16(), _alpha16()])),
        lambda: grey16() / 65535 * _alpha16() / 65535, bits=16, notes=1,
    ),
    "PNG animated": Case(lambda: _pages("PNG"), lambda: grey8() / 255, notes=1),
    **{
        f"TIFF {compression or 'plain'}": _tiff(compression)
        for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits")
    },
    "TIFF JPEG": Case(
        lambda: picture(grey8(), "TIFF", compression="jpeg", quality=95), lambda: grey8() / 255, LOSSY, "TIFF"
    ),
    "TIFF 16 bit": Case(lambda: grey_tiff(grey16()), lambda: grey16() / 65535, format="TIFF", bits=16),
    "TIFF 16 bit, big-endian": Case(
        lambda: grey_tiff(grey16(), ">"), lambda: grey16() / 65535, format="TIFF", bits=16
    ),
    "TIFF 16 bit LZW": Case(
        lambda: picture(grey16(), "TIFF", compression="tiff_lzw"),
        lambda: grey16() / 65535, format="TIFF", bits=16,
    ),
    "TIFF white is zero": Case(
        lambda: grey_tiff(255 - grey8(), t262=0), lambda: grey8() / 255, format="TIFF"
    ),
    "TIFF 16 bit, white is zero": Case(
        lambda: grey_tiff(65535 - grey16(), t262=0), lambda: grey16() / 65535, format="TIFF", bits=16
    ),
    "TIFF 1 bit": Case(
        lambda: picture(Image.fromarray(grey8()).convert("1", dither=Image.Dither.NONE), "TIFF"),
        lambda: (grey8() >= 128).astype(float), format="TIFF", bits=1,
    ),
    "TIFF fax": Case(
        lambda: picture(
            Image.fromarray(grey8()).convert("1", dither=Image.Dither.NONE), "TIFF", compression="group4"
        ),
        lambda: (grey8() >= 128).astype(float), format="TIFF", bits=1,
    ),
    "TIFF 16 bit RGB": Case(
        lambda: tiff(
            {256: 96, 257: 72, 258: (16, 16, 16), 262: 2, 277: 3}, np.dstack([grey16()] * 3).tobytes()
        ),
        lambda: grey16() / 65535, format="TIFF", bits=16,
    ),
    "TIFF RGB by planes": Case(
        lambda: planar_tiff(rgb8()), lambda: luma(rgb8()) / 255, ROUNDED, "TIFF", coloured=True
    ),
    "TIFF RGBA": Case(
        lambda: picture(np.dstack([_grey_rgb(), _alpha8()]), "TIFF"),
        lambda: grey8() / 255 * _alpha8() / 255, format="TIFF", notes=1,
    ),
    "TIFF grey and alpha": Case(
        lambda: picture(Image.fromarray(np.dstack([grey8(), _alpha8()])), "TIFF"),
        lambda: grey8() / 255 * _alpha8() / 255, format="TIFF", notes=1,
    ),
    "TIFF RGBA, multiplied already": Case(
        lambda: tiff(
            {256: 96, 257: 72, 258: (8, 8, 8, 8), 262: 2, 277: 4, 338: 1},
            np.dstack([np.minimum(_grey_rgb(), _alpha8()[..., None]), _alpha8()]).tobytes(),
        ),
        lambda: np.minimum(grey8(), _alpha8()) / 255, format="TIFF", notes=1,
    ),
    "TIFF 16 bit grey and alpha, multiplied already": Case(
        lambda: tiff(
            {256: 96, 257: 72, 258: (16, 16), 262: 1, 277: 2, 338: 1},
            np.dstack([np.minimum(grey16(), _alpha16()), _alpha16()]).tobytes(),
        ),
        lambda: np.minimum(grey16(), _alpha16()) / 65535, format="TIFF", bits=16, notes=1,
    ),
    "TIFF palette": Case(
        lambda: picture(_palette(), "TIFF"), lambda: luma(np.asarray(_palette().convert("RGB"))) / 255,
        ROUNDED, "TIFF", coloured=True,
    ),
    "TIFF YCbCr JPEG": Case(
        lambda: picture(Image.fromarray(rgb8()).convert("YCbCr"), "TIFF", compression="jpeg", quality=95),
        lambda: luma(rgb8()) / 255, LOSSY, "TIFF", coloured=True,
    ),
    "TIFF double": Case(
        lambda: grey_tiff(grey16() / 65535), lambda: grey16() / 65535, format="TIFF", bits=64
    ),
    "TIFF RGB": Case(
        lambda: picture(rgb8(), "TIFF"), lambda: luma(rgb8()) / 255, ROUNDED, "TIFF", coloured=True
    ),
    "TIFF float": Case(
        lambda: grey_tiff((grey16() / 65535).astype(np.float32)),
        lambda: grey16() / 65535, format="TIFF", bits=32,
    ),
    "TIFF float of any range": Case(
        lambda: grey_tiff(grey8().astype(np.float32) * 10 - 300),
        lambda: (grey8() - float(grey8().min())) / np.ptp(grey8()), 1e-6, "TIFF", bits=32, notes=1,
    ),
    "TIFF signed": Case(
        lambda: grey_tiff(grey8().astype(np.int16) - 100),
        lambda: (grey8() - float(grey8().min())) / np.ptp(grey8()), 1e-6, "TIFF", bits=16, notes=1,
    ),
    "TIFF several pages": Case(lambda: _pages("TIFF"), lambda: grey8() / 255, format="TIFF", notes=1),
    "BMP grey": Case(lambda: picture(grey8(), "BMP"), lambda: grey8() / 255, format="BMP"),
    "BMP RGB": Case(
        lambda: picture(rgb8(), "BMP"), lambda: luma(rgb8()) / 255, ROUNDED, "BMP", coloured=True
    ),
    "BMP 32 bit": Case(
        lambda: _deep_bmp(_alpha8()), lambda: grey8() / 255 * _alpha8() / 255, format="BMP", notes=1
    ),
    "BMP 32 bit, no alpha written": Case(
        lambda: _deep_bmp(np.zeros_like(grey8())), lambda: grey8() / 255, format="BMP"
    ),
    "WebP lossless": Case(
        lambda: picture(_grey_rgb(), "WEBP", lossless=True), lambda: grey8() / 255, format="WebP"
    ),
    "WebP lossy": Case(
        lambda: picture(_grey_rgb(), "WEBP", quality=95), lambda: grey8() / 255, LOSSY, "WebP"
    ),
    "WebP animated": Case(
        lambda: _pages("WEBP", lossless=True), lambda: grey8() / 255, format="WebP", notes=1
    ),
    "GIF": Case(lambda: picture(grey8(), "GIF"), lambda: grey8() / 255, format="GIF"),
    "GIF animated": Case(lambda: _pages("GIF"), lambda: grey8() / 255, format="GIF", notes=1),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_format_gives_what_was_written(case: Case, capfd: pytest.CaptureFixture[str]) -> None:
    scan = decode(bytes(case.data()), "scan.dat")
    assert scan.pixels.dtype == np.float32
    assert np.abs(scan.pixels - case.pixels()).max() <= case.tolerance
    assert (scan.format, scan.bits, scan.coloured) == (case.format, case.bits, case.coloured)
    assert len(scan.notes) == case.notes
    assert (scan.window, scan.reduced, scan.dicom) == (FULL_RANGE, 1, None)
    assert capfd.readouterr() == ("", "")


def test_jpeg_is_the_same_as_another_decoder_gives() -> None:
    data = picture(grey8(), "JPEG", quality=60)
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert expected is not None
    assert np.array_equal(decode(data, "a.jpg").pixels, expected / np.float32(255))


@pytest.mark.parametrize("name", ["scan.dcm", "scan", "scan.txt", "a.b/scan.jpg"])
def test_content_decides_and_not_the_name(name: str) -> None:
    scan = decode(picture(grey8(), "PNG"), name)
    assert (scan.format, scan.source) == ("PNG", name)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "TIFF palette", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_obeyed(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    array = np.zeros((64, 96), np.uint8)
    array[:16], array[:, :32], array[:16, :32] = 80, 160, 240  # no symmetry
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    image = Image.fromarray(array).convert({"WEBP": "RGB", "TIFF palette": "P"}.get(kind, "L"))
    scan = decode(picture(image, kind.split()[0], exif=exif, **options), "a")
    as_stored = Image.fromarray(array)
    as_stored.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(as_stored)) / 255
    assert scan.pixels.shape == expected.shape
    assert np.abs(scan.pixels - expected).max() <= LOSSY


def test_exif_that_makes_no_sense_is_ignored() -> None:
    whole = picture(grey8(), "JPEG")
    rubbish = b"\xff\xe1\x00\x20Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(range(16))
    assert decode(whole[:2] + rubbish + whole[2:], "a").pixels.shape == (72, 96)


@lru_cache
def _large() -> NDArray[np.uint8]:
    return radiograph(3, size=(800, 1003))


@pytest.mark.parametrize(
    ("min_side", "reduced"),
    [(None, 1), (1, 8), (100, 8), (101, 4), (200, 4), (224, 2), (400, 2), (401, 1), (9999, 1)],
)
def test_a_jpeg_is_decoded_no_larger_than_needed(min_side: int | None, reduced: int) -> None:
    array = _large()
    scan = decode(picture(array, "JPEG", quality=95), "a", min_side=min_side)
    assert scan.reduced == reduced
    assert scan.pixels.shape == (800 // reduced, -(-1003 // reduced))
    assert min_side is None or reduced == 1 or min(scan.pixels.shape) >= min_side
    whole = array[:, : 1003 // reduced * reduced].reshape(800 // reduced, reduced, -1, reduced)
    mean = whole.mean(axis=(1, 3)) / 255
    assert np.abs(scan.pixels[:, : mean.shape[1]] - mean).mean() < 0.01


def test_a_turned_or_coloured_jpeg_is_reduced_too() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    array = np.dstack([radiograph(3, size=(400, 640))] * 3)
    array[..., 2] //= 3
    scan = decode(picture(array, "JPEG", exif=exif), "a", min_side=100)
    assert (scan.reduced, scan.pixels.shape, scan.coloured) == (4, (160, 100), True)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_only_jpegs_are_reduced(kind: str) -> None:
    scan = decode(picture(grey8(), kind), "a", min_side=8)
    assert (scan.reduced, scan.pixels.shape) == (1, (72, 96))


@pytest.mark.parametrize("used", [8, 10, 12, 14])
def test_a_deep_picture_is_shown_over_the_bits_it_uses(used: int) -> None:
    values = grey16() >> (16 - used)
    scan = decode(picture(values, "PNG"), "a")
    assert np.array_equal(scan.pixels, values / np.float32(65535))
    assert (scan.bits, scan.window) == (used, Window(0.0, (2**used - 1) / 65535))
    assert np.abs(scan.windowed() - values / (2**used - 1)).max() < 1e-6
    assert len(scan.notes) == 1


def test_an_inverted_picture_stays_inverted() -> None:
    scan = decode(picture(255 - grey8(), "PNG"), "a")
    assert np.abs(scan.pixels - (255 - grey8()) / 255).max() <= EXACT


def test_a_small_coloured_mark_counts_as_colour_and_compression_noise_does_not() -> None:
    marked = np.dstack([radiograph(1, size=(300, 300))] * 3)
    marked[10:40, 10:40] = 255, 0, 0
    assert decode(picture(marked, "PNG"), "a").coloured
    noisy = np.dstack([radiograph(1, size=(300, 300))] * 3).astype(int)
    noisy += np.random.default_rng(0).integers(-2, 3, noisy.shape)
    assert not decode(picture(noisy.clip(0, 255).astype(np.uint8), "PNG"), "a").coloured


def test_a_file_gives_its_path_and_hash(tmp_path: Path) -> None:
    path = tmp_path / "Thorax ä.png"
    path.write_bytes(picture(grey8(), "PNG"))
    scan = decode_file(path)
    assert scan.source == str(path)
    assert scan.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert decode(read_bytes(str(path)), "clipboard").sha256 == scan.sha256


def test_reading_a_jpeg_loads_neither_pydicom_nor_imagecodecs(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(picture(grey8(), "JPEG"))
    code = (
        "import sys; from core.imaging.decode import decode_file; decode_file(sys.argv[1]);"
        "print([m for m in ('pydicom', 'imagecodecs', 'torch', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_real_scans_keep_what_the_network_needs(data_root: Path) -> None:
    paths = sorted((data_root / "native").glob("*/*"))[:12]
    if not paths:
        pytest.skip(f"no scans in {data_root / 'native'}")
    for path in paths:
        full, small = decode_file(path), decode_file(path, min_side=224)
        assert small.reduced > 1
        assert min(small.pixels.shape) >= 224
        assert small.pixels.shape == tuple(-(-side // small.reduced) for side in full.pixels.shape)
        assert abs(float(small.pixels.mean()) - float(full.pixels.mean())) < 0.005
