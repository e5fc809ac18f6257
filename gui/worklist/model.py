"""The worklist as Qt's views want it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.reading.folder import Found
from core.settings import Settings
from gui.worklist.entry import Entry
from gui.worklist.verdict import aloud

#: Gives the Entry itself.
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class WorklistModel(QAbstractListModel):
    """The entries in the order they came; each file once.

    Attributes:
        band: of uncertainty, as in the settings; only for those who cannot see the list.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.band = Settings.uncertain_band
        self._entries: list[Entry] = []
        self._rows: dict[Entry, int] = {}
        self._by_found: dict[Found, Entry] = {}

    @property
    def entries(self) -> Sequence[Entry]:
        return self._entries

    def entry_of(self, found: Found) -> Entry | None:
        return self._by_found.get(found)

    def row_of(self, entry: Entry) -> int:
        """Its row; -1 where it is not in the list."""
        return self._rows.get(entry, -1)

    def add(self, founds: Iterable[Found]) -> list[Entry]:
        """Append those that are not there yet; the new entries."""
        known = {entry.found.path for entry in self._entries if entry.found.content is None}
        fresh = []
        for found in founds:
            if found.content is not None or found.path not in known:
                known.add(found.path)
                fresh.append(Entry(found))
        if fresh:
            first = len(self._entries)
            self.beginInsertRows(_NOWHERE, first, first + len(fresh) - 1)
            self._entries += fresh
            self._rows.update((entry, row) for row, entry in enumerate(fresh, first))
            self._by_found.update((entry.found, entry) for entry in fresh)
            self.endInsertRows()
        return fresh

    def remove(self, entry: Entry) -> None:
        row = self._rows[entry]
        self.beginRemoveRows(_NOWHERE, row, row)
        del self._entries[row], self._by_found[entry.found]
        self._rows = {each: number for number, each in enumerate(self._entries)}
        self.endRemoveRows()

    def clear(self) -> None:
        self.beginResetModel()
        self._entries, self._rows, self._by_found = [], {}, {}
        self.endResetModel()

    def tell(self, entry: Entry) -> None:
        """Say that something of `entry` changed."""
        index = self.index(self.row_of(entry))
        if index.isValid():
            self.dataChanged.emit(index, index)

    def tell_all(self) -> None:
        if self._entries:
            self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))

    def rowCount(self, parent: _Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role == Qt.ItemDataRole.ToolTipRole:
            path = str(entry.found.relative if entry.found.content else entry.found.path)
            return f"<p>{html.escape(path)}</p>" if "<" in path else path  # or it might be taken for markup
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return aloud(entry, self.band)
        return None
