"""The worklist on the screen: how many scans, what is shown of them, and the table."""

from __future__ import annotations

import json

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.reading.finding import Found
from gui.icons import Icons
from gui.preferences import Preferences
from gui.theme import Theme
from gui.worklist.columns import Columns
from gui.worklist.delegate import WorklistDelegate
from gui.worklist.entry import Entry
from gui.worklist.filter import Filter
from gui.worklist.filter_bar import FilterBar
from gui.worklist.model import WorklistModel
from gui.worklist.order import COLUMNS
from gui.worklist.table import WorklistTable
from gui.worklist.thumbnails import Thumbnails

#: Readings come faster than anyone can read how many there are.
_COUNT_MS = 150

#: Thumbnails of rows that went by are not made after all.
_SCROLLED_MS = 40

_EMPTY, _TABLE, _NO_MATCH = range(3)


class WorklistPanel(QWidget):
    """Shows the model; says which entry the person wants to see."""

    wanted = Signal(object)  # Entry
    opened = Signal(object)  # Entry: double clicked, or Enter
    menu_wanted = Signal(object, QPoint)  # Entry, where on the screen
    selection_changed = Signal()  # `selected` gives other entries

    def __init__(
        self,
        model: WorklistModel,
        thumbnails: Thumbnails,
        theme: Theme,
        icons: Icons,
        preferences: Preferences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._thumbnails = thumbnails
        self._icons = icons
        self._delegate = WorklistDelegate(theme, preferences, thumbnails, self)
        self.view = WorklistTable(model, self._delegate)
        self.view.setAccessibleName(self.tr("Worklist"))
        self.view.setAccessibleDescription(
            self.tr("The scans that were opened, and what the model says of each")
        )
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.columns = Columns(self.view, self)
        self.filter_bar = FilterBar(icons)
        self._counts = QLabel()
        self._counts.setProperty("role", "caption")
        self._counts.setWordWrap(True)
        self._soon = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._scrolled = QTimer(self, singleShot=True, interval=_SCROLLED_MS)
        self._lay_out()
        self._connect(theme)
        self.dress()
        self._show_order()
        self._count()

    # Assembly

    def _lay_out(self) -> None:
        self.most_likely = QToolButton()
        self.most_likely.setCheckable(True)
        self.most_likely.setIconSize(QSize(16, 16))
        self.most_likely.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.most_likely.setText(self.tr("Most likely pneumonia first"))
        self.most_likely.setToolTip(self.tr("Most likely pneumonia first"))
        self.most_likely.setAccessibleName(self.tr("Most likely pneumonia first"))
        title = QLabel(self.tr("Worklist"))
        title.setProperty("role", "title")
        self._part = QLabel()
        self._part.setProperty("role", "muted")
        self._part.setWordWrap(True)
        self._all = QPushButton(self.tr("Show all"))
        self._all.setProperty("role", "quiet")
        self._filtered = QWidget()
        line = QHBoxLayout(self._filtered)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._part, 1)
        line.addWidget(self._all, 0, Qt.AlignmentFlag.AlignTop)
        self._pages = QStackedLayout()
        self._pages.addWidget(_message(QLabel(self.tr("Scans that you open are listed here."))))
        self._pages.addWidget(self.view)
        self._show_all = QPushButton(self.tr("Show all scans"))
        self._pages.addWidget(_message(QLabel(self.tr("No scan matches the filter.")), self._show_all))
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch()
        top.addWidget(self.most_likely)
        head = QVBoxLayout()
        head.setContentsMargins(12, 8, 8, 8)
        head.setSpacing(6)
        head.addLayout(top)
        head.addWidget(self._counts)
        head.addWidget(self.filter_bar)
        head.addWidget(self._filtered)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(self._pages, 1)

    def _connect(self, theme: Theme) -> None:
        view, header = self.view, self.view.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(True)  # a third click: the order they came in
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(self._on_sort)
        view.chosen.connect(self.wanted)
        view.opened.connect(self.opened)
        view.selected_others.connect(self.selection_changed)
        view.customContextMenuRequested.connect(self._on_menu)
        view.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.columns.changed.connect(self._on_columns)
        self._on_columns()
        self.most_likely.clicked.connect(self._on_most_likely)
        self.filter_bar.wanted.connect(self._model.set_filter)
        self.filter_bar.left.connect(view.setFocus)
        for button in (self._all, self._show_all):
            button.clicked.connect(self.clear_filter)
        self._model.order_changed.connect(self._on_order)
        self._model.filter_changed.connect(self._on_filter)
        for signal in (self._model.rearranged, self._model.rowsInserted, self._model.rowsRemoved):
            signal.connect(self.show_counts)
        self._thumbnails.ready.connect(self._on_thumbnail)
        self._soon.timeout.connect(self._count)
        self._scrolled.timeout.connect(self._drop_what_went_by)
        theme.changed.connect(view.viewport().update)
        self._icons.changed.connect(self.dress)

    def dress(self) -> None:
        """Take the icon in the theme's colours."""
        self.most_likely.setIcon(self._icons.get("sort"))

    # What is shown

    def show_current(self, entry: Entry | None) -> None:
        """Mark the scan that is on the screen, and bring it into sight. Rows that are selected stay so."""
        self._model.pin(entry)
        self.view.mark(entry)

    def selected(self) -> list[Entry]:
        """Those of the selected rows, from the top down."""
        return self.view.selected()

    @property
    def selected_count(self) -> int:
        """How many rows are selected; quicker than to ask which."""
        return self.view.selected_count

    def show_counts(self) -> None:
        """Say how many scans there are, and how many of each verdict; soon, and once for many calls."""
        self._turn_page()
        if not self._soon.isActive():  # starting it anew each time would put it off as long as readings come
            self._soon.start()

    def set_wide(self, wide: bool) -> None:
        """Make the most of the whole window, or of a narrow place beside the picture."""
        self.columns.set_wide(wide)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if wide else Qt.ToolButtonStyle.ToolButtonIconOnly
        self.most_likely.setToolButtonStyle(style)
        self.filter_bar.setMaximumWidth(420 if wide else 16_777_215)

    @property
    def is_wide(self) -> bool:
        return self.columns.is_wide

    def find(self) -> None:
        """Let the person type what to search for."""
        self.filter_bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter_bar.search.selectAll()

    def clear_filter(self) -> None:
        """Show all scans."""
        self._model.set_filter(Filter())

    def save_state(self) -> str:
        """Columns and order, to be kept until the next start."""
        order = self._model.order
        return json.dumps({"columns": self.columns.save(), "order": [order.column, order.descending]})

    def restore_state(self, kept: object) -> None:
        """As it was saved; what is none, or makes no sense, changes nothing."""
        try:
            state = json.loads(kept) if isinstance(kept, str) else None
        except ValueError:
            return
        if not isinstance(state, dict):
            return
        if isinstance(columns := state.get("columns"), dict):
            self.columns.restore(columns)
        match state.get("order"):
            case [str(column), bool(descending)] if not column or column in COLUMNS:
                self._model.sort_by(column, descending)

    def _turn_page(self) -> None:
        page = _TABLE if self._model.shown else _NO_MATCH if self._model.entries else _EMPTY
        if page != self._pages.currentIndex():
            self._pages.setCurrentIndex(page)

    def _count(self) -> None:
        self._turn_page()
        number, counts = len(self._model.entries), self._model.counts()
        words = {
            "pneumonia": self.tr("{n} pneumonia"),
            "unsure": self.tr("{n} not sure"),
            "normal": self.tr("{n} normal"),
            "rejected": self.tr("{n} rejected"),
            "failed": self.tr("{n} failed"),
            "idle": self.tr("{n} not read"),
        }
        how_many = self.tr("{n} scans") if number > 1 else self.tr("{n} scan")
        parts = [how_many.format(n=number) if number else self.tr("No scans yet")]
        parts += [text.format(n=counts[name]) for name, text in words.items() if name in counts]
        # Lines break between the parts, never inside one
        self._counts.setText(" · ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts))
        self._show_part()

    def _show_part(self) -> None:
        shown, number, wanted = len(self._model.shown), len(self._model.entries), self._model.filter
        self._filtered.setVisible(not wanted.is_empty and number > 0)
        how_many = self.tr("{n} of {all} shown").format(n=shown, all=number)
        self._part.setText(" · ".join((how_many, *self.filter_bar.words(wanted))))

    # What the person does

    def _on_sort(self, section: int, order: Qt.SortOrder) -> None:
        column = COLUMNS[section] if 0 <= section < len(COLUMNS) else ""
        self._model.sort_by(column, order == Qt.SortOrder.DescendingOrder)

    def _on_most_likely(self, on: bool) -> None:
        self._model.sort_by("probability" if on else "", on)
        self._show_order()

    def _on_order(self) -> None:
        self._show_order()
        row = self._model.row_of(self.view.marked) if self.view.marked else -1
        if self._model.order.column or row < 0:
            self.view.scrollToTop()  # what it was sorted for
        else:
            self.view.scrollTo(self._model.index(row, 0))

    def _show_order(self) -> None:
        order = self._model.order
        self.most_likely.setChecked(order.column == "probability" and order.descending)
        header = self.view.horizontalHeader()
        blocked = header.blockSignals(True)
        way = Qt.SortOrder.DescendingOrder if order.descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(COLUMNS.index(order.column) if order.column else -1, way)
        header.blockSignals(blocked)
        header.viewport().update()

    def _on_filter(self) -> None:
        self.filter_bar.show_filter(self._model.filter)
        self._turn_page()
        self._show_part()
        row = self._model.row_of(self.view.marked) if self.view.marked else -1
        if row >= 0:
            self.view.scrollTo(self._model.index(row, 0))
        else:
            self.view.scrollToTop()

    def _on_columns(self) -> None:
        self._delegate.columns = self.columns.visible
        self.view.viewport().update()

    def _on_menu(self, position: QPoint) -> None:
        index = self.view.indexAt(position)
        if index.isValid():
            entry = self._model.shown[index.row()]
            self.menu_wanted.emit(entry, self.view.viewport().mapToGlobal(position))

    # Thumbnails

    def _on_thumbnail(self, found: Found) -> None:
        if entry := self._model.entry_of(found):
            self.view.update_row(self._model.row_of(entry))

    def _on_scrolled(self, _: int) -> None:
        if not self._scrolled.isActive():
            self._scrolled.start()

    def _drop_what_went_by(self) -> None:
        shown = self._model.shown
        self._thumbnails.keep_only({shown[row].found for row in self.view.rows_in_sight()})


def _message(label: QLabel, *below: QWidget) -> QWidget:
    """Words in the place of the table, and what can be done about it."""
    label.setProperty("role", "muted")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(12)
    column.addStretch()
    column.addWidget(label)
    for widget in below:
        widget.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch()
    return page
