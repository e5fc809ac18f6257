"""The second stage: how it learns. A card for each recipe with a name, and the details for who wants them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.learning.recipe import PRESETS
from gui.dialogs.choice import Choice
from gui.dialogs.machine import Machine
from gui.dialogs.parts import scrolling, words
from gui.models.models import Models
from gui.training.advanced import AdvancedFields
from gui.training.preset_cards import PresetCards
from gui.training.presets import advice
from gui.training.preview import AugmentationPreview
from gui.training.quiet import QuietWheel
from gui.training.service import TrainingService
from gui.training.setup import TrainingSetup

#: How thorough: epochs against those of the preset.
_THOROUGHNESS = {"brief": 0.5, "usual": 1.0, "thorough": 2.0}


class OptionsPage(QWidget):
    """Shows and changes the recipe of a TrainingSetup."""

    def __init__(
        self, setup: TrainingSetup, service: TrainingService, models: Models, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._setup = setup
        self.cards = PresetCards()
        self.thorough = Choice(self.tr("How thorough"))
        self.advice = words("", "warning")
        self.unfold = QToolButton()
        self.unfold.setText(self.tr("&Advanced"))
        self.unfold.setCheckable(True)
        self.unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.back = QPushButton(self.tr("&Back to how it was recommended"))
        self.back.setProperty("role", "link")
        self.advanced = AdvancedFields(models, Machine.here())
        self.preview = AugmentationPreview(setup, service)
        self._lay_out()
        self.cards.chosen.connect(setup.choose_preset)
        self.thorough.chosen.connect(self._on_thorough)
        self.unfold.toggled.connect(self._on_unfold)
        self.back.clicked.connect(self._on_back)
        self.advanced.changed.connect(self._on_changed)
        self.advanced.device_chosen.connect(setup.train_on)
        setup.recipe_changed.connect(self._show)
        setup.found_changed.connect(self._show_advice)
        self._wheel = QuietWheel(self)
        self._on_unfold(False)
        self._show()

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(20, 14, 20, 12)
        column.setSpacing(10)
        column.addWidget(words(self.tr("How it learns"), "title"))
        column.addWidget(self.cards)
        column.addWidget(self.advice)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self.thorough.add_to(form, self.tr("How thorou&gh"))
        column.addLayout(form)
        head = QHBoxLayout()
        head.addWidget(self.unfold)
        head.addWidget(self.back)
        head.addStretch()
        column.addLayout(head)
        column.addWidget(self.advanced)
        column.addWidget(self.preview)
        column.addStretch()
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(scrolling(page))

    # Showing

    @Slot()
    def _show(self) -> None:
        setup = self._setup
        self.cards.show_preset(setup.preset)
        self.advanced.show_recipe(setup.recipe, setup.device, setup.is_batch_automatic)
        self.back.setVisible(not setup.is_as_preset)
        self._show_thoroughness()
        self._show_advice()

    def _show_thoroughness(self) -> None:
        usual, own = PRESETS[self._setup.preset].epochs, self._setup.recipe.epochs
        said = {
            "brief": self.tr("Brief: {n} epochs"),
            "usual": self.tr("Usual: {n} epochs"),
            "thorough": self.tr("Thorough: {n} epochs"),
        }
        offered = {max(round(usual * share), 1): said[name] for name, share in _THOROUGHNESS.items()}
        offered.setdefault(
            own, self.tr("Your own: {n} epochs") if own > 1 else self.tr("Your own: one epoch")
        )
        self.thorough.offer([(text.format(n=epochs), epochs) for epochs, text in offered.items()])
        self.thorough.take(own)
        about = self.tr("In an epoch it goes through all scans once.")
        if self._setup.recipe.patience:
            about += " " + self.tr("It stops earlier where more no longer helps.")
        self.thorough.explain(about)

    def _show_advice(self) -> None:
        found = self._setup.inspection
        text = ""
        if found and found.can_start:
            labels = [sample.label for sample in found.samples if sample.split == "train"]
            rarer = min(labels.count(0), labels.count(1))
            text = advice(self._setup.recipe.freeze_backbone, rarer)
        self.advice.setText(text)
        self.advice.setVisible(bool(text))

    # What the person does

    @Slot(object)
    def _on_thorough(self, epochs: int) -> None:
        self._setup.change(epochs=epochs)

    @Slot(object)
    def _on_changed(self, fields: dict[str, object]) -> None:
        self._setup.change(**fields)

    @Slot()
    def _on_back(self) -> None:
        self._setup.choose_preset(self._setup.preset)

    @Slot(bool)
    def _on_unfold(self, unfolded: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow
        self.unfold.setArrowType(arrow)
        self.advanced.setVisible(unfolded)
        self.preview.setVisible(unfolded)
