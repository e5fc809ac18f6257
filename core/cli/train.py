"""`main.py train`: from DATASETs to a model."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace

from core.cli import DONE
from core.cli.terminal import TerminalProgress
from core.errors import LungfieldError
from core.learning.recipe import PRESETS, Recipe


def run(chosen: argparse.Namespace) -> int:
    """Train; the exit status."""
    recipe = recipe_of(chosen)
    if len(recipe.repeat) > len(chosen.datasets):
        raise LungfieldError(
            "--repeat has more numbers than there are DATASETs", "give one for each, in their order"
        )
    # Only now: importing torch takes seconds, and a mistyped option need not wait for it.
    from core.learning.run import train

    with TerminalProgress() as progress:
        name = chosen.name or chosen.out.resolve().name
        made = train(chosen.datasets, chosen.out, recipe, chosen.device, chosen.resume, name, progress)
    print(f"the model is {made}; `main.py models import {made}` takes it into the library")
    return DONE


def recipe_of(chosen: argparse.Namespace) -> Recipe:
    """The preset with the options that were given put in its place."""
    given = {field.name: getattr(chosen, field.name) for field in fields(Recipe)}
    changes = {name: value for name, value in given.items() if value is not None}
    if "repeat" in changes:
        changes["repeat"] = tuple(changes["repeat"])
    return replace(PRESETS[chosen.preset], **changes)
