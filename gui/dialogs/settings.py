"""The settings dialog: no setting is changed before OK or Apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QDialogButtonBox, QTabWidget, QVBoxLayout, QWidget

from core.model.checkpoint import OperatingPoint
from core.model.library import Entry
from core.settings import Settings
from gui.dialogs.history import History
from gui.dialogs.machine import Machine
from gui.dialogs.parts import FittedDialog, scrolling
from gui.dialogs.settings_data import DataPage
from gui.dialogs.settings_pages import AppearancePage, ViewerPage
from gui.dialogs.settings_reading import ReadingPage
from gui.language import Language
from gui.preferences import Preferences

_Button = QDialogButtonBox.StandardButton


class SettingsDialog(FittedDialog):
    """Shows the settings, and changes them in one go.

    Args:
        models: of the library.
        points: operating points of the model that reads now; empty where none does.
        languages: those that can be chosen.
        devices: a line on what reads now, such as "OpenVINO on the CPU".
        machine: what can be had; by default, what this computer has.
        history: the scans, readings and reviews that are kept; clearing it waits for neither OK nor Apply.
    """

    def __init__(
        self,
        preferences: Preferences,
        models: Sequence[Entry],
        points: Sequence[OperatingPoint],
        languages: Sequence[Language],
        devices: str = "",
        machine: Machine | None = None,
        history: History | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self._preferences = preferences
        self.reading = ReadingPage(models, points, machine or Machine.here(), devices)
        self.viewer = ViewerPage()
        self.appearance = AppearancePage(languages)
        self.data = DataPage(history)
        self._pages = (self.reading, self.viewer, self.appearance, self.data)
        self.tabs = QTabWidget()
        self.buttons = QDialogButtonBox(_Button.Ok | _Button.Cancel | _Button.Apply | _Button.RestoreDefaults)
        self._lay_out()
        self.reading.use(preferences.now)
        self._show(preferences.now)
        self._connect()
        self._see_changes()

    def fields(self) -> dict[str, Any]:
        """What is chosen now, as fields of Settings."""
        return {name: value for page in self._pages for name, value in page.fields().items()}

    def _lay_out(self) -> None:
        titles = (self.tr("Reading"), self.tr("Viewer"), self.tr("Appearance"), self.tr("Data"))
        for page, title in zip(self._pages, titles, strict=True):
            self.tabs.addTab(scrolling(page), title)
        self.tabs.setDocumentMode(True)
        self.buttons.button(_Button.Ok).setProperty("role", "primary")
        self.buttons.button(_Button.Apply).setToolTip(self.tr("Change them and stay here"))
        self.buttons.button(_Button.RestoreDefaults).setToolTip(
            self.tr("Show what is set at first; it counts with OK or Apply")
        )
        self.buttons.setContentsMargins(20, 10, 20, 16)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tabs)
        layout.addWidget(self.buttons)
        self.fit(QSize(600, 640), QSize(520, 400))
        self.reading.model.setFocus()

    def _connect(self) -> None:
        for page in self._pages:
            page.changed.connect(self._see_changes)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(_Button.Apply).clicked.connect(self._apply)
        self.buttons.button(_Button.RestoreDefaults).clicked.connect(self._restore)

    def _show(self, settings: Settings) -> None:
        for page in self._pages:
            page.show_settings(settings)

    @Slot()
    def _see_changes(self) -> None:
        now = self._preferences.now
        self.buttons.button(_Button.Apply).setEnabled(replace(now, **self.fields()) != now)

    @Slot()
    def _accept(self) -> None:
        self._preferences.change(**self.fields())
        self.accept()

    @Slot()
    def _apply(self) -> None:
        self._preferences.change(**self.fields())
        self._show(self._preferences.now)
        self._see_changes()

    @Slot()
    def _restore(self) -> None:
        self._show(replace(Settings(), recent=self._preferences.now.recent))
        self._see_changes()
