"""Asks for the file that a picture is saved to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.saving import Shown


class SaveDialog(QFileDialog):
    """Keeps the picture that it asks for: while it is open, another scan may come to the screen.

    Args:
        name: of the file that it proposes.
        folder: that it opens in.
    """

    chosen = Signal(object, object)  # Shown, Path

    def __init__(self, shown: Shown, name: str, folder: str, parent: QWidget) -> None:
        super().__init__(parent, "", folder)
        self._shown = shown
        self.setWindowTitle(self.tr("Save picture"))
        self.setObjectName("save-picture")
        self.setNameFilters([self.tr("PNG picture (*.png)"), self.tr("JPEG picture (*.jpg *.jpeg)")])
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setDefaultSuffix("png")
        self.selectFile(name)
        self.fileSelected.connect(self._on_file)
        self.finished.connect(self.deleteLater)

    def _on_file(self, name: str) -> None:
        self.chosen.emit(self._shown, Path(name))
