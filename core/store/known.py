"""What the store knows of one scan."""

from __future__ import annotations

from typing import NamedTuple

from core.reading.reader import Reading
from core.review import Review


class Known(NamedTuple):
    """A scan of the store, small: its readings are without their maps.

    A tuple, because a hundred thousand are made at once.

    Attributes:
        sha256: of the file.
        path: where the file was last seen, absolute; empty where it was never a file, or another one has
            taken its place since.
        reading: what the model asked about said of it; None where that did not read it.
        displayed: that model's latest reading of the scan as displayed, and the contrast and orientation
            in words.
        review: the person's.
        notes: what the person should know of how the file was decoded.
    """

    sha256: str
    path: str = ""
    reading: Reading | None = None
    displayed: tuple[Reading, str] | None = None
    review: Review | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """The store knows no more than that somebody asked."""
        return not (self.path or self.reading or self.displayed or self.review or self.notes)


#: A scan with its file's size in bytes and its time of change in nanoseconds since 1970.
Filed = tuple[Known, int, int]


def unknown(sha256: str) -> Filed:
    return Known(sha256), 0, 0
