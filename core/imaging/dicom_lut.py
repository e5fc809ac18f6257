"""Lookup tables of the modality and of the values of interest (PS3.3 C.11.1.1 and C.11.2.1.1).

Read here rather than by pydicom, whose `apply_modality_lut` takes only entries of 8 and 16 bits and whose
`apply_voi` looks up 8-bit tables with 8-bit indices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from core.imaging import grey
from core.imaging.dicom_read import BAD_DICOM
from core.imaging.limits import damaged
from core.imaging.scan import Pixels


@dataclass(frozen=True)
class Table:
    """A table from integers to shades.

    Attributes:
        first: the value that the first entry is for; all below it get the same.
        entries: float32 [N] in 0..1.
        top: what 1 stands for, in the units of the table.
    """

    first: int
    entries: Pixels
    top: int

    def look_up(self, values: NDArray[Any]) -> Pixels:
        """The shades of integer `values`, of their shape: float32 in 0..1."""
        places = np.clip(np.subtract(values, self.first, dtype=np.int64), 0, len(self.entries) - 1)
        return cast(Pixels, np.take(self.entries, places))


def read_table(item: Dataset, dataset: Dataset, signed: bool, name: str) -> Table:
    """The table in the item of a LUT sequence.

    Args:
        item: of ModalityLUTSequence or VOILUTSequence.
        dataset: the data set it is part of.
        signed: the values it is for may be negative; its own VR may say otherwise.
        name: what to call the file in an error.

    Raises:
        ScanError: its descriptor or its entries make no sense.
    """
    try:
        count, first, bits = (int(number) for number in item.LUTDescriptor)
        count = count & 0xFFFF or 0x10000  # 65536 does not fit the descriptor and is written as 0
        entries = _words(item.LUTData, count, bits, big=dataset.original_encoding[1] is False)
    except BAD_DICOM:
        raise damaged(name, "a lookup table cannot be read") from None
    if not 8 <= bits <= 16 or len(entries) < count:
        raise damaged(name, "a lookup table cannot be read")
    if signed and first >= 0x8000:
        first -= 0x10000
    top = (1 << bits) - 1
    return Table(first, grey.scaled(np.minimum(entries[:count], top), top), top)


def _words(data: Any, count: int, bits: int, big: bool) -> NDArray[Any]:
    """The entries: numbers (US, SS), or bytes (OW) that hold words, or bytes if that is all they are."""
    if not isinstance(data, bytes):
        return np.atleast_1d(np.asarray(data, np.int64)) & 0xFFFF
    if bits == 8 and len(data) in (count, count + 1):  # 8-bit entries packed two to a word
        return np.frombuffer(data, np.uint8)
    return np.frombuffer(data[: len(data) // 2 * 2], ">u2" if big else "<u2")
