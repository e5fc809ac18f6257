"""The table of the worklist: chooses rows, and keeps what is chosen while rows come, go and move."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QHoverEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.worklist.delegate import WorklistDelegate
from gui.worklist.entry import Entry
from gui.worklist.model import WorklistModel

#: A selection of more rows is taken apart before rows move and put together afterwards, by whole ranges: Qt
#: follows each row by itself.
_MANY = 200

_Flag = QItemSelectionModel.SelectionFlag
_Cursor = QAbstractItemView.CursorAction


class WorklistTable(QTableView):
    """Rows of entries. No tree, which lays out all its rows anew whenever one comes or moves."""

    chosen = Signal(object)  # Entry that the person wants to see
    opened = Signal(object)  # Entry that was double clicked, or Enter was pressed on
    selected_others = Signal()
    resized = Signal()

    def __init__(
        self, model: WorklistModel, delegate: WorklistDelegate, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._worklist = model
        self._delegate = delegate
        self._quiet = False
        self._choosing = False  # the person moves to a row; what that selects is still to come
        self._kept: tuple[list[Entry], Entry | None, int] = ([], None, -1)
        self.setModel(model)
        self.setItemDelegate(delegate)
        self._shape()
        # An empty one: theirs would look at every row to know whether to print their titles in bold
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSelectionModel(QItemSelectionModel(model, self))
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.doubleClicked.connect(self._on_double_click)
        model.rearranging.connect(self._on_rearranging)
        model.rearranged.connect(self._on_rearranged)

    def _shape(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab goes on to the next part of the window
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit_rows()

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._delegate.row_height(self.font()))

    # What is chosen

    @property
    def marked(self) -> Entry | None:
        """The scan that is on the screen."""
        return self._delegate.marked

    def mark(self, entry: Entry | None) -> None:
        """Mark the scan that is on the screen, and bring it into sight. Several selected rows stay so."""
        before, self._delegate.marked = self._delegate.marked, entry
        self._update_row_of(before)
        self._update_row_of(entry)
        row = self._worklist.row_of(entry) if entry else -1
        if self._choosing and row == self.currentIndex().row():
            return
        self._quiet = True
        selection = self.selectionModel()
        if row < 0:
            selection.clearCurrentIndex()
            if self.selected_count <= 1:
                selection.clearSelection()
        else:
            index = self._worklist.index(row, 0)
            keeps = self.selected_count > 1
            if self.currentIndex().row() != row or not (keeps or selection.isRowSelected(row, QModelIndex())):
                how = _Flag.NoUpdate if keeps else _Flag.ClearAndSelect | _Flag.Rows
                selection.setCurrentIndex(index, how)
            self.scrollTo(index)
        self._quiet = False

    def selected(self) -> list[Entry]:
        """Those of the selected rows, from the top down."""
        return [self._worklist.shown[row] for row in self._selected_rows()]

    @property
    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(each.height() for each in self.selectionModel().selection())

    def _selected_rows(self) -> list[int]:
        # Qt's own selectedRows takes seconds for 100,000
        ranges = self.selectionModel().selection()
        return sorted({row for each in ranges for row in range(each.top(), each.bottom() + 1)})

    def _entry_at(self, index: QModelIndex) -> Entry | None:
        return self._worklist.shown[index.row()] if index.isValid() else None

    def _on_current(self, current: QModelIndex, _: QModelIndex) -> None:
        if not self._quiet and (entry := self._entry_at(current)):
            self._choosing = True
            self.chosen.emit(entry)
            self._choosing = False

    def _on_selection(self, _: QItemSelection, __: QItemSelection) -> None:
        if not self._quiet:
            self.selected_others.emit()

    def _on_double_click(self, index: QModelIndex) -> None:
        if entry := self._entry_at(index):
            self.opened.emit(entry)

    # Rows come, go and move

    def _on_rearranging(self) -> None:
        self._quiet = True
        selected = self.selected()
        current = self._entry_at(self.currentIndex()) or self.marked
        self._kept = (selected, current, self._height_in_sight(current))
        if len(selected) > _MANY:
            self.selectionModel().clearSelection()

    def _on_rearranged(self) -> None:
        selected, current, height = self._kept
        self._kept = ([], None, -1)
        selection = self.selectionModel()
        row = self._worklist.row_of(current) if current else -1
        if row < 0:
            selection.clearCurrentIndex()
        elif self.currentIndex().row() != row:
            selection.setCurrentIndex(self._worklist.index(row, 0), _Flag.NoUpdate)
        rows = sorted(each for each in map(self._worklist.row_of, selected) if each >= 0)
        if not rows and row >= 0:
            rows = [row]
        if rows != self._selected_rows():
            selection.select(self._selection_of(rows), _Flag.ClearAndSelect | _Flag.Rows)
        if row >= 0 and height >= 0:
            self.executeDelayedItemsLayout()  # else the scroll bar knows nothing of the rows yet
            self.verticalScrollBar().setValue(row * self._row_height - height)
        self._quiet = False
        if len(rows) != len(selected):
            self.selected_others.emit()

    def _height_in_sight(self, entry: Entry | None) -> int:
        """How far below the upper edge a row stands; -1 where it is out of sight, or may be left there.

        Who looks at the first rows of a sorted list wants to see what comes there.
        """
        row = self._worklist.row_of(entry) if entry else -1
        scrolled = self.verticalScrollBar().value()
        height = row * self._row_height - scrolled
        in_sight = row >= 0 and scrolled > 0 and 0 <= height < self.viewport().height()
        return height if in_sight else -1

    @property
    def _row_height(self) -> int:
        return self.verticalHeader().defaultSectionSize()

    def _selection_of(self, rows: Iterable[int]) -> QItemSelection:
        """Rows, which ascend, as few ranges."""
        made = QItemSelection()
        first = last = -1
        for row in rows:
            if row != last + 1 or first < 0:
                if first >= 0:
                    made.select(self._worklist.index(first, 0), self._worklist.index(last, 0))
                first = row
            last = row
        if first >= 0:
            made.select(self._worklist.index(first, 0), self._worklist.index(last, 0))
        return made

    # What is in sight

    def rows_in_sight(self) -> range:
        """The rows of which something is to be seen."""
        first = self.rowAt(0)
        if first < 0:
            return range(0)
        last = self.rowAt(self.viewport().height() - 1)
        return range(first, (last if last >= 0 else self._worklist.rowCount() - 1) + 1)

    def update_row(self, row: int) -> None:
        """Paint a row again."""
        if row >= 0:
            top = self.rowViewportPosition(row)
            self.viewport().update(0, top, self.viewport().width(), self._row_height)

    def _update_row_of(self, entry: Entry | None) -> None:
        if entry:
            self.update_row(self._worklist.row_of(entry))

    def _hover(self, row: int) -> None:
        if row != self._delegate.hovered:
            before, self._delegate.hovered = self._delegate.hovered, row
            self.update_row(before)
            self.update_row(row)

    # Qt's own

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A row is one thing: the mouse is over all of it."""
        if isinstance(event, QHoverEvent) and event.type() != QEvent.Type.HoverLeave:
            self._hover(self.rowAt(event.position().toPoint().y()))
        elif event.type() in (QEvent.Type.HoverLeave, QEvent.Type.Leave):
            self._hover(-1)
        return super().viewportEvent(event)

    def moveCursor(self, action: _Cursor, modifiers: Qt.KeyboardModifier) -> QModelIndex:  # noqa: N802
        """Home and End go to the first and last row, as in a list, and not to the ends of the row."""
        column = max(self.currentIndex().column(), 0)
        if action == _Cursor.MoveHome:
            return self._worklist.index(0, column)
        if action == _Cursor.MoveEnd:
            return self._worklist.index(self._worklist.rowCount() - 1, column)
        return super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ~_KEYPAD:
            if entry := self._entry_at(self.currentIndex()):
                self.opened.emit(entry)
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 - Qt's name
        """Letters are keys of the window; and there is a field to search in."""

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Who comes by Tab finds a current row, which screen readers need."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.marked:
            self.mark(self.marked)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_rows()


_KEYPAD = Qt.KeyboardModifier.KeypadModifier
