"""The first frame of a DICOM file: its stored values, before any of them means a shade of grey."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    HTJ2K,
    UID,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
)

from core.errors import ScanError
from core.imaging import codestream
from core.imaging.dicom_layout import NATIVE, Layout, read_layout, transfer_syntax
from core.imaging.dicom_read import BAD_DICOM
from core.imaging.limits import cut_short, damaged

_CODESTREAMS = (
    *JPEGTransferSyntaxes,
    *JPEGLSTransferSyntaxes,
    *JPEG2000TransferSyntaxes,
    HTJ2K,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
)


@dataclass(frozen=True)
class Frame:
    """One frame as stored.

    Attributes:
        values: integers [H, W], or [H, W, 3] for RGB and YBR, in `low`..`high`.
        photometric: "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB" or "YBR_FULL": what `values` are
            now, which for a compressed frame may differ from what the file says.
        bits: significant bits of a value.
        signed: whether values may be negative.
    """

    values: NDArray[Any]
    photometric: str
    bits: int
    signed: bool

    @property
    def low(self) -> int:
        """The least value that can be stored."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """The greatest value that can be stored."""
        return self.low + (1 << self.bits) - 1


def first_frame(dataset: Dataset, name: str) -> Frame:
    """Decode the first frame.

    Raises:
        ScanError: there are no pixels, or they are cut short, damaged or of a kind that is not read.
    """
    syntax = transfer_syntax(dataset)
    pixels = _pixel_data(dataset, name)
    layout = read_layout(dataset, name)
    element = dataset["PixelData"]
    if syntax == RLELossless or (syntax in NATIVE and not element.is_undefined_length):
        values = _decode_by_pydicom(pixels, layout, syntax, element.VR, name)
        photometric = layout.photometric.replace("YBR_FULL_422", "YBR_FULL")
        return Frame(values, photometric, layout.stored, layout.signed)
    code = _first_codestream(dataset, pixels, layout.frames, syntax, name)
    return _decode_codestream(code, layout, syntax, name)


def _pixel_data(dataset: Dataset, name: str) -> bytes:
    try:
        value = dataset.get("PixelData")
    except BAD_DICOM:
        raise damaged(name) from None
    if isinstance(value, bytes) and value:
        return value
    if "EncapsulatedDocument" in dataset:
        raise ScanError(f"{name} is a document in DICOM, not a scan", "export the scan itself")
    if "DirectoryRecordSequence" in dataset:
        raise ScanError(f"{name} is the index of a DICOM disc, not a scan", "open the folder it lies in")
    if "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset:
        raise ScanError(f"{name} holds a map of measurements, not a radiograph")
    raise ScanError(f"{name} holds no picture", "it may be a report, or the file may be cut short")


def _decode_by_pydicom(pixels: bytes, layout: Layout, syntax: UID, vr: str, name: str) -> NDArray[Any]:
    """Native and RLE pixels. Unused bits are cleared (PS3.5, 8.1.1)."""
    used = layout.stored + layout.unused
    options: dict[str, Any] = {
        "rows": layout.rows,
        "columns": layout.columns,
        "samples_per_pixel": layout.samples,
        "photometric_interpretation": layout.photometric,
        "planar_configuration": layout.planar,
        "bits_allocated": layout.allocated,
        "bits_stored": used,  # pydicom takes it that they are the lowest
        "pixel_representation": int(layout.signed),
        "number_of_frames": layout.frames,
        "pixel_keyword": "PixelData",
        "pixel_vr": vr,
        "allow_excess_frames": False,
        "decoding_plugin": "pydicom" if syntax == RLELossless else "",
    }
    try:
        values = get_decoder(syntax).as_array(pixels, index=0, raw=True, **options)[0]
    except MemoryError:
        raise ScanError(f"{name} needs more memory than there is") from None
    except (*BAD_DICOM, RuntimeError) as error:
        less = "less than expected" in str(error) or "insufficient pixel data" in str(error)
        raise (cut_short if less else damaged)(name) from None
    # Unless all of them fit into the lowest bits, where most files have them: HighBit is then of another file
    half = 1 << (layout.stored - 1)
    low, high = (-half, half) if layout.signed else (0, 2 * half)
    if not layout.unused or (values.min() >= low and values.max() < high):
        return values
    return np.right_shift(values, layout.unused)


def _first_codestream(dataset: Dataset, pixels: bytes, frames: int, syntax: UID, name: str) -> bytes:
    """The bytes of the first frame, put together from its fragments (PS3.5, A.4)."""
    try:
        table = dataset.get("ExtendedOffsetTable"), dataset.get("ExtendedOffsetTableLengths")
        offsets = table if all(table) else None
        return get_frame(pixels, 0, extended_offsets=offsets, number_of_frames=frames)
    except BAD_DICOM:
        raise _undecodable(name, syntax) from None


def _undecodable(name: str, syntax: UID) -> ScanError:
    """The error for a frame that is no codestream: damaged if it should be one, else of another kind."""
    if syntax in _CODESTREAMS:
        return damaged(name)
    kind = syntax.name if syntax.is_transfer_syntax else "an unknown transfer syntax"
    message = f"{name} is compressed in a way that cannot be read ({kind})"
    return ScanError(message, "export it as uncompressed DICOM, or as JPEG 2000")


def _decode_codestream(code: bytes, layout: Layout, syntax: UID, name: str) -> Frame:
    """A compressed frame, by what it is: files are found whose transfer syntax names another compression."""
    try:
        header = codestream.read_header(code)
    except codestream.CodestreamError as error:
        if error.cut:
            raise cut_short(name) from None
        raise _undecodable(name, syntax) from None
    if (header.height, header.width, header.components) != (layout.rows, layout.columns, layout.samples):
        raise damaged(name, "its picture is not of the size that its header gives")
    # RGB without a JFIF or Adobe segment is what it says, though a decoder would guess YCbCr (PS3.5, 8.2.1).
    transformed = header.declared or not layout.photometric.startswith("RGB")
    try:
        values = codestream.decode(code, header, transformed=transformed)
    except codestream.CodestreamError:
        raise damaged(name) from None
    photometric = layout.photometric
    if layout.samples == 3:
        photometric = "YBR_FULL" if _stays_ybr(header, photometric) else "RGB"
    frame = Frame(_signed_as(values, layout.signed, header.bits), photometric, layout.stored, layout.signed)
    return _within_its_bits(frame)


def _within_its_bits(frame: Frame) -> Frame:
    """Lossy compression overshoots the range slightly: clipped. Far beyond, the file understates it."""
    values, slack = frame.values, (frame.high - frame.low) // 8
    least, greatest = int(values.min()), int(values.max())
    if frame.low <= least and greatest <= frame.high:
        return frame
    if frame.low - slack <= least and greatest <= frame.high + slack:
        return replace(frame, values=np.clip(values, frame.low, frame.high))
    return replace(frame, bits=8 * values.dtype.itemsize)


def _stays_ybr(header: codestream.Codestream, photometric: str) -> bool:
    """Whether decoded colour is still Y, Cb, Cr: decoders undo only transforms of the codestream's own."""
    return header.kind != "JPEG" and photometric in ("YBR_FULL", "YBR_FULL_422")


def _signed_as(values: NDArray[Any], signed: bool, bits: int) -> NDArray[Any]:
    """`values` of `bits` bits read as signed or not, as the file says.

    JPEG and JPEG-LS carry two's complement as if it were unsigned, and JPEG 2000's own flag may be wrong.
    """
    if (values.dtype.kind == "i") == signed:
        return values
    size = values.dtype.itemsize
    unused = 8 * size - bits
    shifted = np.left_shift(values, unused).view(f"{'i' if signed else 'u'}{size}")
    return cast(NDArray[Any], np.right_shift(shifted, unused))
