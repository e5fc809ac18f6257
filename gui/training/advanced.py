"""Everything that decides a run, for those who want to decide it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.learning.recipe import Recipe
from core.settings import DeviceName
from gui.dialogs.choice import Choice
from gui.dialogs.machine import Machine
from gui.dialogs.parts import add_below, add_row, words
from gui.models.models import Models
from gui.training.advanced_words import offered, tips

_MOST_ROUNDS = 500
_LARGEST_SEED = 2**31 - 1

#: Width of a number, in the window's units.
_NUMBER = 150


class AdvancedFields(QWidget):
    """Shows a Recipe and the device; says which fields the person changes.

    Args:
        models: those that training can start from.
        machine: what can be had here.
    """

    changed = Signal(object)  # dict of fields of Recipe
    device_chosen = Signal(object)  # DeviceName

    def __init__(self, models: Models, machine: Machine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models = models
        self._machine = machine
        self._recipe = Recipe()
        self.init = Choice(self.tr("Start from"))
        self.backbone = Choice(self.tr("Network"))
        self.head = Choice(self.tr("Last layers"))
        self.trained = Choice(self.tr("What is trained"))
        self.size = Choice(self.tr("Picture size"))
        self.device = Choice(self.tr("Computed by"))
        self.epochs = _whole(self.tr("Epochs"), 1, _MOST_ROUNDS)
        self.patience = _whole(self.tr("Stop early"), 0, 100, self.tr("never"), self.tr(" epochs"))
        self.keep = Choice(self.tr("Which epoch is kept"))
        self.batch_size = _whole(self.tr("Scans at a time"), 0, 1024, self.tr("automatic"))
        self.lr = _rate(self.tr("Learning rate"))
        self.schedule = Choice(self.tr("Learning rate over time"))
        self.class_weights = QCheckBox(self.tr("Count both classes alike"))
        self.augment = Choice(self.tr("Vary the scans"))
        self.share = _whole(self.tr("Set aside to check on"), 5, 50, suffix=" %")
        self.seed = _whole(self.tr("Seed of chance"), 0, _LARGEST_SEED)
        self._choices = {
            "backbone": self.backbone,
            "head": self.head,
            "freeze_backbone": self.trained,
            "size": self.size,
            "keep": self.keep,
            "schedule": self.schedule,
            "augment": self.augment,
            "device": self.device,
        }
        self._numbers: dict[str, QSpinBox | QDoubleSpinBox] = {
            "epochs": self.epochs,
            "patience": self.patience,
            "batch_size": self.batch_size,
            "lr": self.lr,
            "seed": self.seed,
        }
        self._offer()
        self._explain()
        self._lay_out()
        self._connect()

    def show_recipe(self, recipe: Recipe, device: DeviceName, is_batch_automatic: bool) -> None:
        """Show these; nobody is told."""
        self._recipe = recipe
        self._offer_models()
        for field, choice in self._choices.items():
            choice.take(device if field == "device" else getattr(recipe, field))
        for field, box in self._numbers.items():
            with QSignalBlocker(box):
                box.setValue(getattr(recipe, field))
        if is_batch_automatic:
            with QSignalBlocker(self.batch_size):
                self.batch_size.setValue(0)
        with QSignalBlocker(self.share):
            self.share.setValue(round(100 * recipe.validation_share))
        with QSignalBlocker(self.class_weights):
            self.class_weights.setChecked(recipe.class_weights)
        self._say_what_follows()

    # Putting it together

    def _offer(self) -> None:
        for field, items in offered().items():
            self._choices[field].offer(items)
        self.device.close_off("cuda", not self._machine.nvidia)

    def _explain(self) -> None:
        fields: dict[str, QWidget] = {**self._choices, **self._numbers, "class_weights": self.class_weights}
        fields |= {"init": self.init, "validation_share": self.share}
        for field, tip in tips().items():
            fields[field].setToolTip(tip)
            if not isinstance(fields[field], Choice):
                fields[field].setAccessibleDescription(tip)

    def _lay_out(self) -> None:
        left, right = _form(), _form()
        left.addRow(words(self.tr("What is trained"), "title"))
        self.init.add_to(left, self.tr("Start from"))
        self.backbone.add_to(left, self.tr("Network"))
        self.head.add_to(left, self.tr("Last layers"))
        self.trained.add_to(left, self.tr("Train"))
        self.size.add_to(left, self.tr("Picture size"))
        self.augment.add_to(left, self.tr("Vary the scans"))
        add_below(left, self.class_weights)
        right.addRow(words(self.tr("How it learns"), "title"))
        add_row(right, self.tr("Epochs"), self.epochs)
        add_row(right, self.tr("Stop early after"), self.patience)
        self.keep.add_to(right, self.tr("Keep"))
        add_row(right, self.tr("Scans at a time"), self.batch_size)
        add_row(right, self.tr("Learning rate"), self.lr)
        self.schedule.add_to(right, self.tr("Rate over time"))
        add_row(right, self.tr("Set aside"), self.share)
        add_row(right, self.tr("Seed of chance"), self.seed)
        self.device.add_to(right, self.tr("Computed by"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(32)
        for form in (left, right):
            column = QVBoxLayout()
            column.addLayout(form)
            column.addStretch()
            row.addLayout(column, 1)

    def _connect(self) -> None:
        self._models.changed.connect(self._offer_models)
        self.init.chosen.connect(self._on_init)
        for field, choice in self._choices.items():
            if choice is not self.device:
                choice.setProperty("field", field)
                choice.chosen.connect(self._on_chosen)
        for field, box in self._numbers.items():
            box.setProperty("field", field)
            box.valueChanged.connect(self._on_number)
        self.share.valueChanged.connect(self._on_share)
        self.class_weights.toggled.connect(self._on_weights)
        self.device.chosen.connect(self.device_chosen)

    # Showing

    @Slot()
    def _offer_models(self) -> None:
        """Those that can be started from, with the one of the recipe even where it is gone."""
        own = [model for model in self._models.entries if not model.bundled and model.facts]
        items = [(self.tr("The bundled model"), "bundled")]
        items += [(model.name, model.name) for model in own]
        items += [(self.tr("A network of photos (ImageNet)"), "imagenet"), (self.tr("Nothing"), "random")]
        if self._recipe.init not in [value for _, value in items]:
            items.append((self._recipe.init, self._recipe.init))
        self.init.offer(items)
        self.init.take(self._recipe.init)

    def _say_what_follows(self) -> None:
        """Which of the fields follow from where it starts."""
        recipe = self._recipe
        is_free = recipe.init in ("imagenet", "random")
        self.backbone.setEnabled(is_free)
        self.backbone.explain("" if is_free else self.tr("That of the model it starts from."))
        self.patience.setSuffix(self.tr(" epoch") if recipe.patience == 1 else self.tr(" epochs"))
        said = {
            "imagenet": self.tr("It is downloaded once; nothing of yours leaves this computer."),
            "random": self.tr("It has to learn to see as well: thousands of scans, and a long time."),
        }
        self.init.explain(said.get(recipe.init, ""))
        is_hopeless = recipe.init == "random" and recipe.freeze_backbone
        self.trained.explain(
            self.tr("A network that has seen nothing yet has to be trained whole.") if is_hopeless else "",
            "warning",
        )

    # What the person does

    @Slot(object)
    def _on_init(self, init: str) -> None:
        fields: dict[str, Any] = {"init": init}
        model = self._models.get(init)
        if model and model.facts:
            fields["backbone"] = model.facts.backbone
        elif init == "bundled":
            fields["backbone"] = Recipe.backbone
        self.changed.emit(fields)

    @Slot(object)
    def _on_chosen(self, value: object) -> None:
        self.changed.emit({self.sender().property("field"): value})

    @Slot()
    def _on_number(self) -> None:
        box = self.sender()
        if isinstance(box, QSpinBox | QDoubleSpinBox):
            self.changed.emit({box.property("field"): box.value()})

    @Slot(int)
    def _on_share(self, percent: int) -> None:
        self.changed.emit({"validation_share": percent / 100})

    @Slot(bool)
    def _on_weights(self, on: bool) -> None:
        self.changed.emit({"class_weights": on})


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(14)
    form.setVerticalSpacing(8)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
    return form


def _whole(name: str, low: int, high: int, least: str = "", suffix: str = "") -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setSpecialValueText(least)
    box.setSuffix(suffix)
    return _dressed(box, name)


def _rate(name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setDecimals(6)
    box.setRange(1e-6, 1.0)
    box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
    return _dressed(box, name)


def _dressed(box: Any, name: str) -> Any:
    box.setAccessibleName(name)
    box.setKeyboardTracking(False)
    box.setFixedWidth(_NUMBER)
    return box
