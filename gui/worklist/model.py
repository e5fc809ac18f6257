"""The scans in the window: all of them, and those that are shown as they are sorted and filtered."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from core.reading.finding import Found
from core.review import Agreement
from gui.worklist.entry import Entry
from gui.worklist.filter import Filter
from gui.worklist.order import COLUMNS, Order
from gui.worklist.rows import Rows
from gui.worklist.tally import Tally

#: While readings come, rows are put in order this often at most, and never for more than one part in so many
#: of the time. Longer than a double click: no row moves away between its two.
_EVERY_MS, _SHARE = 600, 25

#: More changes than these are put into their places by sorting all.
_FEW = 2000


class WorklistModel(Rows):
    """The entries, each file once.

    The session changes entries and says so with `tell`. What that does to the order and to what is shown
    follows a little later, at once for many.
    """

    order_changed = Signal()
    filter_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._by_path: dict[str, Entry] = {}
        self._pasted: dict[Found, Entry] = {}
        self._came = 0
        self._in_common = 0  # how much of their paths says nothing, because it is the same of all
        self._order = Order()
        self._filter = Filter()
        self._pinned: Entry | None = None
        self._changed: set[Entry] = set()
        self._all_changed = False
        self._tally = Tally()
        self._miscounted = False  # all are counted anew before anyone is told how many there are
        self._later = QTimer(self, singleShot=True, interval=_EVERY_MS)
        self._later.timeout.connect(self.arrange_changed)

    # What there is

    @property
    def entries(self) -> Sequence[Entry]:
        """All, in the order they came."""
        return self._entries

    @property
    def order(self) -> Order:
        return self._order

    @property
    def filter(self) -> Filter:
        return self._filter

    @property
    def band(self) -> float:
        """Of uncertainty around the threshold, as in the settings."""
        return self._band

    @band.setter
    def band(self, band: float) -> None:
        if band != self._band:
            self._band = band
            self.tell_all()

    def entry_of(self, found: Found) -> Entry | None:
        """The entry of a file, from whichever folder it was found."""
        return self._pasted.get(found) if found.content is not None else self._by_path.get(found.where)

    def next_unreviewed(self, after: Entry | None) -> Entry | None:
        """The next that is shown, can be looked at and was not reviewed; after the last comes the first."""
        start = self.row_of(after) + 1 if after else 0
        for rows in (range(start, len(self._shown)), range(start)):
            for row in rows:
                entry = self._shown[row]
                if entry is not after and entry.status != "failed" and not entry.is_reviewed:
                    return entry
        return None

    def counts(self) -> dict[str, int]:
        """How many of all scans have each verdict, as `verdict_of` names them."""
        return self._counted().verdicts()

    def agreement(self) -> Agreement:
        """Readings against reviews, of all scans."""
        return self._counted().agreement()

    @property
    def reviewed(self) -> int:
        """How many of all scans the person said what they are of."""
        return self._counted().reviewed()

    # What is done with it

    def add(self, founds: Iterable[Found]) -> list[Entry]:
        """Append those that are not there yet; the new entries."""
        return self.add_entries(Entry(found) for found in founds)

    def add_entries(self, entries: Iterable[Entry]) -> list[Entry]:
        """Append those whose files are not there yet; those that were."""
        fresh = []
        for entry in entries:
            found = entry.found
            if found.content is not None:
                self._pasted[found] = entry
            elif self._by_path.setdefault(found.where, entry) is not entry:
                continue
            entry.number = self._came
            self._came += 1
            self._tally.count(entry, self._band)
            fresh.append(entry)
        if fresh:
            self._entries += fresh
            if self._order.column or not self._filter.is_empty:
                self._arrange()
            else:
                self._append(fresh)
        return fresh

    def remove(self, entries: Sequence[Entry]) -> None:
        """Take them off; those that are not there are left alone."""
        gone = {entry for entry in entries if entry.counted is not None}
        if not gone:
            return
        for entry in gone:
            if entry.found.content is not None:
                del self._pasted[entry.found]
            else:
                del self._by_path[entry.found.where]
        self._tally.leave_out(gone)
        self._changed -= gone
        if self._pinned in gone:
            self._pinned = None
        self._entries = [entry for entry in self._entries if entry not in gone]
        self._show([entry for entry in self._shown if entry not in gone])

    def clear(self) -> None:
        self._tally.leave_out(self._entries)
        self._entries, self._by_path, self._pasted = [], {}, {}
        self._pinned = None
        self._forget_changes()
        self._show([])

    def sort_by(self, column: str, descending: bool = False) -> None:
        """Put the rows in the order of a column; in the order they came, where it is empty.

        Raises:
            ValueError: there is no such column.
        """
        if column and column not in COLUMNS:
            raise ValueError(f"no column {column!r}")
        order = Order(column, descending and bool(column))
        if order != self._order:
            self._order = order
            self._arrange()
            self.order_changed.emit()

    def set_filter(self, wanted: Filter) -> None:
        """Show those that pass."""
        if wanted != self._filter:
            self._filter = wanted
            self._pinned = None
            self._arrange()
            self.filter_changed.emit()

    def pin(self, entry: Entry | None) -> None:
        """Keep one that is shown though the filter would now hide it: the one that is looked at."""
        if entry is self._pinned:
            return
        if self._pinned:
            self._note_change(self._pinned)
        self._pinned = entry if entry and self.row_of(entry) >= 0 else None

    def tell(self, entry: Entry) -> None:
        """Say that something of `entry` changed."""
        if entry.counted is None:
            return
        self._tally.count(entry, self._band)
        row = self.row_of(entry)
        self._tell_rows(row, row)
        self._note_change(entry)

    def tell_all(self) -> None:
        """Say that something may have changed of every entry."""
        self._miscounted = True
        self._tell_rows(0, len(self._shown) - 1)
        if self._moves:
            self._all_changed = True
            self._start_later()

    def arrange_changed(self) -> None:
        """Put what changed into its place, and show or hide it; comes by itself, a little later."""
        began = time.perf_counter()
        if self._all_changed or len(self._changed) > _FEW:
            self._arrange()
        else:
            changed = self._changed
            self._forget_changes()
            stay = [entry for entry in self._shown if entry not in changed]
            passes = self._passes()
            more = [entry for entry in changed if passes(entry)]
            self._show(self._order.merged(stay, more), same=self._filter.is_empty)
        # Leave the time to others, after having taken so much of it
        self._later.setInterval(max(_EVERY_MS, int(1000 * _SHARE * (time.perf_counter() - began))))

    # How it is done

    @property
    def _moves(self) -> bool:
        """Whether a change may give an entry another row, or show or hide it."""
        return self._order.changes or not self._filter.is_empty

    def _note_change(self, entry: Entry) -> None:
        if self._moves:
            self._changed.add(entry)
            self._start_later()

    def _start_later(self) -> None:
        if not self._later.isActive():  # starting it anew each time would put it off as long as readings come
            self._later.start()

    def _forget_changes(self) -> None:
        self._changed = set()
        self._all_changed = False
        self._later.stop()

    def _passes(self) -> Callable[[Entry], bool]:
        test, pinned = self._filter.test(self._band, self._in_common), self._pinned
        return (lambda entry: entry is pinned or test(entry)) if pinned else test

    def _arrange(self) -> None:
        """Sort and filter all."""
        self._forget_changes()
        passing: Iterable[Entry] = self._entries
        if not self._filter.is_empty:
            self._in_common = _in_common(self._by_path)
            passes = self._passes()
            passing = [entry for entry in self._entries if passes(entry)]
        same = self._filter.is_empty and len(self._shown) == len(self._entries)
        self._show(self._order.arranged(passing), same)

    def _counted(self) -> Tally:
        if self._miscounted:
            self._miscounted = False
            for entry in self._entries:
                self._tally.count(entry, self._band)
        return self._tally


def _in_common(paths: Collection[str]) -> int:
    """How many characters of the folders in which all of them are."""
    first, last = min(paths, default=""), max(paths, default="")
    same = next(
        (n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first)
    )
    return first.rfind(os.sep, 0, same) + 1
