"""The columns of the worklist, and in which order each of them puts the scans."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gui.worklist.entry import Entry

#: By name, in the order they stand unless the person moves them.
COLUMNS = ("scan", "label", "probability", "confidence", "status", "review", "folder")

#: Of numbers the large ones are wanted first.
DESCENDING_FIRST = frozenset({"label", "probability", "confidence"})

#: What is not to be relied on comes after what is, and what says nothing last; in both directions.
_REJECTED, _NOTHING = 1e3, 1e6

#: What needs the person comes first.
_STATUSES = {"failed": 0.0, "rejected": 1.0, "reading": 2.0, "waiting": 3.0, "unread": 4.0, "ok": 5.0}

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Order:
    """By which column the scans stand. Scans that are equal there stand in the order they came.

    Attributes:
        column: one of COLUMNS; empty for the order they came.
    """

    column: str = ""
    descending: bool = False

    @property
    def changes(self) -> bool:
        """Whether a reading or a review may give a scan another place."""
        return self.column in _NUMBERS

    def arranged(self, entries: Iterable[Entry]) -> list[Entry]:
        """`entries`, which are in the order they came, in this one; 100,000 take a fraction of a second."""
        if self.column in _NUMBERS:
            return sorted(entries, key=self._rank())
        if self.column in _TEXTS:
            return sorted(entries, key=_TEXTS[self.column], reverse=self.descending)
        return list(entries)

    def merged(self, arranged: Sequence[Entry], more: Iterable[Entry]) -> list[Entry]:
        """`arranged`, which is in this order, with each of `more` put into its place."""
        key = self._key()
        merged: list[Entry] = []
        start = 0
        for entry in sorted(more, key=key):
            place = bisect_left(arranged, key(entry), start, key=key)
            merged += arranged[start:place]
            merged.append(entry)
            start = place
        merged += arranged[start:]
        return merged

    def _rank(self) -> Callable[[Entry], float]:
        number, sign = _NUMBERS[self.column], -1.0 if self.descending else 1.0
        by_the_gate = self.column in DESCENDING_FIRST

        def rank(entry: Entry) -> float:
            value = number(entry)
            if value is None:
                return _NOTHING
            if by_the_gate and not entry.settled.verdict.accepted:
                return _REJECTED + sign * value
            return sign * value

        return rank

    def _key(self) -> Callable[[Entry], Any]:
        """No two are equal by it."""
        if self.column in _NUMBERS:
            rank = self._rank()
            return lambda entry: (rank(entry), entry.number)
        if self.column in _TEXTS:
            text = _TEXTS[self.column]
            if self.descending:
                return lambda entry: (_Downward(text(entry)), entry.number)
            return lambda entry: (text(entry), entry.number)
        return lambda entry: entry.number


@dataclass(slots=True)
class _Downward:
    """What sorts by texts, the other way round."""

    text: Any

    def __lt__(self, other: _Downward) -> bool:
        return other.text < self.text


def natural(text: str) -> str:
    """By what people sort names: «scan 2» stands before «scan 10», and capitals do not matter."""
    return _DIGITS.sub(_sized, text.casefold())


def _sized(digits: re.Match[str]) -> str:
    """The longer number is the larger one; in the names of DICOM files they are very long."""
    number = digits[0].lstrip("0")
    return f"{len(number):03}{number}"


#: Many scans lie in one folder.
_natural_folder = lru_cache(maxsize=4096)(natural)


def _name(entry: Entry) -> str:
    return natural(entry.name)


def _folder(entry: Entry) -> tuple[str, str]:
    return _natural_folder(entry.folder), natural(entry.name)


def _label(entry: Entry) -> float | None:
    reading = entry.settled
    return None if reading is None else (reading.label == "PNEUMONIA") * 2.0 + reading.probability


def _probability(entry: Entry) -> float | None:
    reading = entry.settled
    return None if reading is None else reading.probability


def _confidence(entry: Entry) -> float | None:
    reading = entry.settled
    return None if reading is None else reading.confidence


def _status(entry: Entry) -> float:
    return _STATUSES[entry.status]


def _review(entry: Entry) -> float | None:
    """Corrections first, then agreement, then what was said where there is no reading, then notes."""
    if entry.review is None:
        return None
    if not entry.review.label:
        return 3.0
    return {False: 0.0, True: 1.0, None: 2.0}[entry.agrees]


_NUMBERS: dict[str, Callable[[Entry], float | None]] = {
    "label": _label,
    "probability": _probability,
    "confidence": _confidence,
    "status": _status,
    "review": _review,
}
_TEXTS: dict[str, Callable[[Entry], Any]] = {"scan": _name, "folder": _folder}
