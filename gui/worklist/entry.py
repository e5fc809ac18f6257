"""One scan of the worklist, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.display import Display, Orientation
from core.imaging.scan import Scan
from core.reading.folder import Found, Outcome
from core.reading.reader import Reading

#: unread: not asked for, or stopped. waiting: in line. The rest as `Outcome.status` has it.
Status = Literal["unread", "waiting", "reading", "ok", "rejected", "failed"]

#: Longer side of a thumbnail in pixels.
THUMBNAIL = 96


@dataclass(frozen=True)
class ReadAsDisplayed:
    """A reading of the scan as it was seen, and the contrast and orientation it had, in words."""

    reading: Reading
    description: str


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of one file, small enough to keep: see `Entry` for the fields."""

    found: Found
    status: Literal["ok", "rejected", "failed"]
    reason: str = ""
    reading: Reading | None = None
    notes: tuple[str, ...] = ()
    thumbnail: NDArray[np.uint8] | None = None


def answer_of(outcome: Outcome) -> Answer:
    """The outcome without its pixels; takes some milliseconds for a large scan."""
    status = "ok" if outcome.status == "known" else outcome.status
    if outcome.scan is None:
        return Answer(outcome.found, status, outcome.reason, outcome.reading)
    return Answer(
        outcome.found, status, outcome.reason, outcome.reading, outcome.scan.notes, thumbnail(outcome.scan)
    )


@dataclass(eq=False)
class Entry:
    """A scan in the worklist; changed only in the GUI thread, by the session.

    Attributes:
        stored: the reading of the scan as its file asks to be displayed.
        displayed: a reading as it was displayed, asked for by the person; it stands before the other.
        reason: why it failed or was rejected, for a person to read.
        notes: what the person should know of how the file was decoded.
        thumbnail: uint8 [h, w], its longer side THUMBNAIL pixels; None until the scan was read.
        look: the contrast and orientation it was left with; None where it was not looked at.
    """

    found: Found
    status: Status = "unread"
    reason: str = ""
    stored: Reading | None = None
    displayed: ReadAsDisplayed | None = None
    notes: tuple[str, ...] = ()
    thumbnail: NDArray[np.uint8] | None = None
    look: tuple[Display, Orientation] | None = None

    @property
    def name(self) -> str:
        return self.found.relative.name

    @property
    def reading(self) -> Reading | None:
        """The one that counts: as displayed where that was asked for, else as stored."""
        return self.displayed.reading if self.displayed else self.stored

    def take(self, answer: Answer) -> None:
        """What reading it gave."""
        self.status = answer.status
        self.reason = answer.reason
        self.stored = answer.reading
        self.notes = answer.notes
        self.thumbnail = answer.thumbnail

    def at(self, threshold: float) -> None:
        """Judge its readings by another threshold, 0..1."""
        if self.stored:
            self.stored = self.stored.at(threshold)
        if self.displayed:
            self.displayed = ReadAsDisplayed(self.displayed.reading.at(threshold), self.displayed.description)


def thumbnail(scan: Scan) -> NDArray[np.uint8]:
    """The scan as its file asks to be displayed, uint8 [h, w], its longer side THUMBNAIL pixels."""
    height, width = scan.pixels.shape
    scale = THUMBNAIL / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = cv2.resize(scan.pixels, size, interpolation=cv2.INTER_AREA)
    seen = scan.window.apply(np.asarray(small, np.float32))
    return np.rint(seen * 255).astype(np.uint8)
