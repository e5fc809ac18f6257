"""What is exported, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.reading.finding import Found
from core.reading.reader import Reading
from core.review import Review

Status = Literal["ok", "rejected", "failed", "unread"]


@dataclass(frozen=True, eq=False)
class Item:
    """One scan with all that is known of it.

    Attributes:
        sha256: of the file when it was read; empty where it was never opened.
        status: as `Outcome` has it; "unread" where nobody asked for a reading.
        reason: why it was rejected or failed.
        reading: with its heatmap; None where it failed or was not read.
        review: the person's word on it.
        as_displayed: the contrast and orientation that were read, in words; empty where the scan was read
            as its file asks to be displayed. The heatmap lies on the upright scan all the same.
        fingerprint: of the checkpoint that read it; empty where that is not known.
        metrics: what that was measured to do, as `Checkpoint.metrics`; None where that is not known.
    """

    found: Found
    sha256: str = ""
    status: Status = "unread"
    reason: str = ""
    reading: Reading | None = None
    review: Review | None = None
    as_displayed: str = ""
    fingerprint: str = ""
    metrics: Any = None

    @property
    def label(self) -> str:
        """What the reading says; empty where there is none."""
        return self.reading.label if self.reading else ""

    @property
    def reviewed(self) -> str:
        """What the person says; empty where nothing was said, or only a note made."""
        return self.review.label if self.review else ""

    @property
    def note(self) -> str:
        return self.review.note if self.review else ""


@dataclass(frozen=True)
class LeftOut:
    """A scan that is missing from an export: what it is called there, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Written:
    """What an export left on disk.

    Attributes:
        files: in the order of the scans.
        left_out: scans that could not be exported; the others were.
        counts: of a DATASET, scans in it by class.
    """

    files: tuple[Path, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
