"""How many scans of each class there are, by DATASET and by what they are used for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from core.datasets.dataset import SPLITS, Split
from core.datasets.inspected import Inspection
from core.reading.words import label
from gui.controls import plain_tool_tip
from gui.training.words import number, part_name, part_purpose

#: So many rows are seen at once; what goes beyond is scrolled.
_MOST_ROWS = 10

_NAME = Qt.ItemDataRole.UserRole


class CountsTable(QTableWidget):
    """Shows an Inspection; as high as its rows, up to a number of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 5, parent)
        self.setAccessibleName(self.tr("Scans that were found"))
        self.setHorizontalHeaderLabels(
            [self.tr("Source"), self.tr("Use"), label(False), label(True), self.tr("Patients")]
        )
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(self.columnCount()):
            self.horizontalHeaderItem(column).setTextAlignment(_alignment(column))

    def show_inspection(self, inspection: Inspection) -> None:
        self.setRowCount(0)
        for name in inspection.datasets:
            for part in SPLITS:
                if any(inspection.counts(name, part)):
                    self._add(name, part, inspection)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _add(self, name: str, part: Split, inspection: Inspection) -> None:
        row = self.rowCount()
        is_first = row == 0 or self.item(row - 1, 0).data(_NAME) != name
        normal, pneumonia = inspection.counts(name, part)
        patients = inspection.patients.get((name, part))
        texts = (
            name if is_first else "",
            part_name(part),
            number(normal),
            number(pneumonia),
            "–" if patients is None else number(patients),
        )
        self.insertRow(row)
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setTextAlignment(_alignment(column))
            item.setToolTip(plain_tool_tip(name) if column == 0 else part_purpose(part))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, name if column == 0 else text)
            item.setData(_NAME, name)
            self.setItem(row, column, item)

    def _fit(self) -> None:
        self.resizeRowsToContents()
        rows = min(self.rowCount(), _MOST_ROWS)
        heights = sum(self.rowHeight(row) for row in range(rows))
        self.setFixedHeight(heights + self.horizontalHeader().sizeHint().height() + 4)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= 2 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
