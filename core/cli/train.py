"""`main.py train`: from DATASETs to a model."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from typing import Any

from core.cli import DONE, UNUSABLE
from core.cli.terminal import TerminalProgress
from core.datasets.sources import opens_as_folder
from core.errors import LungfieldError
from core.learning.recipe import PRESETS, Recipe
from core.version import COMMAND


def run(chosen: argparse.Namespace) -> int:
    """Train; the exit status."""
    recipe = recipe_of(chosen)
    if len(recipe.repeat) > len(chosen.datasets):
        raise LungfieldError(
            "--repeat has more numbers than there are DATASETs", "give one for each, in their order"
        )
    if len(recipe.small_size) != len(recipe.small_epochs):
        raise LungfieldError(
            "--small-size and --small-epochs do not have as many numbers", "give one of each for every size"
        )
    if len(chosen.ages or ()) > len(chosen.datasets):
        raise LungfieldError("--ages has more than there are DATASETs", "give one for each, in their order")
    if chosen.check:
        return _check(chosen, recipe)
    if chosen.out is None:
        raise LungfieldError("nobody said where the model goes", "give a folder with --out")
    for source in chosen.datasets:
        opens_as_folder(source)  # before a folder is made for what comes of them
    # Only now: importing torch takes seconds, and a mistyped option need not wait for it.
    from core.learning import runs
    from core.learning.job import TrainingJob
    from core.learning.run import train

    name = chosen.name or chosen.out.resolve().name
    job = TrainingJob(
        tuple(chosen.datasets),
        chosen.out,
        recipe,
        chosen.device,
        name,
        chosen.resume,
        tuple(chosen.ages or ()),
    )
    with runs.held(chosen.out), TerminalProgress() as progress:
        made = train(job, progress).model
    print(f"the model is {made}; `{COMMAND} models import {made}` takes it into the library")
    return DONE


def _check(chosen: argparse.Namespace, recipe: Recipe) -> int:
    """Say what would be learnt from, and what is odd about it."""
    from core.datasets.inspected import counted
    from core.datasets.inspection import describe, inspect

    with TerminalProgress() as progress:
        found = inspect(chosen.datasets, recipe.validation_share, recipe.seed, recipe.validation, progress)
    for remark in found.remarks:
        print(describe(remark))
        for path, reason in remark.files:
            print(f"    {path}{': ' if reason else ''}{reason}")
    for line in counted(found.samples):
        print(line)
    return DONE if found.can_start else UNUSABLE


def recipe_of(chosen: argparse.Namespace) -> Recipe:
    """The preset with the options that were given put in its place."""
    given = {field.name: getattr(chosen, field.name) for field in fields(Recipe)}
    changes: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in given.items()
        if value is not None
    }
    if "tone" in changes:
        changes.setdefault("reading_tone", None)  # the preset's goes with the preset's
    return replace(PRESETS[chosen.preset], **changes)
