"""Some labelled scans as a table, with columns that are worked out for the rows in sight only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.scoring.evaluated import EvaluatedScan

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_Order = Qt.SortOrder


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a listing.

    Attributes:
        title: above it.
        values: one for each scan, by which it is sorted.
        words: what is shown of a value.
        is_number: at the right edge.
    """

    title: str
    values: Sequence[Any]
    words: Callable[[Any], str] = str
    is_number: bool = False


class ScanModel(QAbstractTableModel):
    """Holds the scans in the order in which they are shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scans: Sequence[EvaluatedScan] = ()
        self._columns: Sequence[Column] = ()
        self._order: list[int] = []
        self._sorted: tuple[int, _Order] | None = None

    @property
    def columns(self) -> Sequence[Column]:
        return self._columns

    @property
    def scans(self) -> list[EvaluatedScan]:
        """In the order shown."""
        return [self._scans[at] for at in self._order]

    def show_scans(self, scans: Sequence[EvaluatedScan], columns: Sequence[Column]) -> None:
        """Show these; in the order given, or as they were sorted where the columns are the same."""
        self.beginResetModel()
        if [each.title for each in columns] != [each.title for each in self._columns]:
            self._sorted = None
        self._scans, self._columns = scans, columns
        self._order = self._arranged()
        self.endResetModel()

    def scan(self, row: int) -> EvaluatedScan:
        return self._scans[self._order[row]]

    def path(self, row: int) -> Path:
        return self.scan(row).path

    # What a QAbstractTableModel is asked

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's name
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's name
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self._columns[index.column()]
        if role == _Role.DisplayRole:
            return column.words(column.values[self._order[index.row()]])
        if role == _Role.TextAlignmentRole and column.is_number:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == _Role.ToolTipRole:
            scan = self.scan(index.row())
            return f"{scan.path}\n{scan.reason}" if scan.reason else str(scan.path)
        return None

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self._columns):
            column = self._columns[section]
            if role == _Role.DisplayRole:
                return column.title
            if role == _Role.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: _Order = _Order.AscendingOrder) -> None:
        self._sorted = (column, order) if column >= 0 else None
        self.layoutAboutToBeChanged.emit()
        before, self._order = self._order, self._arranged()
        # What is selected stays so, wherever it stands now
        rows = {place: row for row, place in enumerate(self._order)}
        for index in self.persistentIndexList():
            self.changePersistentIndex(index, self.index(rows[before[index.row()]], index.column()))
        self.layoutChanged.emit()

    def _arranged(self) -> list[int]:
        places = list(range(len(self._scans)))
        if self._sorted is None or self._sorted[0] >= len(self._columns):
            return places
        column, order = self._sorted
        values = self._columns[column].values
        return sorted(places, key=values.__getitem__, reverse=order == _Order.DescendingOrder)
