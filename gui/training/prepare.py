"""The first stage: which scans to learn from, and what was found in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.errors import ErrorFunnel
from gui.icons import Icons
from gui.training.found import FoundView
from gui.training.setup import TrainingSetup
from gui.training.sources import SourceList
from gui.training.words import problem_line

#: Width of the list of sources, in the window's units.
_SOURCES = 330


class PreparePage(QWidget):
    """Shows the sources and what was found in them; takes folders and tables that are dropped."""

    def __init__(
        self, setup: TrainingSetup, funnel: ErrorFunnel, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._setup = setup
        self._funnel = funnel
        self.setAcceptDrops(True)
        self.sources = SourceList(icons, setup.can_take_reviewed)
        self.found = FoundView()
        self.sources.setFixedWidth(_SOURCES)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 14, 12, 10)
        row.setSpacing(22)
        row.addWidget(self.sources)
        row.addWidget(self.found, 1)
        self.sources.add_wanted.connect(setup.add)
        self.sources.reviewed_wanted.connect(setup.add_reviewed)
        self.sources.remove_wanted.connect(setup.remove)
        self.sources.refresh_wanted.connect(setup.inspect_again)
        QShortcut(QKeySequence.StandardKey.Refresh, self).activated.connect(setup.inspect_again)
        setup.sources_changed.connect(self._show_sources)
        setup.found_changed.connect(self._show_found)
        setup.progressed.connect(self.found.show_progress)
        icons.changed.connect(self.sources.dress)
        self._show_sources()
        self._show_found()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if _sources_in(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        if dropped := _sources_in(event.mimeData()):
            event.acceptProposedAction()
            self._setup.add(dropped)

    def _show_sources(self) -> None:
        self.sources.show_sources(self._setup.sources)

    def _show_found(self) -> None:
        setup = self._setup
        if setup.problem is not None:
            self.found.show_problem(problem_line(self._funnel.problem(setup.problem)))
        elif setup.is_inspecting:
            self.found.show_looking()
        elif setup.inspection is not None:
            self.found.show_inspection(setup.inspection)
        elif not setup.sources:
            self.found.show_help()


def _sources_in(mime: QMimeData) -> Sequence[Path]:
    """The folders and tables among what is dragged."""
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return [file for file in files if os.path.isdir(file) or file.suffix.lower() == ".csv"]
