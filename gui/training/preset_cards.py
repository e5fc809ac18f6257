"""The recipes to choose from, a card each."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QRadioButton, QVBoxLayout, QWidget

from gui.dialogs.parts import words
from gui.theme import restyle
from gui.training.presets import OFFERED, preset_words

#: Where words below a radio button begin, in the window's units.
_INDENT = 27


class PresetCard(QFrame):
    """One recipe; a click anywhere on it takes it."""

    def __init__(self, preset: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        said = preset_words(preset)
        self.setProperty("role", "choice")
        self.button = QRadioButton(said.title)
        self.button.setAccessibleDescription(f"{said.does} {said.when}")
        self.button.setProperty("preset", preset)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 14, 11)
        column.setSpacing(3)
        column.addWidget(self.button)
        for text, role in ((said.does, ""), (said.when, "caption")):
            label = words(text, role)
            label.setContentsMargins(_INDENT, 0, 0, 0)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        column.addStretch()
        self.button.toggled.connect(self._on_toggled)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.button.setFocus(Qt.FocusReason.MouseFocusReason)
            self.button.click()

    @Slot(bool)
    def _on_toggled(self, chosen: bool) -> None:
        restyle(self, chosen="true" if chosen else "false")


class PresetCards(QWidget):
    """All that are offered; says which one the person takes."""

    chosen = Signal(str)  # a key of PRESETS

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = {preset: PresetCard(preset) for preset in OFFERED}
        group = QButtonGroup(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(10)
        for place, card in enumerate(self.cards.values()):
            group.addButton(card.button)
            grid.addWidget(card, place // 2, place % 2)
            card.button.clicked.connect(self._on_clicked)
        for column in range(2):
            grid.setColumnStretch(column, 1)

    @property
    def value(self) -> str:
        """The one that is shown as chosen; empty for none."""
        return next((preset for preset, card in self.cards.items() if card.button.isChecked()), "")

    def show_preset(self, preset: str) -> None:
        """Show it as chosen; nobody is told."""
        self.cards[preset].button.setChecked(True)

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self.value)
