"""The folders and tables to learn from, and the buttons that add to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QPalette, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.paths import reviewed_table
from gui.controls import plain_tool_tip
from gui.dialogs.parts import words
from gui.icons import Icons


class _DropList(QListWidget):
    """Says what to do while there is nothing in it."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if not self.count():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            where = self.viewport().rect().adjusted(16, 16, -16, -16)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(where, flags, self.tr("Add a folder, or drop it here"))


class SourceList(QWidget):
    """Shows the sources; says which are to be added and which to go."""

    add_wanted = Signal(object)  # list[Path]
    reviewed_wanted = Signal()
    remove_wanted = Signal(object)  # list[Path]
    refresh_wanted = Signal()

    def __init__(self, icons: Icons, with_reviewed: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._folder = Path(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        )
        self.view = _DropList()
        self.view.setAccessibleName(self.tr("Scans to learn from"))
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setSpacing(2)
        self.add_folder = QPushButton(self.tr("Add &folder…"))
        self.add_folder.setToolTip(
            self.tr("A folder with NORMAL and PNEUMONIA inside, or with scans and a table of their labels")
        )
        self.add_table = QPushButton(self.tr("Add &table…"))
        self.add_table.setToolTip(self.tr("A CSV file with a row for each scan: its file, and its label"))
        self.add_reviewed = QPushButton(self.tr("My &reviewed scans"))
        self.add_reviewed.setToolTip(
            self.tr("The scans of which you said NORMAL or PNEUMONIA on the worklist")
        )
        self.add_reviewed.setVisible(with_reviewed)
        self.remove = QPushButton(self.tr("Re&move"))
        self.remove.setToolTip(self.tr("Take the selected ones off this list; their files stay (Delete)"))
        self.refresh = QPushButton(self.tr("&Look again"))
        self.refresh.setToolTip(self.tr("Look at all of them once more, if files have changed (F5)"))
        self._lay_out()
        self._connect()
        self.show_sources(())

    def show_sources(self, sources: Sequence[Path]) -> None:
        selected = {item.data(Qt.ItemDataRole.UserRole) for item in self.view.selectedItems()}
        self.view.clear()
        for source in sources:
            item = QListWidgetItem(self._words(source))
            item.setData(Qt.ItemDataRole.UserRole, source)
            item.setToolTip(plain_tool_tip(str(source)))
            item.setIcon(self._icons.get("table" if source.suffix.lower() == ".csv" else "folder"))
            self.view.addItem(item)
            item.setSelected(source in selected)
        self.refresh.setEnabled(bool(sources))
        self._on_selection()

    def dress(self) -> None:
        """Take the icons in the theme's colours."""
        self.show_sources([self._source(row) for row in range(self.view.count())])

    def _words(self, source: Path) -> str:
        if source == reviewed_table():
            return self.tr("My reviewed scans\nas they are reviewed now")
        return f"{source.name or source}\n{source.parent}"

    def _source(self, row: int) -> Path:
        return self.view.item(row).data(Qt.ItemDataRole.UserRole)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setSpacing(4)
        for button in (self.remove, self.refresh):
            button.setProperty("role", "quiet")
            below.addWidget(button)
        below.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(words(self.tr("Scans to learn from"), "title"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.add_folder, 1)
        row.addWidget(self.add_table, 1)
        column.addLayout(row)
        column.addWidget(self.add_reviewed)
        column.addWidget(self.view, 1)
        column.addLayout(below)

    def _connect(self) -> None:
        self.add_folder.clicked.connect(self._choose_folder)
        self.add_table.clicked.connect(self._choose_table)
        self.add_reviewed.clicked.connect(self.reviewed_wanted)
        self.remove.clicked.connect(self._on_remove)
        self.refresh.clicked.connect(self.refresh_wanted)
        self.view.itemSelectionChanged.connect(self._on_selection)
        delete = QShortcut(
            QKeySequence(Qt.Key.Key_Delete), self.view, context=Qt.ShortcutContext.WidgetShortcut
        )
        delete.activated.connect(self._on_remove)

    @Slot()
    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Add a folder of scans"), str(self._folder))
        dialog.setObjectName("add-folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Add"))
        self._open(dialog)

    @Slot()
    def _choose_table(self) -> None:
        dialog = QFileDialog(self, self.tr("Add a table of scans"), str(self._folder))
        dialog.setObjectName("add-table")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("Tables (*.csv)"), self.tr("All files (*)")])
        self._open(dialog)

    def _open(self, dialog: QFileDialog) -> None:
        dialog.filesSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot("QStringList")
    def _on_chosen(self, names: Sequence[str]) -> None:
        chosen = [Path(name) for name in names]
        if chosen:
            self._folder = chosen[0].parent
            self.add_wanted.emit(chosen)

    @Slot()
    def _on_remove(self) -> None:
        gone = [item.data(Qt.ItemDataRole.UserRole) for item in self.view.selectedItems()]
        if gone:
            self.remove_wanted.emit(gone)

    @Slot()
    def _on_selection(self) -> None:
        self.remove.setEnabled(bool(self.view.selectedItems()))
