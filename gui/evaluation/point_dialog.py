"""Asks how to call a threshold that is to be kept in the model."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from core.model.checkpoint import OperatingPoint
from gui.dialogs.parts import FittedDialog, add_row, words
from gui.evaluation.words import percent, threshold

#: Names under which training stores points.
_USUAL = ("balanced", "high sensitivity", "high specificity")

_MOST_LETTERS = 40


class PointDialog(FittedDialog):
    """A name for an operating point: one of those there are, which it then replaces, or a new one.

    Args:
        point: what is to be saved, with what it gives on the scans that were evaluated. It needs no name.
        points: those that the model has.
    """

    named = Signal(str)

    def __init__(
        self, point: OperatingPoint, points: Sequence[OperatingPoint], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Save as operating point"))
        self._taken = {each.name: each.threshold for each in points}
        self.name = QComboBox()
        self.name.setEditable(True)
        self.name.setAccessibleName(self.tr("Name"))
        self.name.addItems(list(dict.fromkeys((*self._taken, *_USUAL))))
        self.name.setCurrentText("")
        edit = self.name.lineEdit()
        edit.setMaxLength(_MOST_LETTERS)
        edit.setPlaceholderText(self.tr("such as screening"))
        self.note = words("", "caption")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out(point)
        self.name.editTextChanged.connect(self._look)
        self.buttons.accepted.connect(self._on_save)
        self.buttons.rejected.connect(self.reject)
        self._look()
        self.fit(QSize(460, self.sizeHint().height()), QSize(340, 160))

    def _lay_out(self, point: OperatingPoint) -> None:
        told = self.tr(
            "From {threshold} on, a scan is called PNEUMONIA. On these scans that gives a sensitivity of "
            "{sensitivity} and a specificity of {specificity}; both are stored with it."
        ).format(
            threshold=threshold(point.threshold),
            sensitivity=percent(point.sensitivity),
            specificity=percent(point.specificity),
        )
        form = QFormLayout()
        add_row(form, self.tr("&Name"), self.name)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(words(told))
        layout.addLayout(form)
        layout.addWidget(self.note)
        layout.addStretch()
        layout.addWidget(self.buttons)

    @property
    def chosen_name(self) -> str:
        return " ".join(self.name.currentText().split())

    @Slot()
    def _look(self) -> None:
        name = self.chosen_name
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(bool(name))
        if name in self._taken:
            text = self.tr("Replaces “{name}”, which is at {threshold}.").format(
                name=name, threshold=threshold(self._taken[name])
            )
        else:
            text = self.tr("It can then be chosen here and under Settings, Reading.")
        self.note.setText(text)

    @Slot()
    def _on_save(self) -> None:
        self.named.emit(self.chosen_name)
        self.accept()
