"""The scans in the window: all of them, and those that are shown as they are sorted and filtered."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import islice

from PySide6.QtCore import QObject, QTimer, Signal

from core.reading.finding import Found
from core.review import Agreement
from gui.worklist.entry import Entry
from gui.worklist.filter import Filter
from gui.worklist.order import COLUMNS, Order, by_place
from gui.worklist.rows import Rows, without
from gui.worklist.tally import Tally

#: While readings come, rows are put in order this often at most, and never for more than one part in so many
#: of the time. Longer than a double click: no row moves away between its two.
_EVERY_MS, _SHARE = 600, 25

#: While scans come, and what has changed is more than can be dealt with at once, likewise.
_SOON_MS, _SOON_SHARE = 60, 2

#: Changes that are dealt with at once, in a moment that nobody notices; and fewer, which do not wait at all.
_AT_ONCE, _FEW = 3000, 100


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
        self._common = ""  # a folder that holds all of them: to have its name says nothing
        self._order = Order()
        self._filter = Filter()
        self._pinned: Entry | None = None
        self._changed: dict[Entry, None] = {}  # what came, or may have to go elsewhere
        self._tally = Tally()
        self._miscounted = False  # all are counted anew before anyone is told how many there are
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.arrange_changed)
        self._arranged = 0.0  # when that was last done, on the performance counter, and
        self._took = 0.0  # how many seconds

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
        by_path = self._by_path
        for entry in entries:
            found = entry.found
            if found.content is not None:
                self._pasted[found] = entry
            elif by_path.setdefault(found.where, entry) is not entry:
                continue
            entry.number = self._came
            self._came += 1
            fresh.append(entry)
        if fresh:
            self._tally.count_all(fresh, self._band)
            self._entries += fresh
            self._take_in(fresh)
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
            self._changed.pop(entry, None)
        if self._pinned in gone:
            self._pinned = None
        self._tally.leave_out(gone)
        self._entries = [entry for entry in self._entries if entry not in gone]
        rows = self._rows_of(gone)
        if rows:
            self._is_settled = False  # until those without a place are off the list
        for entry in gone:
            entry.place = None
        if rows:
            self._exchange(without(self._shown, rows), rows, [])

    def clear(self) -> None:
        """Take all off."""
        entries, self._entries = self._entries, []
        self._tally.leave_out(entries)
        for entry in entries:
            entry.place = None
        self._by_path, self._pasted = {}, {}
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
            self._note_changes((self._pinned,))
        self._pinned = entry if entry and self.row_of(entry) >= 0 else None

    def tell(self, entry: Entry) -> None:
        """Say that something of `entry` changed."""
        if entry.counted is not None:
            self._tally.count(entry, self._band)
            row = self.row_of(entry)
            self._tell_rows(row, row)
            self._note_changes((entry,))

    def tell_some(self, entries: Iterable[Entry]) -> None:
        """Say that something of these changed: for many that is quicker than one by one."""
        there = [entry for entry in entries if entry.counted is not None]
        self._tally.count_all(there, self._band)
        self._tell_rows(0, len(self._shown) - 1)
        self._note_changes(there)

    def tell_all(self) -> None:
        """Say that something may have changed of every entry."""
        self._miscounted = True
        self._tell_rows(0, len(self._shown) - 1)
        self._note_changes(self._entries)

    def arrange_changed(self) -> None:
        """Put what changed into its place, and show or hide it; comes by itself, a little later.

        So much of it that nobody notices; the rest follows.
        """
        began = time.perf_counter()
        if len(self._changed) > _AT_ONCE:
            changed = list(islice(self._changed, _AT_ONCE))
            for entry in changed:
                del self._changed[entry]
        else:
            changed = list(self._changed)
            self._forget_changes()
        self._arrange_these(changed)
        self._arranged = time.perf_counter()
        self._took = self._arranged - began
        if self._changed:
            self._arrange_soon()

    # How it is done

    @property
    def _moves(self) -> bool:
        """Whether a change may give an entry another row, or show or hide it."""
        return self._order.changes or not self._filter.is_empty

    def _take_in(self, fresh: Sequence[Entry]) -> None:
        """Show those that came: at once where these or all are few, else together with others that come."""
        if self._filter.text.strip() and not all(
            entry.found.where.startswith(self._common) for entry in fresh if entry.found.content is None
        ):
            self._arrange()
            return
        self._changed.update(dict.fromkeys(fresh))
        if len(fresh) <= _FEW or len(self._entries) <= _AT_ONCE:
            self.arrange_changed()
        else:
            self._arrange_soon()

    def _note_changes(self, entries: Iterable[Entry]) -> None:
        if self._moves:
            self._changed.update(dict.fromkeys(entries))
            if not self._later.isActive():  # to start it anew would put it off as long as readings come
                self._later.start(max(_EVERY_MS, int(1000 * _SHARE * self._took)))

    def _arrange_soon(self) -> None:
        passed = time.perf_counter() - self._arranged
        pause = max(_SOON_MS, int(1000 * (_SOON_SHARE * self._took - passed)))
        if not self._later.isActive() or self._later.remainingTime() > pause:
            self._later.start(pause)

    def _forget_changes(self) -> None:
        self._changed = {}
        self._later.stop()

    def _passes(self) -> Callable[[Entry], bool] | None:
        """What tells whether an entry is shown; None: all are."""
        if self._filter.is_empty:
            return None
        test, pinned = self._filter.test(self._band, len(self._common)), self._pinned
        return (lambda entry: entry is pinned or test(entry)) if pinned else test

    def _arrange(self) -> None:
        """Sort and filter all."""
        self._forget_changes()
        if self._filter.text.strip():
            self._common = _common_folder(self._by_path)
        passes = self._passes()
        passing = self._entries if passes is None else [each for each in self._entries if passes(each)]
        self._is_settled = False
        for entry in self._shown:
            entry.place = None
        self._show(self._order.arranged(passing))

    def _arrange_these(self, changed: Sequence[Entry]) -> None:
        """Sort and filter these; the others stay where they are."""
        before = self._rows_of({entry for entry in changed if entry.place is not None})
        if before:
            self._is_settled = False
        passes, placing = self._passes(), self._order.placing()
        came, there = [], []
        for entry in changed:
            if passes is None or passes(entry):
                (came if entry.place is None else there).append(entry)
                entry.place = placing(entry)
            else:
                entry.place = None
        if came and not before and self._come_last(came):
            self._append(sorted(came, key=by_place))
            return
        gone = [row for row in before if self._shown[row].place is None]
        stay = without(self._shown, before)
        self._exchange(self._order.merged(stay, came + there), gone, came)

    def _come_last(self, entries: Sequence[Entry]) -> bool:
        """Whether these stand below all that are shown."""
        return not self._shown or self._shown[-1].place < min(map(by_place, entries))

    def _counted(self) -> Tally:
        if self._miscounted:
            self._miscounted = False
            self._tally.count_all(self._entries, self._band)
        return self._tally


def _common_folder(paths: Collection[str]) -> str:
    """The path of the smallest folder that holds all of them, with a separator at its end; empty for none."""
    first, last = min(paths, default=""), max(paths, default="")
    same = next(
        (n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first)
    )
    return first[: first.rfind(os.sep, 0, same) + 1]
