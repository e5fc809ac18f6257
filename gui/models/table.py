"""The list of models."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gui.icons import Icons
from gui.models import words
from gui.models.shelf import Model

_NAME, _AUC, _MADE, _NOTE = range(4)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

#: Beside a column's widest words.
_PADDING = 28
_ICON = 30

#: Pixels below which there is no use in showing notes.
_NARROWEST_NOTE = 110


class _Notes(QStyledItemDelegate):
    """Notes lose their end where there is no room; the end of a name tells it from others."""

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class ModelTable(QTableWidget):
    """Shows models, one of which is chosen; the one that reads stands in bold with a mark."""

    chosen = Signal(str)  # another row is the current one
    opened = Signal(str)  # a double click, or Enter

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        self._icons = icons
        self._models: tuple[Model, ...] = ()
        self._filling = False
        self.setAccessibleName(self.tr("Models"))
        self.setHorizontalHeaderLabels([self.tr("Name"), self.tr("AUC"), self.tr("Made"), self.tr("Note")])
        self._shape()
        self.setItemDelegateForColumn(_NOTE, _Notes(self))
        self.currentCellChanged.connect(self._on_current)
        self.doubleClicked.connect(self._on_double_click)
        icons.changed.connect(self._mark)

    @property
    def current(self) -> str:
        """The name of the model that is chosen; empty for none."""
        row = self.currentRow()
        return self._models[row].name if 0 <= row < len(self._models) else ""

    def show_models(self, models: Sequence[Model], current: str) -> None:
        """Show these, and choose the one of that name; where it is not there the one that reads, or the
        first."""
        self._filling = True
        self._models = tuple(models)
        self.setRowCount(len(self._models))
        for row, model in enumerate(self._models):
            self._fill(row, model)
        self._mark()
        self._fit()
        self._filling = False
        names = [model.name for model in self._models]
        reading = next((model.name for model in self._models if model.reads), next(iter(names), ""))
        self.choose(current if current in names else reading)

    def choose(self, name: str) -> None:
        """Make the row of this model the current one, and bring it into sight."""
        row = next((row for row, model in enumerate(self._models) if model.name == name), -1)
        if row >= 0:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.model().index(row, _NAME), flags)
            self.scrollTo(self.currentIndex())

    def _shape(self) -> None:
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)  # Tab goes on to the next part of the window
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(40)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def _fill(self, row: int, model: Model) -> None:
        facts = model.facts
        note = facts.note.replace("\n", " ") if facts else model.problem
        told = (model.name, words.auc(facts), words.day(facts.made if facts else None), note)
        tips = (
            f"{model.name}\n{words.in_short(model)}",
            words.auc_in_full(facts),
            "",
            facts.note if facts else model.problem,
        )
        for column, (text, tip) in enumerate(zip(told, tips, strict=True)):
            item = QTableWidgetItem(text)
            item.setToolTip(_as_plain(tip))
            if column == _NAME:
                reads = self.tr("{name}, reads now").format(name=model.name)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, reads if model.reads else model.name)
            font = QFont(self.font())
            font.setBold(model.reads and column == _NAME)
            item.setFont(font)
            self.setItem(row, column, item)

    def _mark(self) -> None:
        """The mark of the one that reads, and of those that cannot be read, in the theme's colours."""
        for row, model in enumerate(self._models):
            name = "warning" if model.problem else "check" if model.reads else "model"
            item = self.item(row, _NAME)
            if item:
                item.setIcon(QIcon(self._icons.get(name)))

    def _fit(self) -> None:
        """Numbers get what they need, then names, and notes what is left, if that is enough."""
        rest = self.viewport().width()
        for column in (_AUC, _MADE):
            width = self._needed(column)
            self.setColumnWidth(column, width)
            rest -= width
        name = self._needed(_NAME) + _ICON
        note = max(rest - name, rest // 3)
        self.setColumnHidden(_NOTE, note < _NARROWEST_NOTE)
        self.setColumnWidth(_NOTE, note)
        self.setColumnWidth(_NAME, rest if note < _NARROWEST_NOTE else rest - note)

    def _needed(self, column: int) -> int:
        """The width of a column's widest words."""
        items = [
            self.horizontalHeaderItem(column),
            *(self.item(row, column) for row in range(self.rowCount())),
        ]
        return (
            max(QFontMetrics(each.font()).horizontalAdvance(each.text()) for each in items if each) + _PADDING
        )

    def _on_current(self, row: int, column: int, before: int, __: int) -> None:
        if not self._filling and row != before and self.current:
            self.chosen.emit(self.current)

    def _on_double_click(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self._models[index.row()].name)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.show_models(self._models, self.current)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in _ENTER and self.current:
            self.opened.emit(self.current)
            return
        super().keyPressEvent(event)


def _as_plain(text: str) -> str:
    """For a tool tip, which takes for HTML what looks like it."""
    escaped = html.escape(text).replace("\n", "<br>")
    return f"<p>{escaped}</p>" if text else ""
