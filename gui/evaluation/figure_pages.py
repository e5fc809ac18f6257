"""The figures: as many beside each other as there is room for, the others behind tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget


@dataclass(frozen=True)
class Page:
    """Something that is seen beside the others, or by itself.

    Attributes:
        width: units that it needs to be read.
    """

    title: str
    widget: QWidget
    width: int


class FigurePages(QWidget):
    """Pages that stand in a row while they have room, and share a place where they have not."""

    def __init__(self, pages: Sequence[Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = tuple(pages)
        self._groups: list[list[Page]] = []
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Figures"))
        self.tabs.setExpanding(False)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for page in self._pages:
            row.addWidget(page.widget, page.width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.tabs)
        layout.addLayout(row, 1)
        self.tabs.currentChanged.connect(self._show)
        self._arrange()

    def show_page(self, widget: QWidget) -> None:
        """Bring one of them into sight."""
        for tab, group in enumerate(self._groups):
            if any(page.widget is widget for page in group):
                self.tabs.setCurrentIndex(tab)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """That of one page: the others give way."""
        least = [page.widget.minimumSizeHint() for page in self._pages]
        height = max(each.height() for each in least) + self.tabs.sizeHint().height()
        return QSize(max(each.width() for each in least), height)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        groups = self._grouped()
        if groups == self._groups:
            return
        seen = self._groups[self.tabs.currentIndex()][0] if self._groups else self._pages[0]
        self._groups = groups
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for group in groups:
            self.tabs.addTab(" · ".join(page.title for page in group))
        self.show_page(seen.widget)
        self.tabs.blockSignals(False)
        self.tabs.setVisible(len(groups) > 1)
        self._show()

    def _grouped(self) -> list[list[Page]]:
        """Each page joins the one before while both have room."""
        groups: list[list[Page]] = []
        room = 0
        for page in self._pages:
            room -= page.width
            if room < 0 or not groups:
                groups.append([])
                room = self.width() - page.width
            groups[-1].append(page)
        return groups

    def _show(self) -> None:
        group = self._groups[max(self.tabs.currentIndex(), 0)]
        for page in self._pages:
            page.widget.setVisible(page in group)
