"""How a reading came about: numbers, model, engine and time, in a grid."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from core.reading import words
from gui.controls import ElidedLabel, words_label
from gui.reading.state import ReadingState


class Facts(QWidget):
    """The facts that there are; rows without one are left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(1)
        self._grid.setColumnStretch(1, 1)
        self._probability = self._row(self.tr("Probability"), words_label())
        self._point = self._row(self.tr("Operating point"), words_label())
        self._domain = self._row(self.tr("Measured on"), words_label())
        self._model = self._row(self.tr("Model"), ElidedLabel())
        self._engine = self._row(self.tr("Engine"), words_label())
        self._time = self._row(self.tr("Time taken"), words_label())
        self._point_tip = self.tr(
            "A scan whose probability reaches the operating point is called PNEUMONIA.\n"
            "Sensitivity: the share of scans with pneumonia that it calls PNEUMONIA.\n"
            "Specificity: the share of scans without that it calls NORMAL.\n"
            "Both as measured on the model’s validation scans; expect less elsewhere."
        )
        self._point.setToolTip(self._point_tip)
        self._point.setAccessibleDescription(self._point_tip)

    @property
    def names_model(self) -> bool:
        return bool(self._model.whole_text)

    def show_state(self, state: ReadingState) -> None:
        reading = state.reading if state.status in ("read", "rejected") else None
        self._say(self._probability, "")
        self._say(self._point, "")
        self._say(self._domain, "")
        self._say(self._time, "")
        if reading:
            self._say(self._time, words.duration(reading.milliseconds))
        if reading and state.status == "read":  # what was turned away is given no numbers to believe in
            decimal = words.percent(reading.probability, 1)
            self._say(self._probability, self.tr("{percent} for pneumonia").format(percent=decimal))
            self._say(self._point, self._point_words(state))
            self._say(self._domain, state.domain)
        self._say(self._model, reading.model if reading else state.model)
        engine = reading.engine if reading else state.engine_words
        self._say(self._engine, words.engine(engine))
        self._engine.setToolTip(state.device_note)
        self.setVisible(bool(reading or state.model))

    def _point_words(self, state: ReadingState) -> str:
        p = state.reading.probability if state.reading else 0.0
        _, percent = words.percents(p, state.threshold)
        if state.operating_point is None:
            return percent
        first = f"{percent} ({words.operating_point_name(state.operating_point)})"
        return "; ".join(
            filter(None, [first, words.operating_point_results(state.sensitivity, state.specificity)])
        )

    def _row(self, name: str, value: QLabel) -> QLabel:
        row = self._grid.rowCount()
        title = QLabel(name)
        title.setProperty("role", "muted")
        title.setBuddy(value)
        self._grid.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
        return value

    def _say(self, value: QLabel, text: str) -> None:
        if isinstance(value, ElidedLabel):
            value.show_text(text)
        else:
            value.setText(text)
        row, _, _, _ = self._grid.getItemPosition(self._grid.indexOf(value))
        for column in (0, 1):
            self._grid.itemAtPosition(row, column).widget().setVisible(bool(text))
