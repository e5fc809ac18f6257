"""`main.py models`: the library of models."""

from __future__ import annotations

import argparse

from core.cli import DONE
from core.errors import LungfieldError
from core.model import checkpoint, library


def show(_: argparse.Namespace) -> int:
    """A line a model; the active one has a star."""
    for entry in library.entries():
        star, origin = "*" if entry.active else " ", "bundled" if entry.bundled else "own"
        try:
            model = checkpoint.load(entry.path)
            facts = f"{model.backbone}, {model.head} head, {model.preprocessing.size} px"
        except LungfieldError as error:
            facts = str(error)
        print(f"{star} {entry.name}  ({origin}; {facts})")
    return DONE


def take_in(chosen: argparse.Namespace) -> int:
    print(f"imported {library.add(chosen.file, chosen.name).name}")
    return DONE


def export(chosen: argparse.Namespace) -> int:
    library.export(chosen.name, chosen.file)
    print(f"exported {chosen.name} to {chosen.file}")
    return DONE


def activate(chosen: argparse.Namespace) -> int:
    library.activate(chosen.name)
    print(f"{chosen.name} reads from now on")
    return DONE


def remove(chosen: argparse.Namespace) -> int:
    library.remove(chosen.name)
    print(f"removed {chosen.name}")
    return DONE
