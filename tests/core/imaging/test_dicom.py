"""DICOM in every compression, depth and sign, compared with what was written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.pixels.processing import convert_color_space
from pydicom.sequence import Sequence

from core.errors import ScanError
from core.imaging.decode import decode
from core.imaging.scan import FULL_RANGE, Scan, Window
from tests.core.imaging.dicom_files import PATIENT, PATIENT_ID, bare, dataset, dicom, lut_item, written
from tests.core.imaging.files import grey8, grey16, luma, picture, rgb8

pytestmark = pytest.mark.filterwarnings("error")

EXACT = 1e-7


def grey12() -> NDArray[np.uint16]:
    return grey16() // np.uint16(16)


def signed12() -> NDArray[np.int16]:
    return grey12().astype(np.int16) - 2048


def jpeg8(values: NDArray[Any]) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, level=98))


def jpeg12(values: NDArray[Any]) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, level=98, bitspersample=12))


def lossless(values: NDArray[Any], predictor: int = 1, bits: int = 16) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, lossless=True, predictor=predictor, bitspersample=bits))


def jpeg_ls(values: NDArray[Any], level: int = 0) -> bytes:
    return bytes(imagecodecs.jpegls_encode(values, level=level))


def jpeg2000(values: NDArray[Any], level: int = 0) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(values, codecformat="J2K", reversible=level == 0, level=level))


def rle(values: NDArray[Any], **elements: Any) -> bytes:
    ds = dataset(values, **elements)
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.compress(uid.RLELossless, values, encoding_plugin="pydicom", generate_instance_uid=False)
    return written(ds, uid.RLELossless)


def rle_highest12(values: NDArray[Any]) -> bytes:
    ds = pydicom.dcmread(BytesIO(rle(values << 4)))  # pydicom's encoder takes the lowest bits only
    ds.BitsStored, ds.HighBit = 12, 15
    return written(ds, uid.RLELossless)


class Case(NamedTuple):
    """A file, the fraction of the stored range it should give, and how far off that may be."""

    data: Callable[[], bytes]
    pixels: Callable[[], NDArray[Any]]
    tolerance: float = EXACT


def uncompressed(syntax: str, values: Callable[[], NDArray[Any]]) -> Case:
    return Case(lambda: dicom(values(), syntax=syntax), lambda: values() / np.iinfo(values().dtype).max)


def predicted(by: int) -> Case:
    """Lossless JPEG by one of its seven predictors (T.81, table H.1)."""
    data = dicom(grey16(), syntax=uid.JPEGLossless, code=lossless(grey16(), by))
    return Case(lambda: data, lambda: grey16() / 65535)


UNCOMPRESSED = {
    "explicit little-endian": uid.ExplicitVRLittleEndian,
    "implicit little-endian": uid.ImplicitVRLittleEndian,
    "explicit big-endian": uid.ExplicitVRBigEndian,
    "deflated": uid.DeflatedExplicitVRLittleEndian,
}

CASES = {
    **{
        f"{name}, {depth}": uncompressed(syntax, values)
        for name, syntax in UNCOMPRESSED.items()
        for depth, values in (("8 bit", grey8), ("16 bit", grey16))
    },
    "12 of 16 bits": Case(lambda: dicom(grey12(), 12), lambda: grey12() / 4095),
    "12 of 16 bits, rubbish in the rest": Case(
        lambda: dicom(grey12() | np.uint16(0xA000), 12), lambda: grey12() / 4095
    ),
    "the highest 12 of 16 bits": Case(
        lambda: dicom(grey12() << 4 | np.uint16(0x5), 12, HighBit=15), lambda: grey12() / 4095
    ),
    "12 bits amid 16, rubbish around": Case(
        lambda: dicom(grey12() << 2 | np.uint16(0x8001), 12, HighBit=13), lambda: grey12() / 4095
    ),
    "signed, the highest 12 of 16 bits": Case(
        lambda: dicom(signed12() << 4 | np.int16(0x5), 12, HighBit=15), lambda: grey12() / 4095
    ),
    "12 of 16 bits, of once 16": Case(lambda: dicom(grey12(), 12, HighBit=15), lambda: grey12() / 4095),
    "signed 12 of 16 bits, of once 16": Case(
        lambda: dicom(signed12(), 12, HighBit=15), lambda: grey12() / 4095
    ),
    "12 of 16 bits, of once 32": Case(lambda: dicom(grey12(), 12, HighBit=31), lambda: grey12() / 4095),
    "8 of 8 bits, of once 12": Case(lambda: dicom(grey8(), HighBit=11), lambda: grey8() / 255),
    "signed 12 of 16 bits": Case(lambda: dicom(signed12(), 12), lambda: grey12() / 4095),
    "signed 16 bits, big-endian": Case(
        lambda: dicom(signed12(), syntax=uid.ExplicitVRBigEndian), lambda: (signed12() + 32768.0) / 65535
    ),
    "32 bit, its own range": Case(
        lambda: dicom(grey16().astype(np.uint32) + 70000),
        lambda: (grey16() - float(grey16().min())) / np.ptp(grey16()), 1e-6,
    ),
    "32 bit, far from 0": Case(
        lambda: dicom(grey16().astype(np.int32) + (1 << 30)),
        lambda: (grey16() - float(grey16().min())) / np.ptp(grey16()),
    ),
    "no preamble, implicit": Case(lambda: bare(grey16(), implicit=True), lambda: grey16() / 65535),
    "no preamble, explicit": Case(lambda: bare(grey16(), implicit=False), lambda: grey16() / 65535),
    "no preamble, big-endian": Case(
        lambda: bare(grey16(), implicit=False, little=False), lambda: grey16() / 65535
    ),
    "no preamble, but file meta information": Case(lambda: dicom(grey16())[132:], lambda: grey16() / 65535),
    "RLE 8 bit": Case(lambda: rle(grey8()), lambda: grey8() / 255),
    "RLE 16 bit": Case(lambda: rle(grey16()), lambda: grey16() / 65535),
    "RLE, the highest 12 of 16 bits": Case(lambda: rle_highest12(grey12()), lambda: grey12() / 4095),
    "JPEG baseline": Case(
        lambda: dicom(grey8(), syntax=uid.JPEGBaseline8Bit, code=jpeg8(grey8())), lambda: grey8() / 255, 0.05
    ),
    "JPEG extended, 8 bit": Case(
        lambda: dicom(grey8(), syntax=uid.JPEGExtended12Bit, code=jpeg8(grey8())), lambda: grey8() / 255, 0.05
    ),
    "JPEG extended, 12 bit": Case(
        lambda: dicom(grey12(), 12, syntax=uid.JPEGExtended12Bit, code=jpeg12(grey12())),
        lambda: grey12() / 4095, 0.05,
    ),
    **{
        f"JPEG lossless, predictor {predictor}": predicted(predictor)
        for predictor in range(1, 8)
    },
    "JPEG lossless SV1, 8 bit": Case(
        lambda: dicom(grey8(), syntax=uid.JPEGLosslessSV1, code=lossless(grey8(), bits=8)),
        lambda: grey8() / 255,
    ),
    "JPEG lossless SV1, 12 bit": Case(
        lambda: dicom(grey12(), 12, syntax=uid.JPEGLosslessSV1, code=lossless(grey12(), bits=12)),
        lambda: grey12() / 4095,
    ),
    "JPEG lossless SV1, 12 bit in 16, other encoder": Case(
        lambda: dicom(
            grey12(), 12, syntax=uid.JPEGLosslessSV1,
            code=bytes(imagecodecs.ljpeg_encode(grey12(), bitspersample=16)),
        ),
        lambda: grey12() / 4095,
    ),
    "JPEG lossless SV1, signed": Case(
        lambda: dicom(signed12(), 12, syntax=uid.JPEGLosslessSV1, code=lossless(signed12().view(np.uint16))),
        lambda: grey12() / 4095,
    ),
    "JPEG-LS lossless": Case(
        lambda: dicom(grey16(), syntax=uid.JPEGLSLossless, code=jpeg_ls(grey16())), lambda: grey16() / 65535
    ),
    "JPEG-LS lossless, signed": Case(
        lambda: dicom(signed12(), 12, syntax=uid.JPEGLSLossless, code=jpeg_ls(signed12().view(np.uint16))),
        lambda: grey12() / 4095,
    ),
    "JPEG-LS near-lossless": Case(
        lambda: dicom(grey12(), 12, syntax=uid.JPEGLSNearLossless, code=jpeg_ls(grey12(), 3)),
        lambda: grey12() / 4095, 3.01 / 4095,
    ),
    "JPEG 2000 lossless": Case(
        lambda: dicom(grey16(), syntax=uid.JPEG2000Lossless, code=jpeg2000(grey16())),
        lambda: grey16() / 65535,
    ),
    "JPEG 2000 lossless, signed": Case(
        lambda: dicom(signed12(), 12, syntax=uid.JPEG2000Lossless, code=jpeg2000(signed12())),
        lambda: grey12() / 4095,
    ),
    "JPEG 2000 lossless, signed but not marked so": Case(
        lambda: dicom(signed12(), syntax=uid.JPEG2000Lossless, code=jpeg2000(signed12().view(np.uint16))),
        lambda: (signed12() + 32768.0) / 65535,
    ),
    "JPEG 2000 lossless, unsigned but marked signed": Case(
        lambda: dicom(grey16(), syntax=uid.JPEG2000Lossless, code=jpeg2000(grey16().view(np.int16))),
        lambda: grey16() / 65535,
    ),
    "JPEG 2000 in a JP2 box": Case(
        lambda: dicom(
            grey16(), syntax=uid.JPEG2000Lossless,
            code=bytes(imagecodecs.jpeg2k_encode(grey16(), codecformat="JP2", reversible=True, level=0)),
        ),
        lambda: grey16() / 65535,
    ),
    "JPEG 2000 lossy": Case(
        lambda: dicom(grey12(), 12, syntax=uid.JPEG2000, code=jpeg2000(grey12(), 80)),
        lambda: grey12() / 4095, 0.01,
    ),
    "high-throughput JPEG 2000": Case(
        lambda: dicom(
            grey16(), syntax=uid.HTJ2KLossless,
            code=bytes(imagecodecs.htj2k_encode(grey16(), reversible=True)),
        ),
        lambda: grey16() / 65535,
    ),
    "another compression than it names": Case(
        lambda: dicom(grey16(), syntax=uid.JPEGBaseline8Bit, code=jpeg2000(grey16())),
        lambda: grey16() / 65535,
    ),
    "compressed, though it names none": Case(
        # Compressed pixels under a syntax that is not: pydicom would not write that.
        lambda: dicom(grey16(), syntax=uid.JPEGLSLossless, code=jpeg_ls(grey16())).replace(
            uid.JPEGLSLossless.encode(), uid.ExplicitVRLittleEndian.encode().ljust(22, b"\0")
        ),
        lambda: grey16() / 65535,
    ),
    "several frames": Case(
        lambda: dicom(np.stack([grey16(), grey16() // 2])), lambda: grey16() / 65535
    ),
    "several frames, compressed": Case(
        lambda: dicom(
            np.stack([grey16(), grey16() // 2]), syntax=uid.JPEGLSLossless,
            code=[jpeg_ls(grey16()), jpeg_ls(grey16() // 2)],
        ),
        lambda: grey16() / 65535,
    ),
    "a frame in fragments": Case(
        lambda: dicom(grey16(), syntax=uid.JPEGLSLossless, code=jpeg_ls(grey16()), fragments=5),
        lambda: grey16() / 65535,
    ),
    "MONOCHROME1": Case(
        lambda: dicom(65535 - grey16(), PhotometricInterpretation="MONOCHROME1"), lambda: grey16() / 65535
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_kind_gives_what_was_written(case: Case, capfd: pytest.CaptureFixture[str]) -> None:
    scan = decode(case.data(), "scan.dat")
    assert scan.format == "DICOM"
    assert scan.pixels.dtype == np.float32
    assert scan.pixels.shape == case.pixels().shape
    assert np.abs(scan.pixels - case.pixels()).max() <= case.tolerance
    assert not scan.coloured
    assert capfd.readouterr() == ("", "")


def _ybr(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return convert_color_space(rgb, "RGB", "YBR_FULL")


def _palette_file() -> bytes:
    values = grey8()
    ds = dataset(values, PhotometricInterpretation="PALETTE COLOR")
    ramp = np.arange(256, dtype=np.uint16) * 257
    for colour, table in (("Red", ramp), ("Green", ramp // 2), ("Blue", ramp // 4)):
        setattr(ds, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(ds, f"{colour}PaletteColorLookupTableData", table.astype("<u2").tobytes())
    ds.PixelData = values.tobytes()
    ds["PixelData"].VR = "OB"
    return written(ds)


COLOUR = {
    "RGB": lambda: dicom(rgb8()),
    "RGB by planes": lambda: dicom(
        np.ascontiguousarray(rgb8().transpose(2, 0, 1)).reshape(rgb8().shape), PlanarConfiguration=1
    ),
    "RGB 16 bit": lambda: dicom(rgb8().astype(np.uint16) * 257),
    "RGB RLE": lambda: rle(rgb8()),
    "RGB JPEG 2000": lambda: dicom(
        rgb8(), syntax=uid.JPEG2000Lossless, code=jpeg2000(rgb8()), PhotometricInterpretation="YBR_RCT"
    ),
    "RGB JPEG-LS": lambda: dicom(rgb8(), syntax=uid.JPEGLSLossless, code=jpeg_ls(rgb8())),
    "RGB JPEG lossless": lambda: dicom(rgb8(), syntax=uid.JPEGLosslessSV1, code=lossless(rgb8(), bits=8)),
    "YBR_FULL": lambda: dicom(_ybr(rgb8()), PhotometricInterpretation="YBR_FULL"),
    "YBR_FULL JPEG lossless": lambda: dicom(
        _ybr(rgb8()), syntax=uid.JPEGLosslessSV1, code=lossless(_ybr(rgb8()), bits=8),
        PhotometricInterpretation="YBR_FULL",
    ),
    "YBR_FULL_422 JPEG baseline": lambda: dicom(
        rgb8(), syntax=uid.JPEGBaseline8Bit, code=picture(rgb8(), "JPEG", quality=98),
        PhotometricInterpretation="YBR_FULL_422",
    ),
    "RGB JPEG baseline, undeclared": lambda: dicom(
        rgb8(), syntax=uid.JPEGBaseline8Bit, code=_without_application_segments(
            bytes(imagecodecs.jpeg8_encode(rgb8(), level=98, colorspace="rgb", outcolorspace="rgb"))
        ),
    ),
}  # fmt: skip


def _without_application_segments(code: bytes) -> bytes:
    """A JPEG without JFIF and Adobe segments, and its components numbered rather than named R, G, B."""
    at, kept = 2, code[:2]
    while code[at + 1] != 0xDA:
        length = int.from_bytes(code[at + 2 : at + 4], "big")
        segment = bytearray(code[at : at + 2 + length])
        if segment[1] == 0xC0:
            segment[10], segment[13], segment[16] = 1, 2, 3
        if not 0xE0 <= segment[1] <= 0xEF:
            kept += segment
        at += 2 + length
    scan = bytearray(code[at:])
    scan[5], scan[7], scan[9] = 1, 2, 3
    return kept + bytes(scan)


@pytest.mark.parametrize("data", COLOUR.values(), ids=COLOUR.keys())
def test_colour_becomes_grey(data: Callable[[], bytes]) -> None:
    scan = decode(data(), "a")
    assert np.abs(scan.pixels - luma(rgb8()) / 255).max() < 0.03
    assert scan.coloured
    assert scan.window == FULL_RANGE


def test_grey_saved_as_colour_is_exact_and_not_coloured() -> None:
    scan = decode(dicom(np.dstack([grey8()] * 3)), "a")
    assert np.abs(scan.pixels - grey8() / 255).max() <= EXACT
    assert not scan.coloured


def test_a_palette_becomes_grey() -> None:
    scan = decode(_palette_file(), "a")
    assert np.abs(scan.pixels - grey8() / 255 * (0.299 + 0.587 / 2 + 0.114 / 4)).max() < 1e-4
    assert scan.coloured


# Windows: what is shown, by the formulas of PS3.3 C.11.2.1 written out again.


def linear(x: NDArray[Any], c: float, w: float) -> NDArray[Any]:
    y = (x - (c - 0.5)) / (w - 1) + 0.5
    return np.where(x <= c - 0.5 - (w - 1) / 2, 0, np.where(x > c - 0.5 + (w - 1) / 2, 1, y))


def linear_exact(x: NDArray[Any], c: float, w: float) -> NDArray[Any]:
    return np.where(x <= c - w / 2, 0, np.where(x > c + w / 2, 1, (x - c) / w + 0.5))


def sigmoid(x: NDArray[Any], c: float, w: float) -> NDArray[Any]:
    return 1 / (1 + np.exp(-4 * (x - c) / w))


FUNCTIONS = {"": linear, "LINEAR": linear, "LINEAR_EXACT": linear_exact, "SIGMOID": sigmoid}


def windowed(values: NDArray[Any], stored: int, centre: Any, width: Any, **elements: Any) -> Scan:
    return decode(dicom(values, stored, WindowCenter=centre, WindowWidth=width, **elements), "a")


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(("slope", "intercept"), [(1, 0), (2.5, -1024), (-1, 4095)])
@pytest.mark.parametrize("values", [grey12, signed12])
def test_the_window_is_applied_as_the_standard_says(
    function: str, photometric: str, slope: float, intercept: float, values: Callable[[], NDArray[Any]]
) -> None:
    stored = values()
    measured = stored * float(slope) + intercept
    centre, width = round(float(measured.mean())), round(float(np.ptp(measured)) / 2)
    extra = {"VOILUTFunction": function} if function else {}
    scan = windowed(
        stored, 12, centre, width, RescaleSlope=slope, RescaleIntercept=intercept,
        PhotometricInterpretation=photometric, **extra,
    )  # fmt: skip
    expected = FUNCTIONS[function](measured, centre, width)
    if photometric == "MONOCHROME1":
        expected = 1 - expected
    assert np.abs(scan.windowed() - expected).max() < 1e-4
    assert 0 <= scan.pixels.min() < scan.pixels.max() <= 1
    assert scan.notes == ()


def test_a_window_does_not_change_the_pixels() -> None:
    plain, shown = decode(dicom(grey12(), 12), "a"), windowed(grey12(), 12, 1000, 300)
    assert np.array_equal(plain.pixels, shown.pixels)
    assert shown.window == Window((999.5 - 149.5) / 4095, (999.5 + 149.5) / 4095)


def test_of_several_windows_the_first_counts() -> None:
    several = windowed(grey12(), 12, [1000, 2000], [300, 400])
    assert several.window == windowed(grey12(), 12, 1000, 300).window


def test_a_narrow_sigmoid_window_does_not_overflow() -> None:
    shown = windowed(grey12(), 12, 1000, 1, VOILUTFunction="SIGMOID").windowed()
    assert np.isfinite(shown).all()


def test_a_window_of_width_one_is_a_threshold() -> None:
    shown = windowed(grey12(), 12, 1000, 1).windowed()
    assert np.array_equal(shown, (grey12() >= 1000).astype(np.float32))


@pytest.mark.parametrize(
    ("centre", "width"), [(1000, 0), (1000, -5), (90000, 10), (-5000, 100), (0, 1e30), ("", "")]
)
def test_a_window_that_shows_nothing_is_replaced_by_the_range_that_is_there(centre: Any, width: Any) -> None:
    scan = windowed(grey12(), 12, centre, width)
    assert scan.window == Window(grey12().min() / 4095, grey12().max() / 4095)
    assert len(scan.notes) == 1
    assert np.ptp(scan.windowed()) == 1


def test_without_a_window_the_range_that_is_there_is_shown() -> None:
    values = grey12() // 4 + 100
    scan = decode(dicom(values, 12), "a")
    assert scan.window == Window(values.min() / 4095, values.max() / 4095)
    assert np.abs(scan.pixels - values / 4095).max() <= EXACT
    assert np.ptp(scan.windowed()) == 1


@pytest.mark.parametrize(
    ("padding", "limit", "signed"),
    [(4095, None, False), (0, None, False), (4000, 4095, False), (-2000, None, True)],
)
def test_padding_does_not_count_as_a_value(padding: int, limit: int | None, signed: bool) -> None:
    values = (grey12() // 4 + 100).astype(np.int16 if signed else np.uint16)
    inside = values.copy()
    values[:10] = padding if limit is None else (padding + limit) // 2
    ds = dataset(values, 12)
    ds.add_new("PixelPaddingValue", "SS" if signed else "US", padding)
    if limit is not None:
        ds.add_new("PixelPaddingRangeLimit", "US", limit)
    ds.PixelData = values.tobytes()
    ds["PixelData"].VR = "OW"
    low = -2048 if signed else 0
    window = decode(written(ds), "a").window
    expected = [(end - low) / 4095 for end in (inside[10:].min(), inside[10:].max())]
    assert np.allclose([window.low, window.high], expected)


@pytest.mark.parametrize("padding", [-30000, 30000])
def test_padding_beyond_the_values_of_a_32_bit_picture_is_black_or_white(padding: int) -> None:
    values = grey8().astype(np.int32) * 10
    values[:10] = padding
    extra: dict[str, Any] = {"PixelPaddingValue": padding}
    scan = decode(dicom(values, **extra), "a")
    assert np.all(scan.pixels[:10] == (padding > 0))
    assert (scan.pixels[10:].min(), scan.pixels[10:].max()) == (0, 1)


def test_a_uniform_picture_is_shown_over_the_full_range() -> None:
    scan = decode(dicom(np.full((64, 64), 700, np.uint16), 12), "a")
    assert scan.window == FULL_RANGE
    assert np.allclose(scan.pixels, 700 / 4095)


def test_a_modality_table_comes_before_the_window() -> None:
    table = (np.sqrt(np.arange(4096) / 4095) * 1023).astype(np.uint16)
    scan = windowed(grey12(), 12, 500, 400, ModalityLUTSequence=Sequence([lut_item(0, 10, table)]))
    assert np.abs(scan.pixels - table[grey12()] / 1023).max() <= EXACT
    assert np.abs(scan.windowed() - linear(table[grey12()], 500, 400)).max() < 1e-4


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("first", [0, -2048, 300])
def test_a_table_of_values_of_interest_comes_before_a_window(photometric: str, first: int) -> None:
    values = signed12() if first < 0 else grey12()
    table = (np.linspace(0, 1, 2000) ** 2 * 65535).astype(np.uint16)
    ds = dataset(values, 12, PhotometricInterpretation=photometric, WindowCenter=10, WindowWidth=20)
    ds.VOILUTSequence = Sequence([lut_item(first, 16, table)])
    ds.PixelData = values.tobytes()
    ds["PixelData"].VR = "OW"
    scan = decode(written(ds), "a")
    expected = table[np.clip(values.astype(int) - first, 0, 1999)] / 65535
    assert np.abs(scan.pixels - (1 - expected if photometric == "MONOCHROME1" else expected)).max() <= EXACT
    assert scan.window == FULL_RANGE
    assert len(scan.notes) == 1


@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_a_table_may_be_stored_as_words(order: str) -> None:
    table = np.arange(4096)[::-1].astype(order)
    syntax = uid.ExplicitVRBigEndian if order == ">u2" else uid.ExplicitVRLittleEndian
    extra: dict[str, Any] = {"VOILUTSequence": Sequence([lut_item(0, 12, table, words=True)])}
    scan = decode(dicom(grey12(), 12, syntax=syntax, **extra), "a")
    assert np.abs(scan.pixels - (4095 - grey12()) / 4095).max() <= EXACT


def test_a_table_of_65536_entries_is_written_as_one_of_none() -> None:
    table = np.arange(65536)[::-1].astype(np.uint16)
    extra: dict[str, Any] = {"ModalityLUTSequence": Sequence([lut_item(0, 16, table, words=True)])}
    assert np.abs(decode(dicom(grey16(), **extra), "a").pixels - (65535 - grey16()) / 65535).max() <= EXACT


def test_a_table_for_signed_values_may_begin_at_an_unsigned_number() -> None:
    table = np.arange(4096)[::-1].astype(np.uint16)
    extra: dict[str, Any] = {"VOILUTSequence": Sequence([lut_item(65536 - 2048, 12, table)])}
    scan = decode(dicom(signed12(), 12, **extra), "a")
    assert np.abs(scan.pixels - (4095 - grey12()) / 4095).max() <= EXACT


@pytest.mark.parametrize("count", [256, 255, 4096, 65536])
def test_a_table_may_pack_two_entries_in_a_word(count: int) -> None:
    table = np.linspace(255, 0, count).astype(np.uint8)
    extra: dict[str, Any] = {"VOILUTSequence": Sequence([lut_item(0, 8, table, words=True)])}
    values = grey16() % np.uint16(min(count, 65535))
    assert np.abs(decode(dicom(values, **extra), "a").pixels - table[values] / 255).max() <= EXACT


@pytest.mark.parametrize("descriptor", [[], [4096], [4096, 0, 0], [4096, 0, 99]])
def test_a_table_without_a_descriptor_is_refused(descriptor: list[int]) -> None:
    broken = lut_item(0, 16, np.arange(4096, dtype=np.uint16))
    broken.LUTDescriptor = descriptor
    for keyword in ("VOILUTSequence", "ModalityLUTSequence"):
        extra: dict[str, Any] = {keyword: Sequence([broken])}
        data = dicom(grey12(), 12, **extra)
        with pytest.raises(ScanError, match=r"a\.dcm is damaged"):
            decode(data, "a.dcm")


@pytest.mark.parametrize("groups", ["SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"])
def test_enhanced_files_keep_their_window_in_functional_groups(groups: str) -> None:
    voi, transform, group = Dataset(), Dataset(), Dataset()
    voi.WindowCenter, voi.WindowWidth = 1000, 500
    transform.RescaleSlope, transform.RescaleIntercept = 2, -100
    group.FrameVOILUTSequence = Sequence([voi])
    group.PixelValueTransformationSequence = Sequence([transform])
    extra: dict[str, Any] = {groups: Sequence([group])}
    scan = decode(dicom(grey12(), 12, **extra), "a")
    assert np.abs(scan.windowed() - linear(grey12() * 2.0 - 100, 1000, 500)).max() < 1e-4


@pytest.mark.parametrize(("slope", "intercept"), [(0, 0), (1e300, 0), (1, 1e300), (1e-300, 5)])
def test_a_rescale_that_cannot_be_calculated_with_is_ignored(slope: float, intercept: float) -> None:
    scan = decode(dicom(grey12(), 12, RescaleSlope=f"{slope:g}", RescaleIntercept=f"{intercept:g}"), "a")
    assert np.abs(scan.pixels - grey12() / 4095).max() <= EXACT


def test_the_first_of_several_frames_is_read_and_said_so() -> None:
    scan = decode(dicom(np.stack([grey8(1), grey8(2), grey8(3)])), "a")
    assert any("3 frames" in note for note in scan.notes)
    assert scan.dicom is not None
    assert scan.dicom.frames == 3


# Facts


def facts(**elements: Any) -> Any:
    return decode(dicom(grey8(), **elements), "a").dicom


def test_the_facts_of_a_file() -> None:
    found = facts(BodyPartExamined="CHEST", ViewPosition="PA")
    assert (found.modality, found.body_part, found.view_position) == ("DX", "CHEST", "PA")
    assert found.sop_class_uid == uid.DigitalXRayImageStorageForPresentation
    assert found.sop_instance_uid == "1.2.826.0.1.3680043.8.498.1"
    assert (found.photometric, found.transfer_syntax_uid) == ("MONOCHROME2", uid.ExplicitVRLittleEndian)
    assert found.frames == 1
    deflated = decode(dicom(grey8(), syntax=uid.DeflatedExplicitVRLittleEndian), "a").dicom
    assert deflated is not None
    assert deflated.transfer_syntax_uid == uid.DeflatedExplicitVRLittleEndian


@pytest.mark.parametrize(
    ("elements", "years"),
    [
        ({"PatientAge": "004Y"}, 4),
        ({"PatientAge": "018M"}, 1.5),
        ({"PatientAge": "026W"}, 0.5),
        ({"PatientAge": "073D"}, 0.2),
        ({"PatientAge": "4 y"}, None),
        ({"PatientBirthDate": "20100101", "StudyDate": "20150702"}, 5.5),
        ({"PatientBirthDate": "20100101"}, None),
        ({"PatientBirthDate": "20150702", "StudyDate": "20100101"}, None),
        ({"PatientBirthDate": "20101301", "StudyDate": "20150702"}, None),
        ({"PatientAge": "999Y"}, None),
        ({}, None),
    ],
)
def test_the_age_of_the_patient(elements: dict[str, str], years: float | None) -> None:
    ds = dataset(grey8())
    for keyword, value in elements.items():
        vr = "AS" if keyword == "PatientAge" else "DA"
        ds[keyword] = pydicom.DataElement(keyword, vr, value, validation_mode=pydicom.config.IGNORE)
    ds.PixelData = grey8().tobytes()
    ds["PixelData"].VR = "OB"
    found = decode(written(ds), "a").dicom
    assert found is not None
    assert found.age_years == (None if years is None else pytest.approx(years, abs=0.01))


def test_the_patient_is_told_apart_and_not_named() -> None:
    one, again, other = facts(), facts(Modality="CR"), facts(PatientID="HOSP-0043")
    assert one.patient_key == again.patient_key != other.patient_key
    assert facts(IssuerOfPatientID="Elsewhere").patient_key != one.patient_key
    assert facts(PatientID="").patient_key == ""
    assert not any(secret in repr(one) for secret in (PATIENT, PATIENT_ID, "Doe", "0042"))


def test_no_log_line_names_the_patient(caplog: pytest.LogCaptureFixture) -> None:
    ds = dataset(grey8())
    wrong = f"{PATIENT}, not a date"
    ds["PatientBirthDate"] = pydicom.DataElement("PatientBirthDate", "DA", wrong, validation_mode=0)
    ds["PatientAge"] = pydicom.DataElement("PatientAge", "AS", wrong, validation_mode=0)
    ds["WindowCenter"] = pydicom.DataElement("WindowCenter", "LO", wrong, validation_mode=0)
    ds.PixelData = grey8().tobytes()
    ds["PixelData"].VR = "OB"
    data = written(ds)
    data = data.replace(b"\x28\0\x50\x10LO", b"\x28\0\x50\x10DS")
    with caplog.at_level(logging.DEBUG):
        assert decode(data, "a").dicom is not None
    assert not [record for record in caplog.records if record.name.startswith("pydicom")]


def test_other_elements_may_be_wrong_and_the_scan_is_still_read() -> None:
    ds = dataset(grey8())
    for keyword, vr, value in (("WindowCenter", "LO", "wide"), ("WindowWidth", "LO", "open")):
        ds[keyword] = pydicom.DataElement(keyword, vr, value)
    ds.PixelData = grey8().tobytes()
    ds["PixelData"].VR = "OB"
    data = written(ds)
    for element in (b"\x28\0\x50\x10", b"\x28\0\x51\x10"):
        data = data.replace(element + b"LO", element + b"DS")
    assert np.array_equal(decode(data, "a").pixels, decode(dicom(grey8()), "a").pixels)
