"""Which scans of the worklist are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from gui.worklist.entry import Entry

#: Of the status: "read" is all that has a reading, "unread" all that may still get one.
StatusWanted = Literal["", "read", "rejected", "failed", "unread"]
ReviewWanted = Literal["all", "reviewed", "unreviewed", "disagreements"]

_STATUSES: dict[StatusWanted, frozenset[str]] = {
    "read": frozenset({"ok", "rejected"}),
    "rejected": frozenset({"rejected"}),
    "failed": frozenset({"failed"}),
    "unread": frozenset({"unread", "waiting", "reading"}),
}

#: A shorter part of a hash is found in too many of them.
_HASH_PART = 8


@dataclass(frozen=True, slots=True)
class Filter:
    """What a scan must be to be shown; the default shows all.

    Attributes:
        text: words that must all be in its name or folder, in why it failed or was rejected, or in the note
            to it; or the beginning of its hash, as in the names of what was exported without names.
        label: the reading's; empty for any.
        unsure_only: only where the probability lies within the uncertain band.
    """

    text: str = ""
    label: Literal["", "NORMAL", "PNEUMONIA"] = ""
    status: StatusWanted = ""
    review: ReviewWanted = "all"
    unsure_only: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.choices

    @property
    def choices(self) -> int:
        """How many are made beside the text."""
        return sum((bool(self.label), bool(self.status), self.review != "all", self.unsure_only))

    def test(self, band: float, in_common: int = 0) -> Callable[[Entry], bool]:
        """What tells whether an entry is shown.

        Args:
            band: of uncertainty around the threshold, 0..0.5.
            in_common: how many characters each path begins with in which nothing is looked for: a folder that
                holds them all would have all of them found by its name.
        """
        tests: list[Callable[[Entry], bool]] = []
        if self.status:
            statuses = _STATUSES[self.status]
            tests.append(lambda entry: entry.status in statuses)
        if self.label:
            tests.append(lambda entry: (said := entry.settled) is not None and said.label == self.label)
        if self.unsure_only:
            tests.append(lambda entry: _is_unsure(entry, band))
        if self.review == "reviewed":
            tests.append(lambda entry: entry.is_reviewed)
        elif self.review == "unreviewed":
            tests.append(lambda entry: not entry.is_reviewed)
        elif self.review == "disagreements":
            tests.append(lambda entry: entry.agrees is False)
        if words := self.text.casefold().split():
            tests.append(_words_test(words, in_common))
        if len(tests) == 1:
            return tests[0]
        return lambda entry: all(test(entry) for test in tests)


def _is_unsure(entry: Entry, band: float) -> bool:
    reading = entry.settled
    return reading is not None and reading.verdict.accepted and reading.is_unsure(band)


def _words_test(words: list[str], in_common: int) -> Callable[[Entry], bool]:
    digests = {word: word.removeprefix("scan-") for word in words}

    def test(entry: Entry) -> bool:
        found, review = entry.found, entry.review
        text = found.where[in_common:] if found.content is None else found.name
        if entry.reason:
            text = f"{text}\n{entry.reason}"
        if review and review.note:
            text = f"{text}\n{review.note}"
        text = text.casefold()
        for word in words:
            if word not in text:
                digest = digests[word]
                if len(digest) < _HASH_PART or not entry.sha256.startswith(digest):
                    return False
        return True

    return test
