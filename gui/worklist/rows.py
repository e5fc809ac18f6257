"""The rows of the worklist as Qt's views want them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from core.settings import Settings
from gui.worklist.entry import Entry
from gui.worklist.order import COLUMNS, DESCENDING_FIRST
from gui.worklist.verdict import aloud, cell_words, explanation, title, verdict_of

#: Gives the Entry itself.
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)

#: Rows that come and go are told one by one, as screen readers like it, up to so many at a time.
_FEW = 40

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
        self._rows: dict[Entry, int] | None = {}  # None: made anew when it is asked for

    @property
    def shown(self) -> Sequence[Entry]:
        """The entries that have a row, in order."""
        return self._shown

    def row_of(self, entry: Entry) -> int:
        """Its row; -1 where it is not shown."""
        if self._rows is None:
            self._rows = dict(zip(self._shown, range(len(self._shown)), strict=True))
        return self._rows.get(entry, -1)

    def _append(self, entries: list[Entry]) -> None:
        """Have these below the others."""
        first = len(self._shown)
        self.beginInsertRows(NOWHERE, first, first + len(entries) - 1)
        self._shown += entries
        if self._rows is not None:
            self._rows.update(zip(entries, range(first, len(self._shown)), strict=True))
        self.endInsertRows()

    def _show(self, entries: list[Entry], same: bool = False) -> None:
        """Have these rows, in this order, and tell the views no more than they need.

        Args:
            entries: not to be changed afterwards.
            same: they are those that are shown now, perhaps in another order.
        """
        if entries == self._shown:
            return
        self.rearranging.emit()
        if same:
            self._reorder(entries)
        else:
            self._exchange(entries)
        self.rearranged.emit()

    def _exchange(self, entries: list[Entry]) -> None:
        rows = dict(zip(entries, range(len(entries)), strict=True))
        gone = [row for row, entry in enumerate(self._shown) if entry not in rows]
        came: list[int] = []
        stay = entries
        if len(entries) > len(self._shown) - len(gone):
            before = set(self._shown)
            came = [row for row, entry in enumerate(entries) if entry not in before]
            stay = [entry for entry in entries if entry in before]
        if len(gone) + len(came) > _FEW:
            self.beginResetModel()
            self._shown, self._rows = entries, rows
            self.endResetModel()
            return
        for row in reversed(gone):
            self.beginRemoveRows(NOWHERE, row, row)
            del self._shown[row]
            self._rows = None
            self.endRemoveRows()
        self._reorder(stay)
        for row in came:
            self.beginInsertRows(NOWHERE, row, row)
            self._shown.insert(row, entries[row])
            self._rows = None
            self.endInsertRows()
        self._rows = rows

    def _reorder(self, entries: list[Entry]) -> None:
        """The same rows in another order."""
        if entries == self._shown:
            return
        self.layoutAboutToBeChanged.emit()
        before, self._shown = self._shown, list(entries)
        self._rows = None
        for index in self.persistentIndexList():
            row = self.row_of(before[index.row()])
            self.changePersistentIndex(index, self.index(row, index.column()))
        self.layoutChanged.emit()

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


def _tool_tip(entry: Entry, column: str) -> str:
    """More than the cell has room for; never as markup, for which a name might be taken."""
    if column == "review":
        text = entry.review.note if entry.review else ""
    elif column == "status":
        text = entry.reason
    else:
        text = entry.name if entry.found.content is not None else entry.found.where
    return f"<p>{html.escape(text)}</p>" if "<" in text else text
