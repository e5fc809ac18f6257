"""Which columns of the worklist are seen, where and how wide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QHeaderView, QMenu

from gui.worklist.order import COLUMNS
from gui.worklist.table import WorklistTable
from gui.worklist.verdict import title

#: What the scan's own column keeps, however many stand beside it.
_SCAN_KEEPS = {"narrow": 200, "wide": 260}

#: Those that are there beside the scan until the person chooses others.
_AT_FIRST = {"narrow": ("probability", "review"), "wide": COLUMNS[1:]}

#: What a column is expected to say at most, to give it its first width. The folder has what it has.
_SAMPLES = {
    "label": "mm PNEUMONIA",
    "probability": ">99%",
    "confidence": ">99%",
    "status": "Not read yet",
    "review": "mm PNEUMONIA mm",
    "folder": "m" * 18,
}
_NARROWEST, _WIDEST = 40, 1200
_BESIDE_TITLE, _BESIDE_WORDS = 36, 18  # the arrow of the order and margins, in the window's units


@dataclass
class _Layout:
    """What the person made of the columns beside the scan, in one of the two modes."""

    order: list[str] = field(default_factory=lambda: list(COLUMNS[1:]))
    chosen: set[str] = field(default_factory=set)
    widths: dict[str, int] = field(default_factory=dict)


class Columns(QObject):
    """Lays out the columns of a table.

    The scan's column takes what the others leave. Those for which there is no room are left out, the last
    first, so that nothing needs scrolling sideways: a wider list shows more of them. A narrow list beside the
    picture and a wide one that has the whole window are laid out each in its own way.
    """

    changed = Signal()  # which are in sight

    def __init__(self, table: WorklistTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._header = table.horizontalHeader()
        self._layouts = {mode: _Layout(chosen=set(_AT_FIRST[mode])) for mode in _AT_FIRST}
        self._mode = "narrow"
        self._busy = False
        self._visible: frozenset[str] = frozenset()
        header = self._header
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(False)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(_NARROWEST)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(COLUMNS.index("scan"), QHeaderView.ResizeMode.Stretch)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_menu)
        header.sectionResized.connect(self._on_resized)
        header.sectionMoved.connect(self._on_moved)
        table.resized.connect(self.fit)
        self._lay_out()

    @property
    def visible(self) -> frozenset[str]:
        """Those in sight, the scan's among them."""
        return self._visible

    @property
    def is_wide(self) -> bool:
        return self._mode == "wide"

    def set_wide(self, wide: bool) -> None:
        """Lay them out for a list that has the whole window, or for one beside the picture."""
        self._mode = "wide" if wide else "narrow"
        self._lay_out()

    def choose(self, column: str, chosen: bool) -> None:
        """Show a column where there is room, or do not."""
        now = self._layouts[self._mode].chosen
        if chosen:
            now.add(column)
        else:
            now.discard(column)
        self.fit()

    def reset(self) -> None:
        """As they were at first, in this mode."""
        self._layouts[self._mode] = _Layout(chosen=set(_AT_FIRST[self._mode]))
        self._lay_out()

    def menu(self) -> QMenu:
        """To choose columns from; destroyed when it closes."""
        made = QMenu(self._table)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column in self._layouts[self._mode].order:
            action = QAction(title(column), made, checkable=True)
            action.setChecked(column in self._layouts[self._mode].chosen)
            action.setData(column)
            made.addAction(action)
        made.addSeparator()
        made.addAction(self.tr("Columns as at first"))
        made.triggered.connect(self._on_chosen)
        return made

    def save(self) -> dict[str, Any]:
        """For `restore`; of plain values."""
        return {
            mode: {"order": each.order, "chosen": sorted(each.chosen), "widths": each.widths}
            for mode, each in self._layouts.items()
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """As they were saved, perhaps by another version: what makes no sense is passed over."""
        for mode in self._layouts:
            if isinstance(each := kept.get(mode), Mapping):
                self._layouts[mode] = _restored(each, _AT_FIRST[mode])
        self._lay_out()

    def fit(self) -> None:
        """Show as many of the chosen columns as there is room for."""
        layout = self._layouts[self._mode]
        left = self._table.viewport().width() - _SCAN_KEEPS[self._mode]
        visible = {"scan"}
        self._busy = True
        for column in layout.order:
            if column in layout.chosen:
                left -= self._width(column)
                if left >= 0:
                    visible.add(column)
        for section, column in enumerate(COLUMNS):
            if self._header.isSectionHidden(section) == (column in visible):
                self._header.setSectionHidden(section, column not in visible)
            if column in visible and column != "scan":
                self._header.resizeSection(section, self._width(column))
        self._busy = False
        if visible != self._visible:
            self._visible = frozenset(visible)
            self.changed.emit()

    def _width(self, column: str) -> int:
        metrics = QFontMetrics(self._header.font())
        at_least = max(
            metrics.horizontalAdvance(title(column)) + _BESIDE_TITLE,
            QFontMetrics(self._table.font()).horizontalAdvance(_SAMPLES[column]) + _BESIDE_WORDS,
        )
        return self._layouts[self._mode].widths.get(column, at_least)

    def _lay_out(self) -> None:
        self._busy = True
        for place, column in enumerate(self._layouts[self._mode].order, 1):
            self._header.moveSection(self._header.visualIndex(COLUMNS.index(column)), place)
        self._busy = False
        self.fit()

    def _on_resized(self, section: int, _: int, width: int) -> None:
        """The person drags an edge: as far as the scan's column can give way."""
        column = COLUMNS[section]
        if self._busy or column == "scan" or width == 0:
            return
        others = sum(self._width(each) for each in self._visible - {"scan", column})
        room = self._table.viewport().width() - _SCAN_KEEPS[self._mode] - others
        self._layouts[self._mode].widths[column] = max(min(width, room), _NARROWEST)
        if width > room:
            self.fit()

    def _on_moved(self, *_: int) -> None:
        if not self._busy:
            places = range(1, len(COLUMNS))
            self._layouts[self._mode].order = [COLUMNS[self._header.logicalIndex(place)] for place in places]

    def _on_menu(self, where: QPoint) -> None:
        self.menu().popup(self._header.viewport().mapToGlobal(where))

    def _on_chosen(self, action: QAction) -> None:
        if column := action.data():
            self.choose(column, action.isChecked())
        else:
            self.reset()


def _restored(kept: Mapping[str, Any], at_first: tuple[str, ...]) -> _Layout:
    known = set(COLUMNS[1:])
    order, chosen, widths = kept.get("order"), kept.get("chosen"), kept.get("widths")
    made = _Layout(chosen=set(at_first))
    if isinstance(order, list):
        # A column that was not there yet comes last
        made.order = [each for each in dict.fromkeys(map(str, (*order, *COLUMNS[1:]))) if each in known]
    if isinstance(chosen, list):
        made.chosen = known.intersection(map(str, chosen))
    if isinstance(widths, dict):
        made.widths = {
            name: width
            for name, width in widths.items()
            if name in known and type(width) is int and _NARROWEST <= width <= _WIDEST
        }
    return made
