"""`main.py models`: the library of models."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from core.cli import DONE
from core.errors import LungfieldError
from core.model import checkpoint, library
from core.model.checkpoint import Checkpoint
from core.model.library import Entry, Facts


def list_all(_: argparse.Namespace) -> int:
    """A line a model; the active one has a star."""
    for entry in library.entries():
        star, origin = "*" if entry.active else " ", "bundled" if entry.bundled else "own"
        try:
            facts = _in_short(library.facts(entry.path))
        except LungfieldError as error:
            facts = str(error)
        print(f"{star} {entry.name}  ({origin}; {facts})")
    return DONE


def show(chosen: argparse.Namespace) -> int:
    """A model's card."""
    entry = next((each for each in library.entries() if each.name == chosen.name), None)
    path = entry.path if entry else library.find(chosen.name)
    model = checkpoint.load(path)
    for line in _card(entry, model, library.facts(path)):
        print(line)
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


def roll_back(_: argparse.Namespace) -> int:
    print(f"{library.roll_back()} reads from now on")
    return DONE


def rename(chosen: argparse.Namespace) -> int:
    library.rename(chosen.name, chosen.new_name)
    print(f"{chosen.name} is now called {chosen.new_name}")
    return DONE


def copy(chosen: argparse.Namespace) -> int:
    library.copy(chosen.name, chosen.new_name)
    print(f"copied {chosen.name} to {chosen.new_name}")
    return DONE


def note(chosen: argparse.Namespace) -> int:
    """Print the note, or write another; an empty one takes it away."""
    if chosen.text is not None:
        library.set_note(chosen.name, chosen.text)
        print(f"noted on {chosen.name}")
    elif text := library.note(chosen.name):
        print(text)
    return DONE


def remove(chosen: argparse.Namespace) -> int:
    before = library.active_name()
    now = library.remove(chosen.name)
    print(f"removed {chosen.name}" + (f"; {now} reads from now on" if now != before else ""))
    return DONE


def _in_short(facts: Facts) -> str:
    told = f"{facts.backbone}, {facts.head} head, {facts.size} px"
    return told if facts.auc is None else f"{told}, AUC {facts.auc:.3f}"


def _card(entry: Entry | None, model: Checkpoint, facts: Facts) -> Iterator[str]:
    yield model.name
    if entry:
        origin = "bundled" if entry.bundled else "own"
        yield f"  origin: {origin}{', reads by default' if entry.active else ''}"
    yield f"  network: {facts.backbone}, {facts.head} head, {facts.size} px"
    if facts.made:
        yield f"  made: {facts.made:%Y-%m-%d}, from {facts.learned_from} scans"
    for each in facts.validations:
        yield f"  AUC on {each.name}: {each.auc:.3f} ({each.scans} scans)"
    for point in facts.points:
        measured = f"sensitivity {point.sensitivity:.3f}, specificity {point.specificity:.3f}"
        yield f"  operating point {point.name}: {point.threshold:.3f} ({measured})"
    yield f"  turns away what is no chest X-ray: {'yes' if model.features else 'no'}"
    yield f"  OpenVINO forms: {', '.join(sorted(model.graphs)) or 'none'}"
    yield f"  fingerprint: {model.fingerprint}"
    if facts.note:
        yield "  note: " + facts.note.replace("\n", "\n        ")
