"""Parsing a DICOM file, and reading single values of it without trusting them."""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from core.errors import ScanError
from core.imaging.limits import MAX_FILE_BYTES, cut_short, damaged

# pydicom quotes the values it complains of in its log, and a value may be the patient's name.
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)

_DEFLATED = DeflatedExplicitVRLittleEndian.encode()

#: Enough for some 100,000 elements, a thousand times a radiograph's. A file that was never written to its end
#: may go on in zeros, each 8 bytes of which are an element: parsing 50 MB of them takes minutes.
_MAX_READS = 400_000

# What pydicom raises for bad data; the blocks that catch it call nothing but pydicom.
BAD_DICOM = (
    InvalidDicomError, BytesLengthException, ValueError, TypeError, LookupError, AttributeError, EOFError,
    OSError, OverflowError, NotImplementedError, RecursionError, AssertionError, struct.error, zlib.error,
)  # fmt: skip


def parse(data: bytes, name: str) -> Dataset:
    """The data set of a DICOM file, with or without preamble and file meta information.

    As everything that reads the data set, to be called within `quiet`: elements are converted when asked for.

    Raises:
        ScanError: it cannot be parsed. The library's own error is not passed on: it may quote the patient.
    """
    deflated = _DEFLATED in data[:1024]
    if deflated:
        data = _inflated(data, name)
    try:
        dataset = pydicom.dcmread(_LimitedReads(data), force=True)
    except BAD_DICOM:
        raise damaged(name) from None
    except MemoryError:
        raise ScanError(f"{name} needs more memory than there is") from None
    if deflated:
        dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return dataset


class _LimitedReads(BytesIO):
    """Bytes that end after `_MAX_READS` reads; pydicom takes what it has got by then."""

    _left = _MAX_READS

    def read(self, size: int | None = -1) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise EOFError
        return super().read(size)


def text(dataset: Dataset, keyword: str) -> str:
    """The (first) value of an element as text; "" where it is absent or cannot be read."""
    return str(next(iter(_values(dataset, keyword)), "")).strip(" \0")


def number(dataset: Dataset, keyword: str) -> float | None:
    """The (first) value of an element as a finite number; None where there is none."""
    for value in _values(dataset, keyword):
        try:
            result = float(str(value))
        except ValueError:
            return None
        return result if abs(result) < float("inf") else None
    return None


def integer(dataset: Dataset, keyword: str) -> int | None:
    """The (first) value of an element as an integer; None where there is none."""
    value = number(dataset, keyword)
    return None if value is None else int(value)


def item(dataset: Dataset, keyword: str) -> Dataset | None:
    """The first item of a sequence; None where it is absent or empty."""
    try:
        sequence = dataset.get(keyword)
        return sequence[0] if isinstance(sequence, Sequence) and len(sequence) else None
    except BAD_DICOM:
        return None


def first_frame_group(dataset: Dataset, keyword: str, sequence: str) -> Dataset:
    """Where the element `keyword` of the first frame stands.

    In most files that is the data set itself. Enhanced multi-frame objects keep it in the functional group
    `sequence`, shared or of the frame (PS3.3 C.7.6.16).
    """
    if keyword not in dataset:
        for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
            group = item(dataset, groups)
            found = item(group, sequence) if group is not None else None
            if found is not None and keyword in found:
                return found
    return dataset


def _values(dataset: Dataset, keyword: str) -> Iterator[object]:
    """The values of an element, none where it is absent, empty or cannot be converted (that happens here)."""
    try:
        value = dataset.get(keyword)
    except BAD_DICOM:
        return
    if value is None or value == "":
        return
    if isinstance(value, (list, MultiValue)):
        yield from value
    else:
        yield value


def _inflated(data: bytes, name: str) -> bytes:
    """A deflated file (PS3.5, A.5) as an explicit little endian one.

    pydicom would inflate it whole, however large that is: a few kB can grow to many GB.
    """
    start = _end_of_meta(data)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflate.decompress(data[start:], MAX_FILE_BYTES + 1)
    except zlib.error:
        raise damaged(name) from None
    if len(content) > MAX_FILE_BYTES:
        raise ScanError(f"{name} unpacks to more than {MAX_FILE_BYTES >> 20} MB, which no scan does")
    if not inflate.eof:
        raise cut_short(name)
    plain = ExplicitVRLittleEndian.encode().ljust(len(_DEFLATED), b"\0")
    return data[:start].replace(_DEFLATED, plain) + content


def _end_of_meta(data: bytes) -> int:
    """Where the file meta information (group 2, always explicit little endian) ends (PS3.10, 7.1)."""
    at = 132 if data[128:132] == b"DICM" else 0
    while data[at : at + 2] == b"\x02\0" and at + 12 <= len(data):
        if data[at + 4 : at + 6] in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
            at += 12 + struct.unpack_from("<I", data, at + 8)[0]
        else:
            at += 8 + struct.unpack_from("<H", data, at + 6)[0]
    return at
