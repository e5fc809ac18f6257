"""What the person said of a reading, and how far readings and reviews agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

#: What a review may say: one of the model's classes, or nothing where only a note was made.
LABELS = ("", "NORMAL", "PNEUMONIA")


@dataclass(frozen=True, slots=True)
class Review:
    """The person's word on one scan.

    Attributes:
        label: NORMAL or PNEUMONIA, as the person sees it, whether that agrees with the reading or corrects
            it; empty where there is only a note.
        note: free text; may have several lines.
        made: when, ISO 8601 in UTC; empty where that is not known.

    Raises:
        ValueError: another label.
    """

    label: str = ""
    note: str = ""
    made: str = ""

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise ValueError(f"a review cannot say {self.label!r}")

    @classmethod
    def now(cls, label: str = "", note: str = "") -> Review | None:
        """A review made now; None where it says nothing."""
        if not label and not note.strip():
            return None
        return cls(label, note, datetime.now(UTC).isoformat(timespec="seconds"))


@dataclass(frozen=True, slots=True)
class Agreement:
    """Readings against reviews, which are taken for the truth. PNEUMONIA is positive.

    Attributes:
        tp, fp, tn, fn: true and false positives and negatives.
    """

    tp: int = 0
    fp: int = 0
    tn: int = 0
    fn: int = 0

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Agreement:
        """Count pairs of a reading's label and a review's; those without one of the two say nothing."""
        counts = dict.fromkeys(("tp", "fp", "tn", "fn"), 0)
        for read, reviewed in pairs:
            if read and reviewed:
                right = "t" if read == reviewed else "f"
                counts[right + ("p" if read == "PNEUMONIA" else "n")] += 1
        return cls(**counts)

    @property
    def reviewed(self) -> int:
        """Readings that were reviewed with a label."""
        return self.tp + self.fp + self.tn + self.fn

    @property
    def agreed(self) -> int:
        return self.tp + self.tn

    @property
    def positives(self) -> int:
        """Scans that the person calls PNEUMONIA."""
        return self.tp + self.fn

    @property
    def negatives(self) -> int:
        """Scans that the person calls NORMAL."""
        return self.tn + self.fp

    @property
    def sensitivity(self) -> float | None:
        """0..1; None where the person called no scan PNEUMONIA."""
        return self.tp / self.positives if self.positives else None

    @property
    def specificity(self) -> float | None:
        """0..1; None where the person called no scan NORMAL."""
        return self.tn / self.negatives if self.negatives else None
