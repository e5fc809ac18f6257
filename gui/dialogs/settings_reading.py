"""The settings page of what reads, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFormLayout, QSpacerItem, QWidget

from core.model.checkpoint import OperatingPoint
from core.model.library import Entry
from core.settings import Settings
from gui.dialogs.choice import Choice
from gui.dialogs.machine import Machine
from gui.dialogs.operating_point import OperatingPointFields
from gui.dialogs.parts import words


class ReadingPage(QWidget):
    """Model, engine, device, precision, operating point and uncertain band.

    Args:
        models: of the library.
        points: operating points of the model that reads now.
        machine: what can be had here.
        devices: a line on what reads now, such as "OpenVINO on the CPU".
    """

    changed = Signal()

    def __init__(
        self,
        models: Sequence[Entry],
        points: Sequence[OperatingPoint],
        machine: Machine,
        devices: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = tuple(models)
        self._machine = machine
        self._devices = devices
        self._in_use = ""
        self.model = Choice(self.tr("Model"))
        self.engine = Choice(self.tr("Engine"))
        self.device = Choice(self.tr("Device"))
        self.precision = Choice(self.tr("Precision"))
        self.point = OperatingPointFields(points, self)
        self._offer()
        self._lay_out()
        self._connect()

    def use(self, settings: Settings) -> None:
        """Say which settings the model that reads now was chosen by."""
        self._in_use = self._name(settings.model)

    def show_settings(self, settings: Settings) -> None:
        self.model.take(settings.model)
        lost = settings.model and settings.model not in {entry.name for entry in self._models}
        self.model.explain(
            self.tr("{name} is no longer there.").format(name=settings.model) if lost else "", "warning"
        )
        self.engine.take(settings.engine)
        self.device.take(settings.device)
        self.precision.take(settings.precision)
        self.point.take_model(self._name(self.model.value) == self._in_use)
        self.point.show_settings(settings)
        self._say_obstacles()

    def fields(self) -> dict[str, Any]:
        """What is chosen, as fields of Settings."""
        return {
            "model": self.model.value,
            "engine": self.engine.value,
            "device": self.device.value,
            "precision": self.precision.value,
            "threshold": self.point.chosen_threshold(),
            "uncertain_band": self.point.chosen_band(),
        }

    def _name(self, setting: str) -> str:
        """The model that a setting means."""
        if setting:
            return setting
        return next((entry.name for entry in self._models if entry.active), "")

    def _offer(self) -> None:
        active = self._name("")
        self.model.offer(
            [
                (
                    self.tr("The active one: {name}").format(name=active)
                    if active
                    else self.tr("The active one"),
                    "",
                ),
                *((self._model_words(entry), entry.name) for entry in self._models),
            ]
        )
        self.engine.offer(
            [
                (self.tr("Automatic: the fastest here"), "auto"),
                (self.tr("OpenVINO: processor"), "openvino"),
                (self.tr("PyTorch: processor or NVIDIA graphics card"), "torch"),
            ]
        )
        self.device.offer(
            [
                (self.tr("Automatic"), "auto"),
                (self.tr("Processor (CPU)"), "cpu"),
                (self.tr("NVIDIA graphics card (CUDA)"), "cuda"),
            ]
        )
        self.precision.offer(
            [
                (self.tr("Automatic"), "auto"),
                (self.tr("Full (fp32)"), "fp32"),
                (self.tr("Reduced (int8): faster, a little less exact"), "int8"),
            ]
        )

    def _model_words(self, entry: Entry) -> str:
        if entry.bundled:
            return self.tr("{name} (came with Lungfield)").format(name=entry.name)
        return entry.name

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(20, 16, 20, 12)
        form.setVerticalSpacing(9)
        form.setHorizontalSpacing(14)
        form.addRow(words(self.tr("What reads"), "title"))
        self.model.add_to(form, self.tr("&Model"))
        self.engine.add_to(form, self.tr("&Engine"))
        self.device.add_to(form, self.tr("&Device"))
        self.precision.add_to(form, self.tr("P&recision"))
        if self._devices:
            form.addRow(self.tr("In use now"), words(self._devices, "muted"))
        form.addItem(QSpacerItem(0, 12))
        form.addRow(words(self.tr("Where it decides"), "title"))
        self.point.add_to(form)

    def _connect(self) -> None:
        self.model.chosen.connect(self._take_model)
        for choice in (self.engine, self.device, self.precision):
            choice.chosen.connect(self._say_obstacles)
        self.point.changed.connect(self.changed)

    @Slot(object)
    def _take_model(self, name: str) -> None:
        self.model.explain("")
        self.point.take_model(self._name(name) == self._in_use)

    @Slot()
    def _say_obstacles(self) -> None:
        """Close what cannot be had together with the rest, and say why below each box."""
        now = {"engine": self.engine.value, "device": self.device.value, "precision": self.precision.value}
        for field in now:
            choice: Choice = getattr(self, field)
            reasons: list[str] = []
            for value in self._values(choice):
                reason = "" if value == "auto" else self._machine.obstacle(**{**now, field: value})
                choice.close_off(value, bool(reason))
                if reason and reason not in reasons:
                    reasons.append(reason)
            stuck = not choice.can_be_chosen(choice.value)
            choice.explain(" ".join(reasons), "warning" if stuck else "caption")
        self.changed.emit()

    @staticmethod
    def _values(choice: Choice) -> list[str]:
        return [choice.itemData(index) for index in range(choice.count())]
