"""How good the model is at the threshold, as numbers with their intervals."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from core.scoring.thresholds import Counts
from gui.evaluation import words
from gui.evaluation.measuring import Measured

translate = QCoreApplication.translate

#: Those that move with the threshold, and those that do not.
_MOVING = ("sensitivity", "specificity", "precision", "npv", "accuracy", "f1")
_FIXED = ("auc", "ece", "brier")


class NumbersPanel(QWidget):
    """A row for each measure: name, value, 95% interval where there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values: dict[str, QLabel] = {}
        self.intervals: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        head = QLabel(self.tr("95% interval"))
        head.setToolTip(self.tr("By drawing patients 2000 times anew from those there are"))
        head.setProperty("role", "caption")
        self._grid.addWidget(head, 0, 2, Qt.AlignmentFlag.AlignRight)
        for name in _MOVING:
            self._add(name)
        line = QFrame()
        line.setProperty("role", "line")
        self._grid.addWidget(line, self._grid.rowCount(), 0, 1, 3)
        for name in _FIXED:
            self._add(name)

    def show_counts(self, counts: Counts) -> None:
        """Those that move with the threshold; their intervals follow when they are measured."""
        for name in _MOVING:
            self._tell(name, words.percent(getattr(counts, name)))

    def show_measured(self, measured: Measured) -> None:
        """What was measured of one model."""
        for name in _FIXED:
            self._tell(name, words.decimal(measured.results[0][name]))
        for name, label in self.intervals.items():
            label.setText(words.span(measured.intervals.get(name), name in _MOVING))
            self._describe(name)

    def forget_moving_intervals(self) -> None:
        """The threshold is another, and they are not measured yet."""
        for name in _MOVING:
            self.intervals[name].setText("")

    def _add(self, name: str) -> None:
        row = self._grid.rowCount()
        title, tip = measure_words(name)
        label, value, interval = QLabel(title), QLabel(words.UNKNOWN), QLabel()
        value.setProperty("role", "title")
        interval.setProperty("role", "caption")
        for each in (label, value, interval):
            each.setToolTip(tip)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight)
        interval.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(interval, row, 2)
        interval.setMinimumWidth(interval.fontMetrics().horizontalAdvance("0.999–0.999 "))
        self.values[name], self.intervals[name] = value, interval

    def _tell(self, name: str, text: str) -> None:
        self.values[name].setText(text)
        self._describe(name)

    def _describe(self, name: str) -> None:
        told = f"{measure_words(name)[0]}: {self.values[name].text()}"
        if span := self.intervals[name].text():
            told += self.tr(", 95% interval {span}").format(span=span)
        self.values[name].setAccessibleName(told)


def measure_words(name: str) -> tuple[str, str]:
    """A measure's name, and what it means."""
    return {
        "sensitivity": (
            translate("Evaluation", "Sensitivity"),
            translate("Evaluation", "Of the scans with pneumonia, those that are called PNEUMONIA"),
        ),
        "specificity": (
            translate("Evaluation", "Specificity"),
            translate("Evaluation", "Of the NORMAL scans, those that are called NORMAL"),
        ),
        "precision": (
            translate("Evaluation", "Precision (PPV)"),
            translate(
                "Evaluation",
                "Of the scans that are called PNEUMONIA, those that have it. It falls where that is rarer.",
            ),
        ),
        "npv": (
            translate("Evaluation", "Negative predictive value"),
            translate(
                "Evaluation",
                "Of the scans that are called NORMAL, those that are. It rises where pneumonia is rarer.",
            ),
        ),
        "accuracy": (
            translate("Evaluation", "Accuracy"),
            translate("Evaluation", "Of all scans, those that are called what they are"),
        ),
        "f1": (
            translate("Evaluation", "F1"),
            translate("Evaluation", "The harmonic mean of sensitivity and precision"),
        ),
        "auc": (
            translate("Evaluation", "Area under the ROC curve"),
            translate(
                "Evaluation",
                "How often a scan with pneumonia gets a higher probability than a NORMAL one: 0.5 is "
                "guessing. It does not depend on the threshold.",
            ),
        ),
        "ece": (
            translate("Evaluation", "Calibration error"),
            translate(
                "Evaluation", "How far probabilities are from what was observed, on average: 0 is perfect"
            ),
        ),
        "brier": (
            translate("Evaluation", "Brier score"),
            translate("Evaluation", "The mean squared error of the probability: 0 is perfect"),
        ),
    }[name]
