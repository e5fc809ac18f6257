"""What the person is asked before something is done to a model; the answer goes to `Models`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from core.model import library
from core.model.library import Candidate
from gui.models import words
from gui.models.dialogs import Asked, ModelDialog, RemoveDialog, Said
from gui.models.models import Models
from gui.models.shelf import Model

_SUFFIX = "safetensors"


class Asking(QObject):
    """Opens dialogs over a widget, one at a time."""

    def __init__(self, models: Models, over: QWidget) -> None:
        super().__init__(over)
        self._models = models
        self._over = over
        self._about = ""  # the model that is asked about
        self._candidate: Candidate | None = None
        self._folder = Path.home()
        models.examined.connect(self._ask_name)

    def choose_import(self) -> None:
        dialog = QFileDialog(self._over, self.tr("Import a model"), str(self._folder))
        dialog.setObjectName("import-model")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Models (*.safetensors)"), self.tr("All files") + " (*)"])
        dialog.fileSelected.connect(self._examine)
        self._open(dialog)

    def choose_export(self, model: Model) -> None:
        self._about = model.name
        dialog = QFileDialog(self._over, self.tr("Export the model"), str(self._folder))
        dialog.setObjectName("export-model")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Models (*.safetensors)"))
        dialog.setDefaultSuffix(_SUFFIX)
        dialog.selectFile(f"{model.name}.{_SUFFIX}")
        dialog.fileSelected.connect(self._export)
        self._open(dialog)

    def ask_new_name(self, model: Model) -> None:
        others = tuple(name for name in self._models.names if name != model.name)
        self._ask(
            model.name,
            Asked(self.tr("Rename model"), "", self.tr("&Rename"), name=model.name, taken=others),
        ).wanted.connect(self._rename)

    def ask_note(self, model: Model) -> None:
        note = model.facts.note if model.facts else ""
        about = self.tr("It is kept in the model’s file, and goes with it when you export it.")
        self._ask(
            model.name, Asked(self.tr("Note on the model"), about, self.tr("&Save"), note=note)
        ).wanted.connect(self._set_note)

    def ask_copy(self, model: Model) -> None:
        name = library.suggested_name(model.name, self._models.names)
        about = self.tr("A second model like this one, to which you can give operating points and a note.")
        self._ask(
            model.name,
            Asked(self.tr("Save as a copy"), about, self.tr("&Save"), name=name, taken=self._models.names),
        ).wanted.connect(self._copy)

    def ask_remove(self, model: Model) -> None:
        heir = ""
        if model.reads:
            # As `library.remove` has it where the active one goes
            heir = (self._models.before or library.BUNDLED) if model.active else self._models.active
        dialog = RemoveDialog(model.name, heir, self._over)
        dialog.wanted.connect(self._models.remove)
        self._open(dialog)

    # Answers

    def _ask(self, name: str, asked: Asked) -> ModelDialog:
        self._about = name
        dialog = ModelDialog(asked, self._over)
        self._open(dialog)
        return dialog

    def _ask_name(self, found: Candidate) -> None:
        self._candidate = found
        parts = [words.network(found.facts)]
        if found.facts.auc is not None:
            parts.append(self.tr("AUC {auc}").format(auc=words.auc(found.facts)))
        if found.facts.made:
            parts.append(self.tr("made on {day}").format(day=words.day(found.facts.made)))
        self._ask(
            found.name,
            Asked(
                self.tr("Import a model"),
                self.tr("The file was checked and can be used.") + "\n" + " · ".join(parts),
                self.tr("&Import"),
                name=found.name,
                note=found.facts.note,
                taken=self._models.names,
            ),
        ).wanted.connect(self._take_in)

    def _examine(self, name: str) -> None:
        self._folder = Path(name).parent
        self._models.examine(Path(name))

    def _export(self, name: str) -> None:
        self._folder = Path(name).parent
        self._models.export(self._about, Path(name))

    def _take_in(self, said: Said) -> None:
        if self._candidate:
            self._models.take_in(self._candidate.path, said.name, said.note)

    def _rename(self, said: Said) -> None:
        if said.name != self._about:
            self._models.rename(self._about, said.name)

    def _set_note(self, said: Said) -> None:
        self._models.set_note(self._about, said.note)

    def _copy(self, said: Said) -> None:
        self._models.copy(self._about, said.name)

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
