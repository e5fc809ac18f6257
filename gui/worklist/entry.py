"""One scan of the worklist, and what is known of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from core.imaging.display import Display, Orientation
from core.imaging.scan import Scan
from core.reading.finding import Found
from core.reading.folder import Outcome
from core.reading.reader import Reading
from core.review import Review

#: unread: not asked for, or stopped. waiting: in line. The rest as `Outcome.status` has it.
Status = Literal["unread", "waiting", "reading", "ok", "rejected", "failed"]

#: Longer side of a thumbnail in pixels.
THUMBNAIL = 96


@dataclass(frozen=True, slots=True)
class ReadAsDisplayed:
    """A reading of the scan as it was seen, and the contrast and orientation it had, in words."""

    reading: Reading
    description: str


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """What became of one file, small enough to be handed from thread to thread: see `Entry` for the fields.

    Attributes:
        reading: whole, with its heatmap; None where it failed.
        thumbnail: uint8 [h, w], its longer side THUMBNAIL pixels; None where nothing was decoded.
        size, modified: of the file, as `Outcome` has them.
    """

    found: Found
    status: Literal["ok", "rejected", "failed"]
    reason: str = ""
    reading: Reading | None = None
    notes: tuple[str, ...] = ()
    thumbnail: NDArray[np.uint8] | None = None
    sha256: str = ""
    size: int = 0
    modified: int = 0


def answer_of(outcome: Outcome) -> Answer:
    """The outcome without its pixels; takes some milliseconds for a large scan."""
    status, reason = outcome.status, outcome.reason
    if status == "known":
        status = "ok"
        if outcome.reading and not outcome.reading.verdict.accepted:
            status, reason = "rejected", reason or "; ".join(outcome.reading.verdict.reasons)
    scan = outcome.scan
    return Answer(
        found=outcome.found,
        status=status,
        reason=reason,
        reading=outcome.reading,
        notes=scan.notes if scan else (),
        thumbnail=thumbnail(scan) if scan else None,
        sha256=outcome.sha256,
        size=outcome.size,
        modified=outcome.modified,
    )


@dataclass(eq=False, slots=True)
class Entry:
    """A scan in the worklist; changed only in the GUI thread, by the session. There may be 100,000 of them.

    Attributes:
        reason: why it failed or was rejected, for a person to read.
        sha256: of the file; empty until it was read.
        stored: the reading of the scan as its file asks to be displayed, without its heatmap.
        displayed: a reading as it was displayed, asked for by the person; it stands before the other.
        notes: what the person should know of how the file was decoded.
        look: the contrast and orientation it was left with; None where it was not looked at.
        review: what the person said of it.
        number: how many scans came before it; given by the worklist, as are
        counted: what it was counted as last; None where it is in no worklist; and
        place: what it stands by among those that are shown; None where it is not shown. See `Order`.
    """

    found: Found
    status: Status = "unread"
    reason: str = ""
    sha256: str = ""
    stored: Reading | None = None
    displayed: ReadAsDisplayed | None = None
    notes: tuple[str, ...] = ()
    look: tuple[Display, Orientation] | None = None
    review: Review | None = None
    number: int = 0
    counted: tuple[str, str, str] | None = None
    place: Any = None

    @property
    def name(self) -> str:
        return self.found.name

    @property
    def folder(self) -> str:
        """Where the file is; empty for a picture from the clipboard."""
        return os.path.dirname(self.found.where) if self.found.content is None else ""

    @property
    def reading(self) -> Reading | None:
        """The one that counts: as displayed where that was asked for, else as stored."""
        return self.displayed.reading if self.displayed else self.stored

    @property
    def settled(self) -> Reading | None:
        """The reading, where it stands: not while it is made anew, nor where that failed."""
        return self.reading if self.status in ("ok", "rejected") else None

    @property
    def is_reviewed(self) -> bool:
        """The person said which it is; a note alone does not."""
        return self.review is not None and self.review.label != ""

    @property
    def agrees(self) -> bool | None:
        """Whether the review says what the reading says; None where one of them says nothing."""
        reading = self.settled
        if reading is None or self.review is None or not self.review.label:
            return None
        return self.review.label == reading.label

    def take(self, answer: Answer) -> None:
        """What reading it gave; the heatmap stays behind."""
        self.status = answer.status
        self.reason = answer.reason
        self.stored = answer.reading.without_map() if answer.reading else None
        self.notes = answer.notes
        self.sha256 = answer.sha256 or self.sha256

    def at(self, threshold: float) -> None:
        """Judge its readings by another threshold, 0..1."""
        if self.stored and self.stored.threshold != threshold:
            self.stored = self.stored.at(threshold)
        if self.displayed and self.displayed.reading.threshold != threshold:
            self.displayed = ReadAsDisplayed(self.displayed.reading.at(threshold), self.displayed.description)


def thumbnail(scan: Scan) -> NDArray[np.uint8]:
    """The scan as its file asks to be displayed, uint8 [h, w], its longer side THUMBNAIL pixels."""
    height, width = scan.pixels.shape
    scale = THUMBNAIL / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    small = cv2.resize(scan.pixels, size, interpolation=cv2.INTER_AREA)
    seen = scan.window.apply(np.asarray(small, np.float32))
    return np.rint(seen * 255).astype(np.uint8)
