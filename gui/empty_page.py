"""What stands in the place of the picture while nothing is open: how to begin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from gui.icons import Icons

#: How many recent files and folders are offered here.
_OFFERED = 4

#: Where something lies is told in no more letters than this.
_WHERE_LETTERS = 32


class RecentButton(QPushButton):
    """The name of a file or folder, and muted beside it the folder it lies in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "quiet")
        self.where = ""
        self._path = Path()

    def offer(self, path: str) -> None:
        """Offer this one; `fit` has to follow."""
        self._path = Path(path)
        self.setToolTip(path)
        self.setAccessibleName(self.tr("Open {path}").format(path=path))

    def fit(self, room: int) -> None:
        """Say as much of both as there is room for, the name first."""
        letters, middle = self.fontMetrics(), Qt.TextElideMode.ElideMiddle
        name = letters.elidedText(self._path.name or str(self._path), middle, room)
        room = min(
            room - letters.horizontalAdvance(name + " — "), _WHERE_LETTERS * letters.averageCharWidth()
        )
        folder = str(self._path.parent) if self._path.name else ""
        where = letters.elidedText(folder, middle, room) if room > 0 else ""
        self.where = f" — {where}" if where.strip("…") else ""
        self.setText(name.replace("&", "&&"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return super().sizeHint() + QSize(self.fontMetrics().horizontalAdvance(self.where), 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        wide = self.fontMetrics().horizontalAdvance(self.where)
        option.rect = inside.adjusted(0, 0, -wide, 0)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonLabel, option)
        surroundings = (self.parentWidget() or self).palette()  # a button's own is all in its colour
        painter.setPen(surroundings.color(QPalette.ColorRole.PlaceholderText))
        rest = QRect(inside.right() + 1 - wide, inside.top(), wide, inside.height())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self.where)


class EmptyPage(QWidget):
    """Says how to begin, and offers what was open last."""

    recent_wanted = Signal(str)

    def __init__(
        self, icons: Icons, open_scans: QAction, open_folder: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("empty-page")
        self._icons = icons
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        title = QLabel(self.tr("Drop chest X-rays here"), alignment=Qt.AlignmentFlag.AlignCenter)
        title.setProperty("role", "headline")
        text = QLabel(
            self.tr(
                "Scans or whole folders: DICOM, JPEG, PNG, TIFF, BMP or WebP.\nThey stay on this computer."
            ),
            alignment=Qt.AlignmentFlag.AlignCenter,
        )
        text.setProperty("role", "muted")
        text.setWordWrap(True)
        scans, folder = QPushButton(open_scans.text()), QPushButton(open_folder.text())
        scans.setProperty("role", "primary")
        for button, action in ((scans, open_scans), (folder, open_folder)):
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
        self._recent_title = QLabel(self.tr("Recent"), alignment=Qt.AlignmentFlag.AlignCenter)
        self._recent_title.setProperty("role", "caption")
        self._recent = [RecentButton() for _ in range(_OFFERED)]
        self._paths: list[str] = []

        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(scans)
        buttons.addWidget(folder)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addStretch(3)
        for widget in (self._picture, title, text):
            layout.addWidget(widget)
        layout.addSpacing(10)
        layout.addLayout(buttons)
        layout.addSpacing(18)
        layout.addWidget(self._recent_title)
        for button in self._recent:
            button.clicked.connect(self._on_recent)
            layout.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(4)
        self.show_recent(())
        self.dress()

    def show_recent(self, paths: tuple[str, ...]) -> None:
        """Offer the first of these."""
        self._paths = list(paths[:_OFFERED])
        self._recent_title.setVisible(bool(self._paths))
        for button in self._recent:
            button.hide()
        for button, path in zip(self._recent, self._paths, strict=False):
            button.offer(path)
            button.show()
        self._elide()

    def dress(self) -> None:
        """Take the icon in the theme's colours."""
        self._picture.setPixmap(self._icons.application().pixmap(72, 72))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = max(self.width() - 80, 160)
        for button in self._recent[: len(self._paths)]:
            button.fit(room)

    def _on_recent(self) -> None:
        button = self.sender()
        if button in self._recent:
            self.recent_wanted.emit(self._paths[self._recent.index(button)])
