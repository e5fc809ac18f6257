"""The window of models: fine-tuning, evaluation and the library, beside the one that reads."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from gui.dialogs.parts import words

Place = Literal["fine-tune", "evaluate", "models"]
PLACES: tuple[Place, ...] = ("fine-tune", "evaluate", "models")

_WIDTH, _HEIGHT = 1120, 780
_GEOMETRY = "workshop"


class WorkshopWindow(QWidget):
    """A window of its own, so that scans are read and looked at beside it; closed, what it does goes on.

    Args:
        pages: for `PLACES`, with their titles.
        kept: where its place and size are kept; None keeps nothing.
    """

    closed = Signal()

    def __init__(self, pages: list[tuple[QWidget, str]], kept: QSettings | None, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("workshop")
        self.setProperty("role", "window")
        self.setWindowTitle(self.tr("Models – Lungfield"))
        self._kept = kept
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for page, title in pages:
            self.tabs.addTab(page, title)
        disclaimer = words(self.tr("Research and education only. Not for diagnosis."), "disclaimer")
        disclaimer.setAlignment(Qt.AlignmentFlag.AlignRight)
        disclaimer.setContentsMargins(12, 4, 16, 6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(disclaimer)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        self._place()

    def show_place(self, place: Place) -> None:
        """Come to the front with this page."""
        self.tabs.setCurrentIndex(PLACES.index(place))
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def _place(self) -> None:
        room = QGuiApplication.primaryScreen().availableSize()
        self.setMinimumSize(min(900, room.width()), min(560, room.height()))
        self.resize(min(_WIDTH, room.width()), min(_HEIGHT, room.height()))
        geometry = self._kept.value(_GEOMETRY) if self._kept else None
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)

    def keep(self) -> None:
        """Remember place and size."""
        if self._kept is not None:
            self._kept.setValue(_GEOMETRY, self.saveGeometry())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self.keep()
        self.closed.emit()
        super().closeEvent(event)
