"""A slider for the threshold, with the operating points as marks on it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QStyle, QWidget

from gui.controls import QuietSlider
from gui.theme import Theme

#: Steps from 0 to 100%.
STEPS = 1000

#: Width of the handle, as style.qss draws it.
_HANDLE = 16

#: Half of the screen's units that a mark may be missed by with the mouse.
_NEAR = 5


class ThresholdSlider(QuietSlider):
    """0..1 in steps of a thousandth; a click beside the handle takes it there, one on a mark to the mark."""

    wanted = Signal(float)  # the threshold that the person chose

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marks: tuple[float, ...] = ()
        self.setRange(0, STEPS)
        self.setSingleStep(1)
        self.setPageStep(STEPS // 50)
        self.setMinimumHeight(30)
        self.setMinimumWidth(120)
        self.setAccessibleName(self.tr("Threshold"))
        self.valueChanged.connect(self._on_value)
        theme.changed.connect(self.update)

    def show_threshold(self, threshold: float) -> None:
        """Put the handle there, as near as the steps allow, without saying that anybody wants it."""
        self.blockSignals(True)
        self.setValue(round(STEPS * threshold))
        self.blockSignals(False)

    def set_marks(self, thresholds: Sequence[float]) -> None:
        self._marks = tuple(thresholds)
        self.update()

    def at(self, threshold: float) -> float:
        """Where the middle of the handle is for a threshold, in the widget's units from the left."""
        room = self.width() - _HANDLE
        along = QStyle.sliderPositionFromValue(0, 100 * STEPS, round(100 * STEPS * threshold), room)
        return along + _HANDLE / 2

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        x = event.position().x()
        near = [mark for mark in self._marks if abs(self.at(mark) - x) <= _NEAR]
        on_handle = abs(self.at(self.value() / STEPS) - x) <= _HANDLE / 2
        if event.button() == Qt.MouseButton.LeftButton and near and not on_handle:
            self.wanted.emit(min(near, key=lambda mark: abs(self.at(mark) - x)))
            event.accept()
            return
        if event.button() == Qt.MouseButton.LeftButton and not on_handle:
            room = self.width() - _HANDLE
            self.setValue(QStyle.sliderValueFromPosition(0, STEPS, round(x - _HANDLE / 2), room))
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setPen(QPen(self._theme.colour("text"), 2))
        middle = self.height() / 2
        for mark in self._marks:
            x = self.at(mark)
            painter.drawLine(QPointF(x, middle - 9), QPointF(x, middle + 9))
        painter.end()
        super().paintEvent(event)

    def _on_value(self, value: int) -> None:
        self.wanted.emit(value / STEPS)
