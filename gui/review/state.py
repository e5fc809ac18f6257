"""All that the review panel shows, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.review import Agreement, Review


@dataclass(frozen=True)
class ReviewState:
    """What there is to say of the review of the scan on the screen, and of all on the list.

    Attributes:
        key: tells the scan from every other; a note comes back with it. None where there is no scan.
        can_review: there is a scan, and what is said of it can be kept.
        reading_label: NORMAL or PNEUMONIA as the model has it; empty where there is nothing to agree with.
        review: what the person said of this scan; None where nothing.
        agreement: of all scans on the list that have both a reading and a review.
        without_reading: how many more were reviewed, and have no reading to compare with.
        has_next: there is another scan that is not reviewed.
    """

    key: object = None
    can_review: bool = False
    reading_label: str = ""
    review: Review | None = None
    agreement: Agreement = field(default_factory=Agreement)
    without_reading: int = 0
    has_next: bool = False

    @property
    def label(self) -> str:
        """What the person calls the scan; empty where nothing was said."""
        return self.review.label if self.review else ""

    @property
    def note(self) -> str:
        return self.review.note if self.review else ""

    @property
    def agrees(self) -> bool:
        """The person calls it what the model calls it."""
        return bool(self.label) and self.label == self.reading_label
