"""The settings pages of the viewer, and of looks and language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFormLayout, QGroupBox, QRadioButton, QVBoxLayout, QWidget

from core.settings import Settings
from gui.dialogs.choice import Choice
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
