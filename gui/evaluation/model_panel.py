"""One model: its threshold, what that gives, and the confusion matrix."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gui.controls import ElidedLabel
from gui.evaluation.colours import ONE, Colour
from gui.evaluation.judgement import Judgement
from gui.evaluation.matrix import ConfusionMatrix
from gui.evaluation.measuring import Measured
from gui.evaluation.numbers_panel import NumbersPanel
from gui.evaluation.threshold_panel import ThresholdPanel
from gui.theme import Theme


class ModelPanel(QFrame):
    """Shows a judgement and moves it.

    Args:
        name: above it, where there are two; then it is lower, and the numbers stand in a table for both.
        colour: in which its curves are drawn.
    """

    save_wanted = Signal(object)  # the Judgement, whose threshold is to become an operating point
    group_wanted = Signal(object, str)  # the Judgement, and the Group whose scans are to be listed

    def __init__(
        self,
        judgement: Judgement,
        theme: Theme,
        name: str = "",
        colour: Colour = ONE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.judgement = judgement
        self.threshold = ThresholdPanel(judgement, theme)
        self.numbers = NumbersPanel() if not name else None
        self.matrix = ConfusionMatrix(theme, large=not name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        if name:
            layout.addLayout(_titled(name, colour, theme))
        layout.addWidget(self.threshold)
        if self.numbers:
            layout.addWidget(self.numbers)
        layout.addWidget(self.matrix, 20)
        layout.addStretch(1)
        self.threshold.save_wanted.connect(self._on_save)
        self.matrix.chosen.connect(self._on_group)
        judgement.moved.connect(self._follow)
        self._follow()

    def show_measured(self, measured: Measured) -> None:
        """Show the intervals, where numbers are shown at all."""
        if self.numbers:
            self.numbers.show_measured(measured)

    @Slot()
    def _follow(self) -> None:
        counts = self.judgement.counts
        self.matrix.show_counts(counts)
        if self.numbers:
            self.numbers.forget_moving_intervals()
            self.numbers.show_counts(counts)

    @Slot()
    def _on_save(self) -> None:
        self.save_wanted.emit(self.judgement)

    @Slot(str)
    def _on_group(self, group: str) -> None:
        self.group_wanted.emit(self.judgement, group)


class _Swatch(QWidget):
    """A piece of the model's curve: its colour, and whether it is dashed."""

    def __init__(self, colour: Colour, theme: Theme) -> None:
        super().__init__()
        self._colour = colour
        self._theme = theme
        self.setFixedSize(26, 14)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        pen = QPen(self._colour.seen(self._theme), 3)
        if self._colour.dashed:
            pen.setDashPattern([2.2, 1.0])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter = QPainter(self)
        painter.setPen(pen)
        painter.drawLine(0, self.height() // 2, self.width(), self.height() // 2)


def _titled(name: str, colour: Colour, theme: Theme) -> QHBoxLayout:
    title = ElidedLabel(name)
    title.setProperty("role", "title")
    row = QHBoxLayout()
    row.addWidget(_Swatch(colour, theme))
    row.addWidget(title, 1)
    return row
