"""What stands in the place of the picture while nothing is open: how to begin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.icons import Icons

#: How many recent files and folders are offered here.
_OFFERED = 4


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
        self._recent = [QPushButton() for _ in range(_OFFERED)]
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
            button.setProperty("role", "quiet")
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
            button.setToolTip(path)
            button.setAccessibleName(self.tr("Open {path}").format(path=path))
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
        for button, path in zip(self._recent, self._paths, strict=False):
            words = button.fontMetrics().elidedText(
                Path(path).name or path, Qt.TextElideMode.ElideMiddle, room
            )
            button.setText(words.replace("&", "&&"))

    def _on_recent(self) -> None:
        button = self.sender()
        if button in self._recent:
            self.recent_wanted.emit(self._paths[self._recent.index(button)])
