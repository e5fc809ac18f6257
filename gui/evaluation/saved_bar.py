"""A line that tells how saving goes, and then where to find a report."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from core.errors import LungfieldError
from core.reading.words import as_sentence
from gui.errors import in_one_line
from gui.jobs import Job
from gui.notice_bar import NoticeBar


class SavedBar(NoticeBar):
    """Hidden until something is saved."""

    failed = Signal(object)  # an exception that is a bug of ours; the person's problems are told here

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = Path()
        self.open = self.add_button(self.tr("Open"))
        self.dismiss = self.add_button(self.tr("Dismiss"))
        self.open.clicked.connect(self._open)
        self.dismiss.clicked.connect(self.hide)

    def follow(self, job: Job) -> None:
        """Tell of this job, which gives the Path that it wrote."""
        job.succeeded.connect(self._on_saved)
        job.failed.connect(self.tell)
        self._tell(self.tr("Saving the report…"), "info", None)

    def _on_saved(self, path: Path) -> None:
        self._tell(self.tr("The report was saved as {name}.").format(name=path.name), "info", path)

    def tell(self, error: BaseException) -> None:
        """Tell what could not be saved, and why."""
        if isinstance(error, LungfieldError):
            self._tell(as_sentence(in_one_line(error.message, error.hint)), "warning", None)
        else:
            self.hide()
            self.failed.emit(error)

    def _tell(self, text: str, kind: str, path: Path | None) -> None:
        self._path = path or Path()
        self.open.setVisible(path is not None)
        self.say(text, kind)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path)))
