"""How a DICOM file says its pixels are laid out and written (PS3.3 C.7.6.3, PS3.5 annex A)."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from core.errors import ScanError
from core.imaging.dicom_read import integer, text
from core.imaging.limits import check_size, damaged

#: The transfer syntaxes that do not compress pixels.
NATIVE = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)


@dataclass(frozen=True)
class Layout:
    """The image pixel module, checked.

    Attributes:
        rows, columns: pixels.
        samples: of a pixel, 1 or 3.
        photometric: as the file says, upper case; old files that do not say get what their samples suggest.
        allocated, stored: bits of a sample, and how many of them count.
        unused: bits below those that count, of pixels that are not compressed.
        signed: samples are two's complement.
        planar: 1 where colours are stored one after the other, else 0.
        frames: at least 1.
    """

    rows: int
    columns: int
    samples: int
    photometric: str
    allocated: int
    stored: int
    unused: int
    signed: bool
    planar: int
    frames: int


def transfer_syntax(dataset: Dataset) -> UID:
    """How the file says its pixels are written; where it does not say (no file meta), how it was parsed."""
    stated = text(getattr(dataset, "file_meta", None) or Dataset(), "TransferSyntaxUID")
    if stated:
        return UID(stated)
    implicit, little = dataset.original_encoding
    if little is False:
        return ExplicitVRBigEndian
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian


def read_layout(dataset: Dataset, name: str) -> Layout:
    """The layout of the pixels.

    Raises:
        ScanError: it is incomplete, contradicts itself or is of a kind that is not read.
    """
    rows, columns = integer(dataset, "Rows"), integer(dataset, "Columns")
    if rows is None or columns is None:
        raise damaged(name, "its header does not give the size of its picture")
    check_size(name, rows, columns)
    allocated = integer(dataset, "BitsAllocated") or 0
    stored = integer(dataset, "BitsStored") or allocated
    samples = integer(dataset, "SamplesPerPixel") or 1
    photometric = text(dataset, "PhotometricInterpretation").upper()
    if allocated == 0:
        raise damaged(name, "its header does not say how its pixels are stored")
    readable = (1, 8, 16, 32) if samples == 1 else (8, 16)
    if allocated not in readable or not 1 <= stored <= allocated:
        raise ScanError(f"{name} stores its pixels as {stored} of {allocated} bits, which cannot be read")
    if not photometric:
        photometric = "RGB" if samples == 3 else "MONOCHROME2"
    if samples != (1 if photometric.startswith(("MONOCHROME", "PALETTE")) else 3):
        raise damaged(name, "its header contradicts itself about colour")
    return Layout(
        rows,
        columns,
        samples,
        photometric,
        allocated,
        stored,
        unused=_unused_below(dataset, allocated, stored),
        signed=integer(dataset, "PixelRepresentation") == 1 and samples == 1,
        planar=integer(dataset, "PlanarConfiguration") or 0,
        frames=max(1, integer(dataset, "NumberOfFrames") or 1),
    )


def _unused_below(dataset: Dataset, allocated: int, stored: int) -> int:
    """How many bits of a sample lie below those that count, as HighBit has it (PS3.5, 8.1.1).

    None where those would not all be there: converters forget to change HighBit.
    """
    unused = (integer(dataset, "HighBit") or 0) + 1 - stored
    return unused if 0 < unused <= allocated - stored else 0
