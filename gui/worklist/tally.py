"""How many scans of the worklist are what, kept as they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.review import Agreement
from gui.worklist.entry import Entry
from gui.worklist.verdict import verdict_by

#: Of an entry: its verdict, the label of its reading and that of its review, empty where there is none.
Kind = tuple[str, str, str]


class Tally:
    """Counts entries by kind. What an entry was counted as stands in `Entry.counted`."""

    def __init__(self) -> None:
        self._numbers: Counter[Kind] = Counter()
        self._kinds: dict[Kind, Kind] = {}

    def count(self, entry: Entry, band: float) -> None:
        """Count it, or count it anew.

        Args:
            band: of uncertainty around the threshold, 0..0.5.
        """
        self.count_all((entry,), band)

    def count_all(self, entries: Iterable[Entry], band: float) -> None:
        """`count` of many."""
        kinds, counted = self._kinds, []
        for entry in entries:
            reading, review = entry.settled, entry.review
            kind = (
                verdict_by(entry.status, reading, band),
                reading.label if reading else "",
                review.label if review else "",
            )
            before = entry.counted
            if kind != before:
                if before is not None:
                    self._numbers[before] -= 1
                entry.counted = kind = kinds.setdefault(kind, kind)  # one of each, not one an entry
                counted.append(kind)
        self._numbers.update(counted)

    def leave_out(self, entries: Iterable[Entry]) -> None:
        """Count them no more."""
        for entry in entries:
            if entry.counted is not None:
                self._numbers[entry.counted] -= 1
            entry.counted = None

    def verdicts(self) -> dict[str, int]:
        """How many have each verdict, as `verdict_of` names them; without those that nothing has."""
        numbers: Counter[str] = Counter()
        for (verdict, _, _), number in self._numbers.items():
            numbers[verdict] += number
        return {verdict: number for verdict, number in numbers.items() if number}

    def reviewed(self) -> int:
        """How many the person said what they are of."""
        return sum(number for (_, _, label), number in self._numbers.items() if label)

    def agreement(self) -> Agreement:
        """Readings against reviews."""
        pairs: Counter[tuple[str, str]] = Counter()
        for (_, read, reviewed), number in self._numbers.items():
            pairs[read, reviewed] += number
        return Agreement(
            tp=pairs["PNEUMONIA", "PNEUMONIA"],
            fp=pairs["PNEUMONIA", "NORMAL"],
            tn=pairs["NORMAL", "NORMAL"],
            fn=pairs["NORMAL", "PNEUMONIA"],
        )
