"""The worklist on the screen: how many scans, and the list of them."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QLabel, QStackedLayout, QTreeView, QVBoxLayout, QWidget

from gui.preferences import Preferences
from gui.theme import Theme
from gui.worklist.delegate import WorklistDelegate
from gui.worklist.entry import Entry
from gui.worklist.model import ENTRY_ROLE, WorklistModel
from gui.worklist.verdict import verdict_of


class WorklistPanel(QWidget):
    """Shows the model; says which entry the person wants to see."""

    wanted = Signal(object)  # Entry
    menu_wanted = Signal(object, QPoint)  # Entry, where on the screen

    def __init__(
        self, model: WorklistModel, theme: Theme, preferences: Preferences, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._preferences = preferences
        self._counts = QLabel()
        self._counts.setProperty("role", "caption")
        self._counts.setWordWrap(True)
        # Not a QListView, which lays out all its rows anew whenever one changes
        self.view = QTreeView()
        self.view.setHeaderHidden(True)
        self.view.setRootIsDecorated(False)
        self.view.setItemsExpandable(False)
        self.view.setIndentation(0)
        self.view.setModel(model)
        self.view.setItemDelegate(WorklistDelegate(theme, preferences, self.view))
        self.view.setUniformRowHeights(True)
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.setAccessibleName(self.tr("Worklist"))
        self.view.setAccessibleDescription(
            self.tr("The scans that were opened, and what the model says of each")
        )
        self.view.customContextMenuRequested.connect(self._on_menu)
        self.view.selectionModel().selectionChanged.connect(self._on_selected)
        nothing = QLabel(self.tr("Scans that you open are listed here."))
        nothing.setProperty("role", "muted")
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        nothing.setWordWrap(True)
        nothing.setMargin(16)
        title = QLabel(self.tr("Worklist"))
        title.setProperty("role", "title")
        self._pages = QStackedLayout()
        self._pages.addWidget(nothing)
        self._pages.addWidget(self.view)
        head = QVBoxLayout()
        head.setContentsMargins(12, 10, 12, 8)
        head.setSpacing(2)
        head.addWidget(title)
        head.addWidget(self._counts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(self._pages, 1)
        theme.changed.connect(self.view.viewport().update)
        # Readings come faster than anyone can read how many there are
        self._soon = QTimer(self, singleShot=True, interval=150)
        self._soon.timeout.connect(self._count)
        self._count()

    def show_current(self, entry: Entry | None) -> None:
        """Mark the scan that is on the screen, and bring it into sight."""
        index = self._model.index(self._model.row_of(entry)) if entry else self._model.index(-1)
        if index.isValid():
            if self.view.currentIndex() != index:
                self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
        else:
            self.view.selectionModel().clear()  # the current row too, or it would not be marked again

    def show_counts(self) -> None:
        """Say how many scans there are, and how many of each verdict; soon, and once for many calls."""
        self._pages.setCurrentIndex(1 if self._model.entries else 0)
        if not self._soon.isActive():  # starting it anew each time would put it off as long as readings come
            self._soon.start()

    def _count(self) -> None:
        entries = self._model.entries
        self._pages.setCurrentIndex(1 if entries else 0)
        band = self._preferences.now.uncertain_band
        verdicts = [verdict_of(entry, band) for entry in entries]
        words = {
            "pneumonia": self.tr("{n} pneumonia"),
            "unsure": self.tr("{n} not sure"),
            "normal": self.tr("{n} normal"),
            "rejected": self.tr("{n} rejected"),
            "failed": self.tr("{n} failed"),
        }
        how_many = self.tr("{n} scans") if len(entries) > 1 else self.tr("{n} scan")
        parts = [how_many.format(n=len(entries)) if entries else self.tr("No scans yet")]
        parts += [text.format(n=count) for name, text in words.items() if (count := verdicts.count(name))]
        # Lines break between the parts, never inside one
        self._counts.setText(" · ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts))

    def _on_selected(self, selected: QItemSelection, _: QItemSelection) -> None:
        for index in selected.indexes():
            self.wanted.emit(index.data(ENTRY_ROLE))

    def _on_menu(self, position: QPoint) -> None:
        index = self.view.indexAt(position)
        if index.isValid():
            self.menu_wanted.emit(index.data(ENTRY_ROLE), self.view.viewport().mapToGlobal(position))
