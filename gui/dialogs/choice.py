"""A choice among a few, with a line that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QWidget

from gui.dialogs.parts import add_below, add_row, words
from gui.theme import restyle


class Choice(QComboBox):
    """A combo box of values, each with its words, and a note below it that can say why some are closed."""

    chosen = Signal(object)  # the value that the person took

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(24)
        self.note: QLabel = words("", "caption")
        self.note.hide()
        self.activated.connect(self._tell)

    def add_to(self, form: QFormLayout, label: str) -> None:
        """Put it into a form, with its note in the row below."""
        add_row(form, label, self)
        add_below(form, self.note)

    @property
    def value(self) -> Any:
        return self.currentData()

    def offer(self, items: Sequence[tuple[str, Any]]) -> None:
        """Replace what there is to choose from: words and value of each."""
        self.clear()
        for text, value in items:
            self.addItem(text, value)

    def take(self, value: Any) -> None:
        """Show a value as chosen; the first where it is not offered."""
        self.setCurrentIndex(max(self.findData(value), 0))

    def close_off(self, value: Any, closed: bool) -> None:
        """Let one of the values not be chosen, or be chosen again."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(self.findData(value))
        item.setEnabled(not closed)

    def explain(self, text: str, role: str = "caption") -> None:
        """The line below the box; none where the text is empty. `role` is "caption" or "warning"."""
        self.note.setText(text)
        self.note.setVisible(bool(text))
        self.setAccessibleDescription(text)
        restyle(self.note, role=role)

    def can_be_chosen(self, value: Any) -> bool:
        index = self.model().index(self.findData(value), 0)
        return bool(self.model().flags(index) & Qt.ItemFlag.ItemIsEnabled)

    def _tell(self, index: int) -> None:
        self.chosen.emit(self.itemData(index))
