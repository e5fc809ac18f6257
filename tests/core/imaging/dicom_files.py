"""DICOM files of every kind that is read, made in memory."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Literal

import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
)

PATIENT = "Doe^Jane"
PATIENT_ID = "HOSP-0042"


def dataset(values: NDArray[Any], stored: int | None = None, **elements: Any) -> Dataset:
    """A data set around integers [H, W], [H, W, 3] or [frames, H, W], without its pixels.

    Args:
        values: what is stored.
        stored: significant bits; all of the type's if None.
        elements: by keyword, set last.
    """
    shape = values.shape if values.ndim == 2 or values.shape[-1] == 3 else values.shape[1:]
    ds = Dataset()
    ds.SOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    ds.Modality = "DX"
    ds.PatientName = PATIENT
    ds.PatientID = PATIENT_ID
    ds.Rows, ds.Columns = shape[:2]
    ds.SamplesPerPixel = 3 if len(shape) == 3 else 1
    ds.PhotometricInterpretation = "RGB" if len(shape) == 3 else "MONOCHROME2"
    ds.BitsAllocated = 8 * values.itemsize
    ds.BitsStored = stored or ds.BitsAllocated
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(values.dtype.kind == "i")
    if len(shape) == 3:
        ds.PlanarConfiguration = 0
    elif values.ndim == 3:
        ds.NumberOfFrames = len(values)
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    return ds


def dicom(
    values: NDArray[Any],
    stored: int | None = None,
    *,
    syntax: str = ExplicitVRLittleEndian,
    code: bytes | bytearray | list[bytes] | None = None,
    fragments: int = 1,
    **elements: Any,
) -> bytes:
    """A DICOM file of `values`: as they are, or compressed to `code`, one codestream a frame."""
    ds = dataset(values, stored, **elements)
    if code is None:
        order: Literal["<", ">"] = ">" if syntax == ExplicitVRBigEndian else "<"
        pixels = values.astype(values.dtype.newbyteorder(order)).tobytes()
        ds.PixelData = pixels + b"\0" * (len(pixels) % 2)
        ds["PixelData"].VR = "OW" if values.itemsize > 1 else "OB"
    else:
        frames = code if isinstance(code, list) else [bytes(code)]
        ds.PixelData = encapsulate(frames, fragments_per_frame=fragments)
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = True
    return written(ds, syntax)


def written(ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """A data set as a file with preamble and file meta information."""
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    file = BytesIO()
    pydicom.dcmwrite(file, ds, enforce_file_format=True)
    return file.getvalue()


def bare(values: NDArray[Any], *, implicit: bool, little: bool = True, **elements: Any) -> bytes:
    """The data set alone: no preamble, no file meta information."""
    ds = dataset(values, **elements)
    ds.PixelData = values.astype(values.dtype.newbyteorder("<" if little else ">")).tobytes()
    ds["PixelData"].VR = "OW"
    file = BytesIO()
    pydicom.dcmwrite(file, ds, implicit_vr=implicit, little_endian=little, enforce_file_format=False)
    return file.getvalue()


def lut_item(first: int, bits: int, entries: NDArray[Any], words: bool = False) -> Dataset:
    """An item of a modality or VOI LUT sequence (PS3.3 C.11.1.1); its entries as numbers or as words."""
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if first < 0 else "US", [len(entries) & 0xFFFF, first, bits])
    if words:
        item.add_new("LUTData", "OW", entries.tobytes())
    else:
        item.add_new("LUTData", "US", [int(entry) for entry in entries])
    return item
