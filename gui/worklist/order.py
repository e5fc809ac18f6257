"""The columns of the worklist, and in which order each of them puts the scans."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from core.reading.reader import Reading
from gui.worklist.entry import Entry

#: By name, in the order they stand unless the person moves them.
COLUMNS = ("scan", "label", "probability", "confidence", "status", "review", "folder")

#: Of numbers the large ones are wanted first.
DESCENDING_FIRST = frozenset({"label", "probability", "confidence"})

#: What is not to be relied on comes after what is, and what says nothing last; in both directions.
_REJECTED, _NOTHING = 1e3, 1e6

#: What needs the person comes first.
_STATUSES = {"failed": 0.0, "rejected": 1.0, "reading": 2.0, "waiting": 3.0, "unread": 4.0, "ok": 5.0}

#: More than one part in so many of all are put into their places by sorting all.
_A_SHARE = 16

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Order:
    """By which column the scans stand. Scans that are equal there stand in the order they came.

    Scans change while they stand in a list, and one that is not in order any more is searched in vain: what a
    scan stands by is kept in its `Entry.place`, until it is given another.

    Attributes:
        column: one of COLUMNS; empty for the order they came.
    """

    column: str = ""
    descending: bool = False

    @property
    def changes(self) -> bool:
        """Whether a reading or a review may give a scan another place."""
        return self.column in _OF_READING or self.column in _OF_ENTRY

    def arranged(self, entries: Iterable[Entry]) -> list[Entry]:
        """`entries`, which are in the order they came, placed and in this order.

        100,000 take a fraction of a second.
        """
        arranged = list(entries)
        if self.column in _TEXTS and self.descending:
            text = _TEXTS[self.column]
            for entry in arranged:
                entry.place = text(entry)
            arranged.sort(key=by_place, reverse=True)
            for entry in arranged:
                entry.place = _Downward(entry.place), entry.number
            return arranged
        place = self.placing()
        for entry in arranged:
            entry.place = place(entry)
        if self.column:
            arranged.sort(key=by_place)
        return arranged

    def merged(self, arranged: Sequence[Entry], more: Iterable[Entry]) -> list[Entry]:
        """`arranged`, which is in this order, with each of `more` where it is placed."""
        more = sorted(more, key=by_place)
        if len(more) * _A_SHARE > len(arranged):
            return sorted((*arranged, *more), key=by_place)  # quick, because most is in order already
        merged: list[Entry] = []
        start, stride = 0, 1 + 2 * len(arranged) // (len(more) + 1)
        for entry in more:
            place, before, row = entry.place, start, start + stride
            while row < len(arranged) and arranged[row].place < place:
                before, row = row, row + stride
            row = bisect_left(arranged, place, before, min(row, len(arranged)), key=by_place)
            merged += arranged[start:row]
            merged.append(entry)
            start = row
        merged += arranged[start:]
        return merged

    def placing(self) -> Callable[[Entry], Any]:
        """What gives the place of an entry as it is now. They ascend, and no two are equal."""
        if self.column in _TEXTS:
            text = _TEXTS[self.column]
            if self.descending:
                return lambda entry: (_Downward(text(entry)), entry.number)
            return lambda entry: (text(entry), entry.number)
        sign = -1.0 if self.descending else 1.0
        if self.column in _OF_READING:
            return _placing_by_reading(_OF_READING[self.column], sign)
        if self.column in _OF_ENTRY:
            return _placing_by_entry(_OF_ENTRY[self.column], sign)
        return _number


def _placing_by_reading(number: Callable[[Reading], float], sign: float) -> Callable[[Entry], Any]:
    def place(entry: Entry) -> tuple[float, int]:
        reading = entry.settled
        if reading is None:
            return _NOTHING, entry.number
        value = sign * number(reading)
        return (_REJECTED + value if reading.verdict.reasons else value), entry.number

    return place


def _placing_by_entry(number: Callable[[Entry], float | None], sign: float) -> Callable[[Entry], Any]:
    def place(entry: Entry) -> tuple[float, int]:
        value = number(entry)
        return (_NOTHING if value is None else sign * value), entry.number

    return place


@dataclass(slots=True)
class _Downward:
    """What sorts by texts, the other way round."""

    text: Any

    def __lt__(self, other: _Downward) -> bool:
        return other.text < self.text


by_place, _number = attrgetter("place"), attrgetter("number")


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


def _label(reading: Reading) -> float:
    return (reading.label == "PNEUMONIA") * 2.0 + reading.probability


def _status(entry: Entry) -> float:
    return _STATUSES[entry.status]


def _review(entry: Entry) -> float | None:
    """Corrections first, then agreement, then what was said where there is no reading, then notes."""
    if entry.review is None:
        return None
    if not entry.review.label:
        return 3.0
    return {False: 0.0, True: 1.0, None: 2.0}[entry.agrees]


_OF_READING: dict[str, Callable[[Reading], float]] = {
    "label": _label,
    "probability": attrgetter("probability"),
    "confidence": attrgetter("confidence"),
}
_OF_ENTRY: dict[str, Callable[[Entry], float | None]] = {"status": _status, "review": _review}
_TEXTS: dict[str, Callable[[Entry], Any]] = {"scan": _name, "folder": _folder}
