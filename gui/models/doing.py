"""What is done to the library for the window: each does one thing, and says what is to be told of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.model import library
from core.model.checkpoint import OperatingPoint

#: The name of one of the signals of `Models`, and what it says.
Word = tuple[Any, ...]


def activate(name: str) -> tuple[Word, ...]:
    library.activate(name)
    return (("activated", name),)


def roll_back() -> tuple[Word, ...]:
    return (("activated", library.roll_back()),)


def rename(name: str, new_name: str) -> tuple[Word, ...]:
    library.rename(name, new_name)
    return (("renamed", name, new_name),)


def set_note(name: str, note: str) -> tuple[Word, ...]:
    library.set_note(name, note)
    return ()


def set_operating_points(name: str, points: tuple[OperatingPoint, ...], fingerprint: str) -> tuple[Word, ...]:
    library.set_operating_points(name, points, fingerprint)
    return (("points_set", name),)


def copy(name: str, new_name: str) -> tuple[Word, ...]:
    library.copy(name, new_name)
    return (("added", new_name),)


def keep(path: Path, name: str, note: str, active: bool) -> tuple[Word, ...]:
    library.keep(path, name, note)
    added = ("added", name)
    return (added, *activate(name)) if active else (added,)


def remove(name: str) -> tuple[Word, ...]:
    return (("removed", name, library.remove(name)),)


def export(name: str, target: Path) -> tuple[Word, ...]:
    library.export(name, target, replacing=True)
    return (("exported", name, target),)
