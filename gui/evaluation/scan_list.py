"""The scans of a group, to be looked at one by one or opened in the viewer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.scoring.evaluated import EvaluatedScan
from gui.dialogs.choice import Choice
from gui.evaluation import words
from gui.evaluation.scan_model import Column, ScanModel

#: So many scans are opened in the viewer at once without further ado; more are read for minutes.
MOST_OPENED = 500

#: Widths in the window's units: what the names of scans keep, the least and the most of the other columns,
#: and what those need beside their titles (for the arrow of the order) and their words.
_NAME, _NARROWEST, _WIDEST = 165, 56, 300
_BESIDE_TITLE, _BESIDE_WORDS = 34, 30

#: So many rows are looked at to see how wide a column is.
_LOOKED_AT = 30


class ScanList(QWidget):
    """A choice of groups above the scans of the one that is chosen."""

    group_wanted = Signal(str)  # the key that the group was offered with
    scans_wanted = Signal(list)  # paths, to be opened in the viewer

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.group = Choice(self.tr("Scans to list"))
        self.group.setMinimumContentsLength(20)
        self.open = QPushButton()
        self.table = _Table()
        self.model = ScanModel(self)
        self.nothing = QLabel(self.tr("There are none."), alignment=Qt.AlignmentFlag.AlignCenter)
        self.nothing.setProperty("role", "muted")
        self.table.setModel(self.model)
        self._lay_out()
        self.group.chosen.connect(self._on_group)
        self.open.clicked.connect(self._on_open)
        self.table.activated.connect(self._on_activated)
        self.table.selectionModel().selectionChanged.connect(self._tell)
        self._tell()

    def offer(self, groups: Sequence[tuple[str, str]]) -> None:
        """Which groups there are: words and key of each."""
        chosen = self.group.value
        if [key for _, key in groups] == [self.group.itemData(at) for at in range(self.group.count())]:
            for at, (text, _) in enumerate(groups):
                self.group.setItemText(at, text)
        else:
            self.group.offer(groups)
            self.group.take(chosen)

    def show_scans(self, key: str, scans: Sequence[EvaluatedScan], columns: Sequence[Column]) -> None:
        """List the scans of the group with this key."""
        self.group.take(key)
        before = [each.title for each in self.model.columns]
        if before != [each.title for each in columns]:
            self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.model.show_scans(scans, columns)
        if before != [each.title for each in columns]:
            self.table.fit()
        self._stack.setCurrentWidget(self.table if scans else self.nothing)
        self._tell()

    @property
    def selected(self) -> list[int]:
        """Rows, from the top down."""
        return sorted(index.row() for index in self.table.selectionModel().selectedRows())

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.group, 1)
        head.addWidget(self.open)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)

    @Slot()
    def _tell(self) -> None:
        selected, count = len(self.selected), self.model.rowCount()
        many = min(selected or count, MOST_OPENED)
        if selected:
            text = self.tr("Open the selected in the viewer ({n})")
        elif count > MOST_OPENED:
            text = self.tr("Open the first {n} in the viewer")
        else:
            text = self.tr("Open all in the viewer ({n})")
        self.open.setText(text.format(n=words.number(many)))
        self.open.setEnabled(count > 0)

    def _on_group(self, key: str) -> None:
        self.group_wanted.emit(key)

    def _on_open(self) -> None:
        rows = self.selected or range(self.model.rowCount())
        self.scans_wanted.emit([self.model.path(row) for row in list(rows)[:MOST_OPENED]])

    def _on_activated(self, index: QModelIndex) -> None:
        self.scans_wanted.emit([self.model.path(index.row())])


class _Table(QTableView):
    """Rows that are chosen whole; Enter and a double click open one."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Scans"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 10)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(False)
        header.setSortIndicatorClearable(True)
        header.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def fit(self) -> None:
        """The first column takes what the others leave, and those give way where that is too little."""
        self.ensurePolished()
        header, model = self.horizontalHeader(), self.model()
        if model.columnCount() == 0:
            return
        widths = [self._wanted(section) for section in range(1, model.columnCount())]
        room = max(self.viewport().width() - _NAME, _NARROWEST * len(widths))
        while sum(widths) > room and max(widths) > _NARROWEST:
            widest = widths.index(max(widths))
            widths[widest] = max(widths[widest] - (sum(widths) - room), widths[widest] * 9 // 10, _NARROWEST)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section, width in enumerate(widths, start=1):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(section, width)

    def _wanted(self, section: int) -> int:
        header, model = self.horizontalHeader(), self.model()
        seen = min(model.rowCount(), _LOOKED_AT)
        texts = [str(model.index(row, section).data() or "") for row in range(seen)]
        widest = max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0)
        title = QFontMetrics(header.font()).horizontalAdvance(
            str(model.headerData(section, Qt.Orientation.Horizontal))
        )
        return min(max(title * 9 // 8 + _BESIDE_TITLE, widest + _BESIDE_WORDS), _WIDEST)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        # Not on every desktop does Enter activate by itself
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)
