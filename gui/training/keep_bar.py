"""Below the result: keep the new model, or drop it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QWidget

from core.learning.job import TrainingJob
from core.learning.watching import Trained
from core.model import library
from gui.dialogs.parts import words
from gui.models.dialogs import KeepDialog, Said
from gui.models.models import Models
from gui.training.asking import Question


class KeepBar(QWidget):
    """Asks for a name and has the library take the model; says when it was dropped instead."""

    kept = Signal(str)  # its name in the library
    drop_wanted = Signal()
    again_wanted = Signal()  # another training

    def __init__(self, models: Models, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._trained: Trained | None = None
        self._name = ""
        self._said: Said | None = None
        self._question: QDialog | None = None  # about the model that is shown
        self.line = words("", "muted")
        self.line.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.drop = QPushButton(self.tr("&Drop it…"))
        self.keep = QPushButton(self.tr("&Keep it…"))
        self.again = QPushButton(self.tr("&Train another"))
        self.keep.setProperty("role", "primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 10, 20, 12)
        row.setSpacing(10)
        row.addWidget(self.line, 1)
        for button in (self.drop, self.keep, self.again):
            row.addWidget(button)
        self.drop.clicked.connect(self._ask_to_drop)
        self.keep.clicked.connect(self._ask_to_keep)
        self.again.clicked.connect(self.again_wanted)
        models.added.connect(self._on_added)
        models.failed.connect(self._on_failed)

    @property
    def is_decided(self) -> bool:
        """The model was kept or dropped, or there is none."""
        return self._trained is None

    @property
    def is_keeping(self) -> bool:
        """The library is taking the model in."""
        return self._said is not None

    def show_trained(self, trained: Trained, job: TrainingJob) -> None:
        """Offer to keep or drop this model; not while another is being kept."""
        if self._question is not None:
            self._question.reject()  # it is about the model that was shown before
        self._trained, self._name, self._said = trained, job.name, None
        self._show(
            self.tr("Keep it to choose it at any time; the one in use stays, and you can always go back.")
        )

    def show_dropped(self) -> None:
        """There is nothing to decide any more."""
        self._trained = None
        self._show(self.tr("It was dropped; the model in use has not changed."))

    def _show(self, line: str) -> None:
        self.line.setText(line)
        is_open = self._trained is not None
        self.drop.setVisible(is_open)
        self.keep.setVisible(is_open)
        self.keep.setEnabled(is_open and self._said is None)
        self.drop.setEnabled(is_open and self._said is None)
        self.again.setVisible(not is_open)

    @Slot()
    def _ask_to_keep(self) -> None:
        taken = self._models.names
        dialog = KeepDialog(library.suggested_name(self._name, taken), taken, self.window())
        dialog.wanted.connect(self._keep)
        dialog.finished.connect(dialog.deleteLater)
        self._open(dialog)

    @Slot(object)
    def _keep(self, said: Said) -> None:
        if self._trained is None:
            return
        self._said = said
        self._show(self.tr("Keeping it…"))
        self._models.keep(self._trained.model, said.name, said.note, said.active)

    def _on_added(self, name: str) -> None:
        said = self._said
        if said is None or said.name != name:
            return
        self._trained = self._said = None
        text = self.tr("It is kept as “{name}”. The one in use has not changed: see Models.")
        if said.active:
            text = self.tr("It is kept as “{name}”, and reads from now on. You can go back under Models.")
        self._show(text.format(name=name))
        self.kept.emit(name)

    def _on_failed(self, _: BaseException) -> None:
        if self._said is not None:
            self._said = None
            self._show(self.tr("It could not be kept; it is still here."))

    @Slot()
    def _ask_to_drop(self) -> None:
        question = Question(
            self.tr("Drop the new model?"),
            self.tr("What it has learnt is deleted. The scans, and the model in use, stay as they are."),
            {"drop": self.tr("&Drop it")},
            self.tr("&Leave it here"),
            self.window(),
        )
        question.answered.connect(self._on_drop)
        self._open(question)

    @Slot(str)
    def _on_drop(self, _: str) -> None:
        self.drop_wanted.emit()

    def _open(self, question: QDialog) -> None:
        self._question = question
        question.finished.connect(self._on_finished)
        question.open()

    @Slot()
    def _on_finished(self) -> None:
        self._question = None
