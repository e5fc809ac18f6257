"""A line that tells how far an export is, and then where to find it."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QProgressBar, QWidget

from core.reading.words import as_sentence
from gui.controls import plain_tool_tip
from gui.errors import ErrorFunnel
from gui.export.exporter import Exported, Exporter
from gui.export.request import ExportRequest
from gui.export.words import beginning, done, left_out
from gui.notice_bar import NoticeBar

#: Parts of the bar.
_STEPS = 1000


class ExportProgress(NoticeBar):
    """Shows what an `Exporter` does, and asks it to stop. Hidden until there is something to say."""

    def __init__(self, exporter: Exporter, funnel: ErrorFunnel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._funnel = funnel
        self._shown = Path()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of the export"))
        self.add_below(self._bar)
        self.cancel = self.add_button(self.tr("Cancel"))
        self.open = self.add_button(self.tr("Open"))
        self.show_folder = self.add_button(self.tr("Show folder"))
        self.dismiss = self.add_button(self.tr("Dismiss"))

        self.cancel.clicked.connect(exporter.cancel)
        self.open.clicked.connect(self._open)
        self.show_folder.clicked.connect(self._show_folder)
        self.dismiss.clicked.connect(self.hide)
        exporter.started.connect(self._on_started)
        exporter.progressed.connect(self._on_progressed)
        exporter.succeeded.connect(self._on_succeeded)
        exporter.failed.connect(self._on_failed)
        exporter.cancelled.connect(self._on_cancelled)

    # What is heard

    def _on_started(self, request: ExportRequest) -> None:
        self._bar.setRange(0, 0)
        self._tell(beginning(request.kind), "info", working=True)

    def _on_progressed(self, fraction: float, text: str) -> None:
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(round(fraction * _STEPS))
        self._bar.setAccessibleDescription(text)

    def _on_succeeded(self, exported: Exported) -> None:
        self._shown = exported.request.path
        self._tell(done(exported), "warning" if exported.left_out else "info", found=self._shown)
        self.words.setToolTip(plain_tool_tip(left_out(exported)))

    def _on_failed(self, error: BaseException) -> None:
        problem = self._funnel.problem(error)
        self._tell(as_sentence(problem.line), "error" if problem.ours else "warning")

    def _on_cancelled(self) -> None:
        self._tell(self.tr("The export was cancelled; nothing was written."), "info")

    def _tell(self, text: str, kind: str, working: bool = False, found: Path | None = None) -> None:
        self.words.setToolTip("")
        self._bar.setVisible(working)
        self.cancel.setVisible(working)
        self.dismiss.setVisible(not working)
        self.open.setVisible(found is not None and os.path.isfile(found))
        self.show_folder.setVisible(found is not None)
        self.say(text, kind)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._shown)))

    def _show_folder(self) -> None:
        folder = self._shown if os.path.isdir(self._shown) else self._shown.parent
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
