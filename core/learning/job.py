"""A training run as it is asked for: stored beside it, and handed to the process that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from core.learning.recipe import Recipe
from core.model.measured import Ages

#: What a run leaves in its folder: the model; where it was interrupted, for going on; the scans that it
#: neither learnt from nor was chosen by, as a table.
MODEL_FILE = "model.safetensors"
STATE_FILE = "interrupted.safetensors"
HELD_OUT_FILE = "held_out.csv"


@dataclass(frozen=True)
class TrainingJob:
    """One run.

    Attributes:
        sources: DATASETs to learn from: folders, or tables of files and labels (`core.datasets`).
        out: the folder that the model and its reports go to; it also holds the run while it goes on.
        recipe: how.
        device: "auto", "cuda" or "cpu".
        name: the model's.
        ages: of the patients of each DATASET, in years from and to, in the order of `sources`; those that
            are missing are not known. They are told with what is measured.
        resume: go on with the run that was interrupted in `out`, if there is one.
    """

    sources: tuple[Path, ...]
    out: Path
    recipe: Recipe
    device: str = "auto"
    name: str = "fine-tuned"
    resume: bool = False
    ages: tuple[Ages, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "sources": [str(source) for source in self.sources],
            "out": str(self.out),
            "recipe": asdict(self.recipe),
            "device": self.device,
            "name": self.name,
            "resume": self.resume,
            "ages": [list(ages) for ages in self.ages],
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> TrainingJob:
        """The job in what `as_json` gave; fields of a recipe that this version does not know are passed over.

        Raises:
            KeyError, TypeError: something else.
        """
        return cls(
            sources=tuple(Path(source) for source in said["sources"]),
            out=Path(said["out"]),
            recipe=recipe_from(said["recipe"]),
            device=str(said["device"]),
            name=str(said["name"]),
            resume=bool(said["resume"]),
            ages=tuple((float(low), float(high)) for low, high in said.get("ages", [])),
        )


def recipe_from(said: Mapping[str, Any]) -> Recipe:
    """The Recipe in plain values: lists become tuples again, and so does what was one number before there
    could be several."""
    values: dict[str, Any] = {field.name: said[field.name] for field in fields(Recipe) if field.name in said}
    for field in fields(Recipe):
        if isinstance(field.default, tuple) and field.name in values:
            value = values[field.name]
            values[field.name] = tuple(value) if isinstance(value, list | tuple) else (value,)
    return Recipe(**values)
