"""The scans that the model gets wrong, as small pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.learning.watching import Wrong
from core.reading.finding import Found
from core.reading.words import label, percent
from gui.controls import plain_tool_tip
from gui.dialogs.parts import words
from gui.worklist.entry import THUMBNAIL
from gui.worklist.thumbnails import Thumbnails

_FOUND = Qt.ItemDataRole.UserRole

#: What the words below a picture need more than its width, in the window's units.
_BESIDE = 28


class WrongScans(QWidget):
    """Shows them, the surest first; says which one the person wants to see.

    Args:
        thumbnails: its own; nothing else should ask it for pictures.
    """

    scans_wanted = Signal(list)  # paths

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self.title = words(self.tr("What it gets wrong"), "title")
        self.line = words("", "caption")
        self.view = QListWidget()
        self.view.setViewMode(QListView.ViewMode.IconMode)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setMovement(QListView.Movement.Static)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        lines = 3 * self.view.fontMetrics().lineSpacing()
        self.view.setGridSize(QSize(THUMBNAIL + _BESIDE, THUMBNAIL + lines))
        self.view.setWordWrap(True)
        self.view.setAccessibleName(self.tr("Scans that it gets wrong"))
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.line)
        column.addWidget(self.view, 1)
        self.view.itemActivated.connect(self._on_activated)
        thumbnails.ready.connect(self._on_ready)
        self.show_scans((), known=False)

    def show_scans(self, scans: Sequence[Wrong], known: bool = True) -> None:
        """Show these.

        Args:
            known: False before the first epoch: nothing is known yet.
        """
        self.view.clear()
        for scan in scans:
            self.view.addItem(self._item(scan))
        if scans:
            line = self.tr("What they are, and how sure it is of the other. Double click opens one.")
        elif known:
            line = self.tr("Nothing among the scans that it checks itself on.")
        else:
            line = self.tr("Known after the first epoch.")
        self.line.setText(line)
        self.view.setVisible(bool(scans))
        self.view.setEnabled(bool(scans))

    def _item(self, scan: Wrong) -> QListWidgetItem:
        is_pneumonia = scan.label == 1
        sure = percent(1 - scan.probability if is_pneumonia else scan.probability)
        text = self.tr("is {label}\n{percent} {other}").format(
            label=label(is_pneumonia), percent=sure, other=label(not is_pneumonia)
        )
        item = QListWidgetItem(text)
        found = Found(scan.path, scan.path.name)
        item.setData(_FOUND, found)
        item.setToolTip(plain_tool_tip(f"{scan.path.name}\n{text}"))
        item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
        item.setIcon(self._icon(found))
        return item

    def _icon(self, found: Found) -> QIcon:
        image = self._thumbnails.image(found)
        if image is not None:
            return QIcon(QPixmap.fromImage(image))
        blank = QPixmap(THUMBNAIL, THUMBNAIL)
        blank.fill(Qt.GlobalColor.black)
        return QIcon(blank)

    def _on_ready(self, found: Found) -> None:
        for row in range(self.view.count()):
            item = self.view.item(row)
            if item.data(_FOUND) == found:
                item.setIcon(self._icon(found))

    @Slot(QListWidgetItem)
    def _on_activated(self, item: QListWidgetItem) -> None:
        self.scans_wanted.emit([item.data(_FOUND).path])
