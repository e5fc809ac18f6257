"""The settings pages of the viewer, of looks and language, and of what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QGroupBox,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core import paths
from core.settings import Settings
from gui.dialogs.choice import Choice
from gui.dialogs.parts import add_below, words
from gui.language import Language


class ViewerPage(QWidget):
    """What dragging over the picture does."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.width_level = QRadioButton(self.tr("Sideways changes the &window, up and down the level"))
        self.level_width = QRadioButton(self.tr("Sideways changes the &level, up and down the window"))
        self.up_brightens = QRadioButton(self.tr("&Brighter: the level falls"))
        self.up_darkens = QRadioButton(self.tr("&Darker: the level rises"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 12)
        layout.setSpacing(14)
        layout.addWidget(
            self._group(self.tr("Dragging with the left button"), self.width_level, self.level_width)
        )
        layout.addWidget(
            self._group(
                self.tr("Along the level, dragging up or to the right makes the picture"),
                self.up_brightens,
                self.up_darkens,
            )
        )
        layout.addStretch()

    def show_settings(self, settings: Settings) -> None:
        (self.width_level if settings.drag_axes == "width-level" else self.level_width).setChecked(True)
        (self.up_darkens if settings.drag_up_darkens else self.up_brightens).setChecked(True)

    def fields(self) -> dict[str, Any]:
        return {
            "drag_axes": "width-level" if self.width_level.isChecked() else "level-width",
            "drag_up_darkens": self.up_darkens.isChecked(),
        }

    def _group(self, title: str, *buttons: QRadioButton) -> QGroupBox:
        box = QGroupBox(title)
        together = QButtonGroup(box)
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 4, 0, 0)
        for button in buttons:
            together.addButton(button)
            layout.addWidget(button)
            button.toggled.connect(self.changed)
        return box


class AppearancePage(QWidget):
    """Theme and language."""

    changed = Signal()

    def __init__(self, languages: Sequence[Language], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = Choice(self.tr("Theme"))
        self.theme.offer(
            [
                (self.tr("As the desktop"), "system"),
                (self.tr("Dark"), "dark"),
                (self.tr("Light"), "light"),
            ]
        )
        self.theme.explain(self.tr("Around a scan it is dark in every theme."))
        self.language = Choice(self.tr("Language"))
        self.language.offer(
            [(self.tr("As the desktop"), ""), *((each.name, each.code) for each in languages)]
        )
        self.language.explain(self.tr("A new language shows everywhere after the next start."))
        form = QFormLayout(self)
        form.setContentsMargins(20, 20, 20, 12)
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(14)
        self.theme.add_to(form, self.tr("&Theme"))
        self.language.add_to(form, self.tr("&Language"))
        self.theme.chosen.connect(self.changed)
        self.language.chosen.connect(self.changed)

    def show_settings(self, settings: Settings) -> None:
        self.theme.take(settings.theme)
        self.language.take(settings.language)

    def fields(self) -> dict[str, Any]:
        return {"theme": self.theme.value, "language": self.language.value}


class DataPage(QWidget):
    """What Lungfield keeps on this computer, and where."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clears = False
        self.open_logs = QPushButton(self.tr("Open log &folder"))
        self.clear_recent = QPushButton(self.tr("&Clear recent items"))
        self.said = words("")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 12)
        layout.setSpacing(14)
        layout.addWidget(self._places())
        layout.addWidget(self._recent())
        layout.addStretch()
        self.open_logs.clicked.connect(self._open_logs)
        self.clear_recent.clicked.connect(self._clear)

    def show_settings(self, settings: Settings) -> None:
        self._clears = False
        count = len(settings.recent)
        self.clear_recent.setEnabled(count > 0)
        self.said.setText(
            self.tr("{count} files and folders are remembered.").format(count=count)
            if count
            else self.tr("No files or folders are remembered.")
        )

    def fields(self) -> dict[str, Any]:
        return {"recent": ()} if self._clears else {}

    def _places(self) -> QGroupBox:
        box = QGroupBox(self.tr("Where things are kept"))
        form = QFormLayout(box)
        form.setContentsMargins(0, 4, 0, 0)
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(14)
        form.addRow(self.tr("Settings"), words(str(paths.user_data() / "settings.json"), selectable=True))
        form.addRow(self.tr("Own models"), words(str(paths.user_data() / "models"), selectable=True))
        form.addRow(self.tr("Log"), words(str(paths.logs()), selectable=True))
        add_below(form, words(self.tr("The log names no patient and no file of a scan."), "caption"))
        add_below(form, self.open_logs)
        self.open_logs.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return box

    def _recent(self) -> QGroupBox:
        box = QGroupBox(self.tr("Recent items"))
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.said)
        layout.addWidget(self.clear_recent, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    @Slot()
    def _open_logs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.logs())))

    @Slot()
    def _clear(self) -> None:
        self._clears = True
        self.clear_recent.setEnabled(False)
        self.said.setText(self.tr("They will be forgotten with OK or Apply."))
        self.changed.emit()
