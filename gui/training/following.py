"""A run as far as it has told of itself: what the page shows while it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.learning.job import TrainingJob
from core.learning.watching import Position, Wrong
from gui.training.service import TrainingService

#: So many lines of the log are kept.
MOST_LINES = 2000


class Following(QObject):
    """Listens to the service, and holds what it said since the run began."""

    began = Signal()
    moved = Signal()  # position
    epoch_ended = Signal()  # history
    wrong_changed = Signal()
    line_added = Signal(str)

    def __init__(self, service: TrainingService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: TrainingJob | None = None
        self._position = Position("loading")
        self._history: list[Mapping[str, Any]] = []
        self._wrong: tuple[Wrong, ...] = ()
        self._lines: list[str] = []
        service.started.connect(self._on_started)
        service.position.connect(self._on_position)
        service.epoch.connect(self._on_epoch)
        service.wrong.connect(self._on_wrong)
        service.said.connect(self._on_said)

    @property
    def job(self) -> TrainingJob | None:
        return self._job

    @property
    def position(self) -> Position:
        return self._position

    @property
    def history(self) -> tuple[Mapping[str, Any], ...]:
        """An `epochs.EpochResult` for each that is finished."""
        return tuple(self._history)

    @property
    def wrong(self) -> tuple[Wrong, ...]:
        """Validation scans that it gets wrong, the surest first."""
        return self._wrong

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self._lines)

    def _on_started(self, job: TrainingJob) -> None:
        self._job = job
        self._position = Position("loading")
        self._history, self._wrong, self._lines = [], (), []
        self.began.emit()

    def _on_position(self, position: Position) -> None:
        self._position = position
        self.moved.emit()

    def _on_epoch(self, result: Mapping[str, Any]) -> None:
        # An epoch may be told again: it was begun anew, with half the batch or after an interruption
        self._history = [row for row in self._history if row["epoch"] < result["epoch"]] + [result]
        self.epoch_ended.emit()

    def _on_wrong(self, wrong: Sequence[Wrong]) -> None:
        self._wrong = tuple(wrong)
        self.wrong_changed.emit()

    def _on_said(self, line: str) -> None:
        self._lines = [*self._lines[1 - MOST_LINES :], line]
        self.line_added.emit(line)
