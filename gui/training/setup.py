"""What is to be trained: the scans, what was found in them, and the recipe."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.datasets.inspected import Inspection
from core.datasets.splitting import Order
from core.learning import runs
from core.learning.job import TrainingJob
from core.learning.recipe import PRESETS, Recipe
from core.paths import reviewed_table
from core.settings import DeviceName
from gui.training.inspector import Inspector, Reviewed

#: What is offered first: quick, and safe with few scans.
FIRST_PRESET = "head-only"

#: A change of the split is followed by a new look at the scans after so long.
_LOOK_AFTER_MS = 500


class TrainingSetup(QObject):
    """Holds what the person chose, and has the scans looked at. Whoever shows it asks when it has changed.

    Args:
        inspector: its own; nothing else should use it.
        reviewed: gives the scans that the person reviewed; None where there is no such thing.
    """

    sources_changed = Signal()
    found_changed = Signal()  # is_inspecting, inspection or problem
    progressed = Signal(float, str)  # of the inspection
    not_written = Signal(object)  # the exception: why reviewed scans are not among the sources
    recipe_changed = Signal()  # recipe, preset, device or automatic batch size

    def __init__(
        self, inspector: Inspector, reviewed: Reviewed | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._inspector = inspector
        self._reviewed = reviewed
        self._sources: tuple[Path, ...] = ()
        self._inspection: Inspection | None = None
        self._problem: BaseException | None = None
        self._preset = FIRST_PRESET
        self._recipe = PRESETS[FIRST_PRESET]
        self._device: DeviceName = "auto"
        self._is_batch_automatic = True
        self._look = QTimer(self, singleShot=True, interval=_LOOK_AFTER_MS)
        self._look.timeout.connect(self._inspect)
        inspector.progressed.connect(self.progressed)
        inspector.inspected.connect(self._on_inspected)
        inspector.failed.connect(self._on_problem)
        inspector.written.connect(self._on_written)
        inspector.not_written.connect(self.not_written)

    # What it holds

    @property
    def sources(self) -> tuple[Path, ...]:
        return self._sources

    @property
    def can_take_reviewed(self) -> bool:
        return self._reviewed is not None

    @property
    def inspection(self) -> Inspection | None:
        """What was found in the sources; None while that is not known."""
        return self._inspection

    @property
    def is_inspecting(self) -> bool:
        return self._inspector.is_busy or self._look.isActive()

    @property
    def problem(self) -> BaseException | None:
        """Why the sources could not be looked at."""
        return self._problem

    @property
    def can_start(self) -> bool:
        found = self._inspection
        return found is not None and found.can_start and not self.is_inspecting

    @property
    def preset(self) -> str:
        """The key in PRESETS that the recipe began as."""
        return self._preset

    @property
    def is_as_preset(self) -> bool:
        return self._recipe == PRESETS[self._preset]

    @property
    def recipe(self) -> Recipe:
        return self._recipe

    @property
    def is_batch_automatic(self) -> bool:
        """Whether as many scans go through the network at a time as memory allows."""
        return self._is_batch_automatic

    @property
    def device(self) -> DeviceName:
        return self._device

    def scans(self) -> tuple[int, int]:
        """How many it learns from and how many it checks itself on."""
        samples = self._inspection.samples if self._inspection else ()
        return sum(s.split == "train" for s in samples), sum(s.split == "val" for s in samples)

    def new_job(self, name: str, fitting: int | None = None) -> TrainingJob:
        """The run as it is set up now, with a folder of its own.

        Reviewed scans go with the run: what is said of scans later does not change what it learns from.

        Args:
            fitting: so many scans go through the network at a time, as was measured.

        Raises:
            LungfieldError: the folder cannot be written to.
        """
        recipe = self._recipe
        if self._is_batch_automatic and fitting:
            recipe = replace(recipe, batch_size=min(fitting, recipe.batch_size))
        own = [source for source in self._sources if source == reviewed_table()]
        return runs.new_run(self._sources, recipe, self._device, name, own)

    # What the person does

    def add(self, sources: Iterable[Path]) -> None:
        """Learn from these too: folders, or tables of files and labels."""
        new = [source for source in dict.fromkeys(sources) if source not in self._sources]
        if new:
            self._take_sources((*self._sources, *new))

    def add_reviewed(self) -> None:
        """Learn from the scans that the person reviewed, as they are reviewed now."""
        if self._reviewed is not None:
            self._inspector.write_reviewed(self._reviewed)

    def remove(self, sources: Iterable[Path]) -> None:
        gone = set(sources)
        self._take_sources(tuple(source for source in self._sources if source not in gone))

    def inspect_again(self) -> None:
        """Look at the same sources once more: their files may have changed."""
        self._take_sources(self._sources)

    def choose_preset(self, preset: str) -> None:
        """Begin anew with one of PRESETS. Raises KeyError for an unknown one."""
        self._preset, self._is_batch_automatic = preset, True
        self._take_recipe(PRESETS[preset])

    def change(self, **fields: Any) -> None:
        """Change fields of the recipe; a batch size of 0 is that of the preset, or what fits into memory."""
        if "batch_size" in fields:
            self._is_batch_automatic = not fields["batch_size"]
            # One alone cannot be normalised: a batch is of two at least
            fields["batch_size"] = max(2, fields["batch_size"] or PRESETS[self._preset].batch_size)
        self._take_recipe(replace(self._recipe, **fields))

    def start_from(self, init: str, backbone: str) -> None:
        """Start from a model, whose network it then is.

        Args:
            init: as `Recipe.init`.
        """
        self.change(init=init, backbone=backbone)

    def train_on(self, device: DeviceName) -> None:
        if device != self._device:
            self._device = device
            self.recipe_changed.emit()

    # How it comes about

    def _take_sources(self, sources: tuple[Path, ...]) -> None:
        self._sources = sources
        self.sources_changed.emit()
        self._inspect()

    def _inspect(self) -> None:
        self._look.stop()
        self._inspection, self._problem = None, None
        if self._sources:
            self._inspector.inspect(self._sources, *_division(self._recipe))
        else:
            self._inspector.cancel()
        self.found_changed.emit()

    def _take_recipe(self, recipe: Recipe) -> None:
        before, self._recipe = self._recipe, recipe
        self.recipe_changed.emit()
        is_split_otherwise = _division(before) != _division(recipe)
        if self._sources and is_split_otherwise:
            self._look.start()
            self.found_changed.emit()

    def _on_inspected(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self.found_changed.emit()

    def _on_written(self, table: Path) -> None:
        if table in self._sources:
            self.inspect_again()
        else:
            self.add([table])

    def _on_problem(self, error: BaseException) -> None:
        self._problem = error
        self.found_changed.emit()


def _division(recipe: Recipe) -> tuple[float, int, Order]:
    """What decides who is in the validation part."""
    return recipe.validation_share, recipe.seed, recipe.validation
