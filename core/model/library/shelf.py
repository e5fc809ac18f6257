"""Which models there are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelError
from core.model.container import SHOWN_BY
from core.model.library.facts import facts
from core.model.library.places import BUNDLED, files, is_bundled
from core.model.library.record import active_name


@dataclass(frozen=True)
class Entry:
    """A model in the library."""

    name: str
    path: Path
    bundled: bool
    active: bool


def entries() -> list[Entry]:
    """All models, the bundled ones first; none is opened."""
    active = active_name()
    return [Entry(name, path, is_bundled(path), name == active) for name, path in files().items()]


def find(wanted: str = "") -> Path:
    """The file of a model by its name, "bundled", or a path; the active one where nothing is given.

    Raises:
        ModelError: there is no such model.
    """
    name = {"": active_name(), "bundled": BUNDLED}.get(wanted, wanted)
    if name in (known := files()):
        return known[name]
    if os.path.isfile(name):  # Path.is_file raises where a name is too long or a folder closed
        return Path(name)
    raise ModelError(f"no such model: {name}", f"{SHOWN_BY}; a path is taken too")


def entry_of(name: str) -> Entry:
    """The model of that name. Raises ModelError where there is none."""
    for entry in entries():
        if entry.name == name:
            return entry
    raise ModelError(f"no such model: {name}", SHOWN_BY)


def note(name: str) -> str:
    """What the person said of a model; empty where they said nothing. Raises ModelError as `facts` does."""
    return facts(entry_of(name).path).note
