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
        self.class_weights = QCheckBox(self.tr("Count &both classes alike"))
        self.augment = Choice(self.tr("Vary the scans"))
        self.share = _whole(self.tr("Set aside to check on"), 5, 50, suffix=" %")
        self.seed = _whole(self.tr("Seed of chance"), 0, _LARGEST_SEED)
        self._offer()
        self._explain()
        self._lay_out()
        self._connect()

    def show_recipe(self, recipe: Recipe, device: DeviceName, is_batch_automatic: bool) -> None:
        """Show these; nobody is told."""
        self._recipe = recipe
        self._offer_models()
        for choice, value in (
            (self.backbone, recipe.backbone),
            (self.head, recipe.head),
            (self.trained, recipe.freeze_backbone),
            (self.size, recipe.size),
            (self.keep, recipe.keep),
            (self.schedule, recipe.schedule),
            (self.augment, recipe.augment),
            (self.device, device),
        ):
            choice.take(value)
        for box, number in (
            (self.epochs, recipe.epochs),
            (self.patience, recipe.patience),
            (self.batch_size, 0 if is_batch_automatic else recipe.batch_size),
            (self.lr, recipe.lr),
            (self.share, round(100 * recipe.validation_share)),
            (self.seed, recipe.seed),
        ):
            with QSignalBlocker(box):
                box.setValue(number)
        with QSignalBlocker(self.class_weights):
            self.class_weights.setChecked(recipe.class_weights)
        self._say_what_follows()

    # Putting it together

    def _offer(self) -> None:
        self.backbone.offer(
            [
                ("ResNet-18", "resnet18"),
                ("DenseNet-121", "densenet121"),
                ("EfficientNet-B0", "efficientnet_b0"),
            ]
        )
        self.head.offer([(self.tr("One layer"), "linear"), (self.tr("Two layers"), "mlp")])
        self.trained.offer([(self.tr("The last layer only"), True), (self.tr("The whole network"), False)])
        self.size.offer([(self.tr("{n} × {n} pixels").format(n=n), n) for n in (64, 128, 160, 224, 320, 448)])
        self.keep.offer([(self.tr("The best epoch"), "best"), (self.tr("The last epoch"), "last")])
        self.schedule.offer(
            [
                (self.tr("Up, then down (one cycle)"), "onecycle"),
                (self.tr("Smaller when it no longer helps"), "plateau"),
                (self.tr("Always the same"), "constant"),
            ]
        )
        self.augment.offer(
            [
                (self.tr("Strongly"), "strong"),
                (self.tr("Turned and mirrored"), "flips"),
                (self.tr("Not at all"), "none"),
            ]
        )
        self.device.offer(
            [
                (self.tr("Automatic"), "auto"),
                (self.tr("Processor"), "cpu"),
                (self.tr("NVIDIA graphics card"), "cuda"),
            ]
        )
        self.device.close_off("cuda", not self._machine.nvidia)

    def _explain(self) -> None:
        tips: dict[QWidget, str] = {
            self.init: self.tr("What the new model knows at the beginning"),
            self.backbone: self.tr("The part that sees; larger ones see more and take longer"),
            self.head: self.tr("The part that decides, from what the network sees"),
            self.trained: self.tr(
                "The last layer takes minutes; the whole network takes longer and more scans"
            ),
            self.size: self.tr("Each scan is brought to this size; larger ones show more and take longer"),
            self.device: self.tr("A graphics card is ten times as fast and more"),
            self.epochs: self.tr("How often it goes through all the scans"),
            self.patience: self.tr("Stop when so many epochs in a row made it no better"),
            self.keep: self.tr("By its results on the scans that it checks itself on"),
            self.batch_size: self.tr("More at a time take more memory; automatic is as many as fit"),
            self.lr: self.tr("How large the steps are; too large ones undo what was learnt"),
            self.schedule: self.tr("How the steps change from epoch to epoch"),
            self.class_weights: self.tr("So that the more frequent class does not win by its number"),
            self.augment: self.tr(
                "Each scan is shown a little differently every time, so that it learns what matters"
            ),
            self.share: self.tr("Share of the patients, where a folder has none set aside already"),
            self.seed: self.tr("The same number, the same scans and the same settings give the same model"),
        }
        for field, tip in tips.items():
            field.setToolTip(tip)
            if not isinstance(field, Choice):
                field.setAccessibleDescription(tip)

    def _lay_out(self) -> None:
        left, right = _form(), _form()
        left.addRow(words(self.tr("What is trained"), "title"))
        self.init.add_to(left, self.tr("&Start from"))
        self.backbone.add_to(left, self.tr("Net&work"))
        self.head.add_to(left, self.tr("Last la&yers"))
        self.trained.add_to(left, self.tr("&Train"))
        self.size.add_to(left, self.tr("&Picture size"))
        self.augment.add_to(left, self.tr("&Vary the scans"))
        add_below(left, self.class_weights)
        right.addRow(words(self.tr("How it learns"), "title"))
        add_row(right, self.tr("Epochs"), self.epochs)
        add_row(right, self.tr("Stop &early after"), self.patience)
        self.keep.add_to(right, self.tr("&Keep"))
        add_row(right, self.tr("S&cans at a time"), self.batch_size)
        add_row(right, self.tr("Learning &rate"), self.lr)
        self.schedule.add_to(right, self.tr("Rate o&ver time"))
        add_row(right, self.tr("Set asi&de"), self.share)
        add_row(right, self.tr("Seed of c&hance"), self.seed)
        self.device.add_to(right, self.tr("Co&mputed by"))
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
        for choice, field in (
            (self.backbone, "backbone"),
            (self.head, "head"),
            (self.trained, "freeze_backbone"),
            (self.size, "size"),
            (self.keep, "keep"),
            (self.schedule, "schedule"),
            (self.augment, "augment"),
        ):
            choice.setProperty("field", field)
            choice.chosen.connect(self._on_chosen)
        for box, field in (
            (self.epochs, "epochs"),
            (self.patience, "patience"),
            (self.batch_size, "batch_size"),
            (self.lr, "lr"),
            (self.seed, "seed"),
        ):
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
