"""Where the line is drawn: a slider, its number, and the operating points."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.model.checkpoint import OperatingPoint
from gui.controls import QuietSpinBox
from gui.evaluation import words
from gui.evaluation.judgement import Judgement
from gui.evaluation.slider import ThresholdSlider
from gui.theme import Theme

#: Two thresholds nearer than this are one.
_SAME = 1e-9

#: Letters of a point's name on its button.
_LETTERS = 22


class ThresholdPanel(QWidget):
    """Moves the threshold of a judgement, and follows it."""

    save_wanted = Signal()  # the threshold as an operating point

    def __init__(self, judgement: Judgement, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._judgement = judgement
        self.slider = ThresholdSlider(theme)
        self.box = QuietSpinBox()
        self.box.setRange(0.0, 100.0)
        self.box.setDecimals(2)
        self.box.setSingleStep(0.5)
        self.box.setSuffix("%")
        self.box.setAccessibleName(self.tr("Threshold"))
        self.box.setToolTip(self.tr("From this probability on, a scan is called PNEUMONIA"))
        self.save = QPushButton(self.tr("Save this threshold…"))
        self.save.setProperty("role", "quiet")
        self.points: list[QPushButton] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        self._lay_out()
        self.slider.wanted.connect(judgement.set_threshold)
        self.box.valueChanged.connect(self._on_box)
        self.save.clicked.connect(self.save_wanted)
        judgement.moved.connect(self._follow)
        judgement.points_changed.connect(self._offer)
        self._offer()
        self._follow()

    def allow_saving(self, why_not: str | None) -> None:
        """Whether an operating point can be saved: empty for yes, else why not; None: it isn't offered."""
        self.save.setVisible(why_not is not None)
        self.save.setEnabled(why_not == "")
        self.save.setToolTip(why_not or self.tr("Keep this threshold in the model, under a name"))

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Threshold"))
        title.setProperty("role", "title")
        title.setBuddy(self.box)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addWidget(self.slider, 1)
        head.addWidget(self.box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        layout.addLayout(self._grid)

    @Slot()
    def _offer(self) -> None:
        """A button for each threshold among the points, in rising order."""
        for button in self.points:
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.points = []
        rising = sorted(self._judgement.points, key=_threshold)
        for threshold, same in groupby(rising, _threshold):
            points = list(same)
            button = _PointButton(points, threshold)
            button.clicked.connect(self._on_point)
            self._grid.addWidget(button, len(self.points) // 2, len(self.points) % 2)
            self.points.append(button)
        self._grid.addWidget(self.save, len(self.points) // 2, len(self.points) % 2)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.slider.set_marks([button.threshold for button in self.points])
        self._mark_point()

    def _mark_point(self) -> None:
        for button in self.points:
            button.setChecked(abs(button.threshold - self._judgement.threshold) < _SAME)

    @Slot()
    def _follow(self) -> None:
        threshold = self._judgement.threshold
        self.slider.show_threshold(threshold)
        self.box.blockSignals(True)
        self.box.setValue(100 * threshold)
        self.box.blockSignals(False)
        self._mark_point()

    def _on_box(self, value: float) -> None:
        self._judgement.set_threshold(value / 100)

    def _on_point(self) -> None:
        button: QObject | None = self.sender()
        if isinstance(button, _PointButton):
            self._judgement.set_threshold(button.threshold)
            self._mark_point()  # also where it was there already


class _PointButton(QPushButton):
    """The operating points that have one threshold."""

    def __init__(self, points: list[OperatingPoint], threshold: float) -> None:
        super().__init__()
        self.threshold = threshold
        name = words.point_words(points)
        shown = name if len(name) <= _LETTERS else name[: _LETTERS - 1].rstrip() + "…"
        told = self.tr("{name}: {threshold}").format(name=name, threshold=words.threshold(threshold))
        self.setText(f"{shown}  {words.threshold(threshold)}".replace("&", "&&"))
        self.setCheckable(True)
        self.setAccessibleName(told)
        point = points[0]
        measured = self.tr(
            "On the model's validation scans: sensitivity {sensitivity}, specificity {specificity}"
        )
        self.setToolTip(
            told
            if point.sensitivity != point.sensitivity
            else told
            + "\n"
            + measured.format(
                sensitivity=words.percent(point.sensitivity), specificity=words.percent(point.specificity)
            )
        )


def _threshold(point: OperatingPoint) -> float:
    return point.threshold
