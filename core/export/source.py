"""The files that were read, opened once more to be drawn and referred to."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

from core.errors import ScanError
from core.export.item import Item
from core.imaging.decode import decode
from core.imaging.scan import Scan
from core.imaging.sniff import kind_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


class Header:
    """Single values of a file's DICOM header, read without trusting them; all empty where it is no DICOM."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._name = name
        self.is_dicom = kind_of(data) == "DICOM"

    @cached_property
    def _dataset(self) -> Dataset | None:
        if not self.is_dicom:
            return None
        from core.imaging.dicom_read import parse  # pydicom: a folder of pictures needs none of it
        from core.imaging.quiet import quiet

        with quiet():
            return parse(self._data, self._name)

    def text(self, keyword: str) -> str:
        """The (first) value of an element; "" where it is absent or cannot be read.

        Raises:
            ScanError: the file cannot be parsed.
        """
        if self._dataset is None:
            return ""
        from core.imaging.dicom_read import text
        from core.imaging.quiet import quiet

        with quiet():
            return text(self._dataset, keyword)

    def texts(self, keyword: str) -> list[str]:
        """All values of an element; none where it is absent or cannot be read. Raises as `text`."""
        if self._dataset is None or not self.text(keyword):
            return []
        from core.imaging.dicom_read import BAD_DICOM
        from core.imaging.quiet import quiet

        try:
            with quiet():
                value = self._dataset[keyword].value
                return [str(value)] if isinstance(value, str) else [str(each) for each in value]
        except BAD_DICOM:
            return []


class Source:
    """A file that was read: still the same one.

    Attributes:
        header: of its DICOM.
    """

    def __init__(self, item: Item) -> None:
        """Raises ScanError where it cannot be opened, or is no longer the file that was read."""
        self._data = item.found.read()
        self._name = str(item.found.path)
        short = item.found.path.name
        self._sha256 = hashlib.sha256(self._data).hexdigest()
        if item.sha256 and item.sha256 != self._sha256:
            raise ScanError(f"{short} is not the file that was read", "it has changed since; read it again")
        self.header = Header(self._data, short)

    @property
    def names_patient(self) -> bool:
        """Whether the file says that the patient can be told from words in the picture (PS3.3, C.7.6.1)."""
        return self.header.text("BurnedInAnnotation") == "YES"

    def scan(self, min_side: int | None = None) -> Scan:
        """Decoded, as `decode` does it, which says what is raised."""
        return decode(self._data, self._name, min_side=min_side, sha256=self._sha256)


def header_of(item: Item) -> Header:
    """Of the file at the item's path, whether or not it is the one that was read. Raises ScanError."""
    return Header(item.found.read(), item.found.path.name)


def to_be_drawn(item: Item, named: bool, min_side: int | None = None) -> tuple[Source, Scan]:
    """The file and its picture, where it may leave.

    Raises:
        ScanError: it cannot be read, or holds names that may not leave.
    """
    source = Source(item)
    if source.names_patient and not named:
        raise ScanError(
            f"{item.found.path.name} has the patient's name written in the picture",
            "tick that names are included, if they may be",
        )
    return source, source.scan(min_side)
