"""The third stage: the run as it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gui.controls import ElidedLabel
from gui.dialogs.parts import words
from gui.jobs import Lane
from gui.plots.view import PlotView
from gui.theme import Theme
from gui.training.following import MOST_LINES, Following
from gui.training.service import TrainingService
from gui.training.words import stage_line, time_left
from gui.training.wrong import WrongScans
from gui.worklist.thumbnails import Thumbnails

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STEPS = 1000

#: Lines of the log that are seen at once.
_LINES = 5


class RunningPage(QWidget):
    """Shows a run: how far it is, its curves, what it gets wrong, and its log."""

    scans_wanted = Signal(list)  # paths

    def __init__(
        self,
        following: Following,
        service: TrainingService,
        plots: Lane,
        thumbnails: Thumbnails,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._following = following
        self._service = service
        self.title = ElidedLabel()
        self.title.setProperty("role", "title")
        self.left = QLabel()
        self.left.setProperty("role", "muted")
        self.stage, self.whole = QLabel(), QLabel(self.tr("Everything"))
        self.stage_bar = _bar(self.tr("Progress of this epoch"))
        self.whole_bar = _bar(self.tr("Progress of everything"))
        self._drawn: tuple[Mapping[str, Any], ...] = ()  # the epochs that the curves show
        self.curves = PlotView(plots, theme, self.tr("Learning curves: loss, accuracy and AUC"))
        self.wrong = WrongScans(thumbnails)
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setTabChangesFocus(True)
        self.log.setMaximumBlockCount(MOST_LINES)
        self.log.setAccessibleName(self.tr("Log of the run"))
        self._lay_out()
        self.wrong.scans_wanted.connect(self.scans_wanted)
        following.began.connect(self._on_began)
        following.moved.connect(self._show_position)
        following.epoch_ended.connect(self._show_curves)
        self.curves.drawn.connect(self._on_drawn)
        following.wrong_changed.connect(self._show_wrong)
        following.line_added.connect(self.log.appendPlainText)
        service.changed.connect(self._show_position)
        self._on_began()

    def _lay_out(self) -> None:
        head = QGridLayout()
        head.setHorizontalSpacing(14)
        head.setVerticalSpacing(7)
        head.addWidget(self.title, 0, 0, 1, 2)
        head.addWidget(self.left, 0, 2, Qt.AlignmentFlag.AlignRight)
        for row, (name, bar) in enumerate(((self.stage, self.stage_bar), (self.whole, self.whole_bar)), 1):
            head.addWidget(name, row, 0)
            head.addWidget(bar, row, 1, 1, 2, Qt.AlignmentFlag.AlignVCenter)
        head.setColumnMinimumWidth(0, 190)
        head.setColumnStretch(1, 1)
        self.log.setMinimumHeight(2 * self.log.fontMetrics().lineSpacing() + 12)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        column.addWidget(words(self.tr("Log"), "title"))
        column.addWidget(self.log, 1)
        upper = QSplitter(Qt.Orientation.Horizontal)
        lower = QSplitter(Qt.Orientation.Vertical)
        upper.addWidget(self.curves)
        upper.addWidget(self.wrong)
        upper.setStretchFactor(0, 1)
        upper.setSizes([680, 300])
        lower.addWidget(upper)
        lower.addWidget(below)
        lower.setStretchFactor(0, 1)
        lower.setSizes([400, _LINES * self.log.fontMetrics().lineSpacing() + 60])
        for splitter in (upper, lower):
            splitter.setChildrenCollapsible(False)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(20, 14, 20, 8)
        outside.setSpacing(12)
        outside.addLayout(head)
        outside.addWidget(lower, 1)

    # Showing

    def _on_began(self) -> None:
        job = self._following.job
        self.title.show_text(self.tr("Training “{name}”").format(name=job.name) if job else "")
        self.log.setPlainText("\n".join(self._following.lines))
        self.curves.say(self.tr("The curves begin after the first epoch."))
        self.wrong.show_scans((), known=False)
        self._show_position()

    def _show_position(self) -> None:
        position, service = self._following.position, self._service
        stage = stage_line(position) if service.is_running else self.tr("Over")
        has_epochs = position.stage == "epochs" or position.of_epoch > 0 or not service.is_running
        self.stage_bar.setRange(0, _STEPS if has_epochs else 0)  # from 0 to 0 it only says that it is busy
        self.stage_bar.setValue(round(_STEPS * position.of_epoch))
        self.stage_bar.setAccessibleDescription(stage)
        self.stage.setText(stage)
        self.whole_bar.setValue(round(_STEPS * position.of_all))
        left = self.tr("Paused") if service.is_paused else time_left(position.seconds_left)
        self.left.setText(left if service.is_running else "")

    def _show_curves(self) -> None:
        """Draw what there is. Epochs may end faster than that: what comes meanwhile is drawn after it."""
        if len(self._following.history) == 1:
            self.curves.say("")  # it draws now
        if not self.curves.is_drawing:
            self._draw()

    def _draw(self) -> None:
        history = self._drawn = self._following.history
        self.curves.show_drawing(partial(_curves, history), _in_words(history[-1]))

    def _on_drawn(self) -> None:
        if self._following.history != self._drawn:
            self._draw()

    def _show_wrong(self) -> None:
        self.wrong.show_scans(self._following.wrong)


def _curves(history: tuple[Mapping[str, Any], ...], width: float, height: float) -> Figure:
    """In the lane."""
    from core.scoring.figures import learning_curves_figure

    return learning_curves_figure(history)


def _in_words(result: Mapping[str, Any]) -> str:
    """An epoch for those who don't see the curves."""
    from core.learning.epochs import describe

    return describe(dict(result), result["epoch"])


def _bar(name: str) -> QProgressBar:
    bar = QProgressBar()
    bar.setRange(0, _STEPS)
    bar.setTextVisible(False)
    bar.setAccessibleName(name)
    return bar
