"""Where the line between NORMAL and PNEUMONIA is drawn, and how wide «not sure» is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QLabel, QSizePolicy

from core.model.checkpoint import OperatingPoint
from core.settings import Settings
from gui.dialogs.choice import Choice
from gui.dialogs.parts import add_below, add_row, words

_MODELS_OWN = "model"
_OWN = "own"


class OperatingPointFields(QObject):
    """The fields of the threshold and the uncertain band, with what they mean said below.

    Args:
        points: of the model that reads; the first is its own choice.
    """

    changed = Signal()

    def __init__(self, points: Sequence[OperatingPoint], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._of_model = tuple(points)
        self._points = self._of_model
        self._shown = Settings()
        self.point = Choice(self.tr("Operating point"))
        self.threshold = _number(self.tr("Own threshold"), "%", 100.0)
        self.band = _number(self.tr("Uncertain band"), self.tr(" points"), 50.0)
        self.band.setToolTip(self.tr("In percentage points, on either side of the threshold"))
        self.preview: QLabel = words("")
        self._connect()

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        self._shown = settings
        self._offer()
        self.point.take(self._kind(settings.threshold))
        own = self._points[0].threshold if self._points else 0.5
        self.threshold.setValue(100 * (own if settings.threshold is None else settings.threshold))
        self.band.setValue(100 * settings.uncertain_band)
        self._update()

    def take_model(self, is_known: bool) -> None:
        """Another model was chosen: its points are those given at the start, or not known before it reads."""
        kind = self.point.value
        self._points = self._of_model if is_known else ()
        self._offer()
        self.point.take(kind)
        self._update()

    def chosen_threshold(self) -> float | None:
        """As `Settings.threshold` has it."""
        kind = self.point.value
        if kind == _MODELS_OWN:
            return None
        if kind == _OWN:
            return _as_shown(self.threshold, self._shown.threshold)
        return self._points[kind].threshold

    def chosen_band(self) -> float:
        """As `Settings.uncertain_band` has it."""
        return _as_shown(self.band, self._shown.uncertain_band)

    def add_to(self, form: QFormLayout) -> None:
        """Put everything into a form."""
        explained = self.tr(
            "From this probability on, a scan is called PNEUMONIA. If it is closer to it than the margin "
            "below, Lungfield says «not sure»."
        )
        form.addRow(words(explained, "caption"))
        self.point.add_to(form, self.tr("O&perating point"))
        add_row(form, self.tr("Own &threshold"), self.threshold)
        add_row(form, self.tr("&Not sure within ±"), self.band)
        width = max(self.threshold.sizeHint().width(), self.band.sizeHint().width())
        self.threshold.setMinimumWidth(width)
        self.band.setMinimumWidth(width)
        add_below(form, self.preview)

    def _connect(self) -> None:
        self.point.chosen.connect(self._take_point)
        self.threshold.valueChanged.connect(self._update)
        self.band.valueChanged.connect(self._update)

    def _offer(self) -> None:
        items: list[tuple[str, object]] = [(self._own_words(), _MODELS_OWN)]
        for number in self._others():
            items.append((self._words(self.tr("{name}: from {threshold:.1%}"), number), number))
        self.point.offer([*items, (self.tr("A threshold of my own"), _OWN)])

    def _own_words(self) -> str:
        if not self._points:
            return self.tr("The model's own")
        return self._words(self.tr("The model's own, {name}: from {threshold:.1%}"), 0)

    def _others(self) -> list[int]:
        """The points that differ from the model's own and from each other."""
        thresholds = [point.threshold for point in self._points]
        return [
            number for number in range(1, len(thresholds)) if thresholds[number] not in thresholds[:number]
        ]

    def _words(self, text: str, number: int) -> str:
        """A point with the names of all that are the same."""
        threshold = self._points[number].threshold
        names = [point.name for point in self._points if point.threshold == threshold]
        return text.format(name=", ".join(names), threshold=threshold)

    def _kind(self, threshold: float | None) -> str | int:
        if threshold is None:
            return _MODELS_OWN
        same = (number for number in self._others() if self._points[number].threshold == threshold)
        return next(same, _OWN)

    @Slot(object)
    def _take_point(self, kind: object) -> None:
        if isinstance(kind, int):
            self.threshold.setValue(100 * self._points[kind].threshold)
        elif kind == _MODELS_OWN and self._points:
            self.threshold.setValue(100 * self._points[0].threshold)
        self._update()

    @Slot()
    def _update(self) -> None:
        self.threshold.setEnabled(self.point.value == _OWN)
        self.point.explain(self._measured())
        self.preview.setText(self._preview())
        self.changed.emit()

    def _measured(self) -> str:
        """What the chosen point gave on validation."""
        kind = self.point.value
        if kind == _OWN:
            return ""
        if not self._points:
            return self.tr("Its other points can be chosen once this model reads.")
        point = self._points[0 if kind == _MODELS_OWN else kind]
        if point.sensitivity != point.sensitivity:  # not a number: it was not measured
            return ""
        return self.tr("On validation: sensitivity {sensitivity:.1%}, specificity {specificity:.1%}").format(
            sensitivity=point.sensitivity, specificity=point.specificity
        )

    def _preview(self) -> str:
        band = self.chosen_band()
        if not band:
            return self.tr("Every scan gets an answer; «not sure» is never said.")
        threshold = self.chosen_threshold()
        if threshold is None:
            if not self._points:
                return self.tr("Not sure within {band:.0f} points of the model's threshold").format(
                    band=100 * band
                )
            threshold = self._points[0].threshold
        low, high = max(threshold - band, 0), min(threshold + band, 1)
        return self.tr("Not sure from {low:.0%} to {high:.0%}").format(low=low, high=high)


def _number(name: str, unit: str, most: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0.0, most)
    box.setDecimals(1)
    box.setSuffix(unit)
    box.setAccessibleName(name)
    box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return box


def _as_shown(box: QDoubleSpinBox, before: float | None) -> float:
    """The box's share, 0..1; `before` itself where the box, which rounds, still shows it."""
    if before is not None and round(100 * before, box.decimals()) == round(box.value(), box.decimals()):
        return before
    return round(box.value() / 100, 6)
