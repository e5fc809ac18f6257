"""The rows of the worklist as Qt's views want them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from core.settings import Settings
from gui.controls import plain_tool_tip
from gui.worklist.entry import Entry
from gui.worklist.order import COLUMNS, DESCENDING_FIRST, by_place
from gui.worklist.verdict import aloud, cell_words, explanation, title, verdict_of

#: Gives the Entry itself.
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)

#: Rows that come and go are told one by one, as screen readers like it, up to so many at a time.
_FEW = 40

#: For so many rows that are asked for one after the other it is worth to number all.
_MANY = 1000

#: More than one part in so many of all rows are found by going through all.
_A_SHARE = 20

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class Rows(QAbstractTableModel):
    """An entry a row. Which, and in what order, is for the heir to say."""

    rearranging = Signal()  # rows are about to come, go or move
    rearranged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._band = Settings.uncertain_band
        self._shown: list[Entry] = []
        self._is_settled = True  # they stand by their places, so that each can be searched for
        self._rows: dict[Entry, int] = {}  # of all, where many are asked for between two changes
        self._asked = 0

    @property
    def shown(self) -> Sequence[Entry]:
        """The entries that have a row, in order."""
        return self._shown

    def row_of(self, entry: Entry) -> int:
        """Its row; -1 where it is not shown."""
        if entry.place is None:
            return -1
        if not self._is_settled:
            return self._shown.index(entry) if entry in self._shown else -1
        if self._asked < _MANY:
            # To number 100,000 anew whenever one of them moves would hold the window
            self._asked += 1
            row = bisect_left(self._shown, entry.place, key=by_place)
            return row if row < len(self._shown) and self._shown[row] is entry else -1
        if not self._rows:
            self._rows = dict(zip(self._shown, range(len(self._shown)), strict=True))
        return self._rows.get(entry, -1)

    def _rows_of(self, entries: Collection[Entry]) -> list[int]:
        """Their rows, from the top, without those that are not shown."""
        if len(entries) * _A_SHARE > len(self._shown):
            wanted = set(entries)
            return [row for row, entry in enumerate(self._shown) if entry in wanted]
        return sorted(row for entry in entries if (row := self.row_of(entry)) >= 0)

    def _append(self, entries: list[Entry]) -> None:
        """Have these, which are placed, below the others."""
        first = len(self._shown)
        self.beginInsertRows(NOWHERE, first, first + len(entries) - 1)
        self._shown += entries
        self._on_moved()
        self.endInsertRows()

    def _show(self, entries: list[Entry]) -> None:
        """Have these rows, in this order: all that are placed. The list is not to be changed afterwards."""
        before = set(self._shown)
        gone = [row for row, entry in enumerate(self._shown) if entry.place is None]
        self._exchange(entries, gone, [entry for entry in entries if entry not in before])

    def _exchange(self, entries: list[Entry], gone: Sequence[int], came: Sequence[Entry]) -> None:
        """Have these rows, as `_show` does, and tell the views no more than they need.

        Args:
            gone: the rows, from the top, of those that are shown now and will not be.
            came: those that are not shown now.
        """
        if entries == self._shown:
            self._set(entries)
            return
        self.rearranging.emit()
        if len(gone) + len(came) > _FEW:
            self.beginResetModel()
            self._set(entries)
            self.endResetModel()
        else:
            for row in reversed(gone):
                self.beginRemoveRows(NOWHERE, row, row)
                del self._shown[row]
                self.endRemoveRows()
            rows = sorted(bisect_left(entries, entry.place, key=by_place) for entry in came)
            self._reorder(without(entries, rows))
            for row in rows:
                self.beginInsertRows(NOWHERE, row, row)
                self._shown.insert(row, entries[row])
                self._on_moved()
                self.endInsertRows()
        self.rearranged.emit()

    def _reorder(self, entries: list[Entry]) -> None:
        """The same rows in another order."""
        if entries == self._shown:
            self._set(entries)
            return
        self.layoutAboutToBeChanged.emit()
        before = self._shown
        self._set(entries)
        for index in self.persistentIndexList():
            row = self.row_of(before[index.row()])
            self.changePersistentIndex(index, self.index(row, index.column()))
        self.layoutChanged.emit()

    def _set(self, entries: list[Entry]) -> None:
        """They stand by their places from now on."""
        self._shown = entries
        self._is_settled = True
        self._on_moved()

    def _on_moved(self) -> None:
        """Rows have other numbers."""
        self._asked = 0
        self._rows = {}

    def _tell_rows(self, first: int, last: int) -> None:
        """What these rows say is another thing now; nothing where there are none."""
        if 0 <= first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))

    # As Qt wants it

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        entry = self._shown[index.row()]
        if role == ENTRY_ROLE:
            return entry
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_words(entry, column, verdict_of(entry, self._band))
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tool_tip(entry, column)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and column == "scan":
            return aloud(entry, self._band)
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return title(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return explanation(column) or None
        if role == Qt.ItemDataRole.InitialSortOrderRole:
            descending = column in DESCENDING_FIRST
            return Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


def without(entries: Sequence[Entry], rows: Iterable[int]) -> list[Entry]:
    """All but those in these rows, which ascend."""
    left: list[Entry] = []
    start = 0
    for row in rows:
        left += entries[start:row]
        start = row + 1
    left += entries[start:]
    return left


def _tool_tip(entry: Entry, column: str) -> str:
    """More than the cell has room for; never as markup, for which a name might be taken."""
    if column == "review":
        text = entry.review.note if entry.review else ""
    elif column == "status":
        text = entry.reason
    else:
        text = entry.name if entry.found.content is not None else entry.found.where
    return plain_tool_tip(text)
