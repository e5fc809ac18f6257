"""What is done to models: taking in, keeping, copying, renaming, annotating, taking out, removing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import ModelError
from core.files import write_whole
from core.model import checkpoint
from core.model.checking import MAX_POINTS
from core.model.checkpoint import Checkpoint, OperatingPoint
from core.model.foreign import MAX_NAME, MAX_NOTE, readable, readable_lines
from core.model.library import record
from core.model.library.names import check_name
from core.model.library.places import bundled_folder, changing, files, own_file, own_folder
from core.model.library.shelf import Entry, entry_of


def add(source: Path, name: str = "", note: str | None = None) -> Entry:
    """Check a checkpoint file and take a copy into the library.

    What is written is what was checked, not the file's own bytes.

    Args:
        name: what to call it; by default what it calls itself.
        note: what the person says of it; None for what it brings along.

    Raises:
        ModelError: not a valid checkpoint, or the name is taken or not allowed.
    """
    loaded = checkpoint.load(source)
    if note is not None:
        loaded = replace(loaded, note=_as_note(note))
    with changing():
        return _put(loaded, name or loaded.name)


def keep(path: Path, name: str, note: str = "") -> Entry:
    """Take a model that was just trained into the library, with a word on it. Raises as `add` does."""
    return add(path, name, note)


def copy(name: str, new_name: str) -> Entry:
    """A second model like this one, of one's own, that can be changed.

    Raises:
        ModelError: no such model, or the new name is taken or not allowed.
    """
    with changing():
        return _put(checkpoint.load(entry_of(name).path), new_name)


def rename(name: str, new_name: str) -> Entry:
    """Call one's own model otherwise; it stays active where it was.

    Raises:
        ModelError: a bundled or unknown one, or the new name is taken or not allowed.
    """
    with changing():
        entry = _own(name, "cannot be renamed")
        check_name(new_name, (each for each in files() if each != name))
        model = checkpoint.load(entry.path).renamed(new_name)
        path = own_file(new_name)
        if new_name.casefold() == name.casefold():
            # On some systems both are one file
            checkpoint.save(model, entry.path)
            entry.path.replace(path)
            record.renamed(name, new_name)
        else:
            # In this order whatever stops it leaves the active model there, at worst twice
            checkpoint.save(model, path)
            record.renamed(name, new_name)
            _delete(entry.path)
        return replace(entry, name=new_name, path=path)


def set_note(name: str, note: str) -> None:
    """Say something of one's own model; it is kept in its file.

    Raises:
        ModelError: a bundled or unknown one.
    """
    with changing():
        entry = _own(name, "cannot be given a note")
        checkpoint.save(replace(checkpoint.load(entry.path), note=_as_note(note)), entry.path)


def set_operating_points(name: str, points: Sequence[OperatingPoint], fingerprint: str = "") -> None:
    """Store thresholds in one's own model; the first is the default.

    Args:
        fingerprint: `Checkpoint.fingerprint` of the model that they were measured on; empty where that does
            not matter.

    Raises:
        ModelError: a bundled or unknown model, another one by now, or points that cannot be.
    """
    wanted = tuple(replace(point, name=readable(point.name, MAX_NAME)) for point in points)
    if not 0 < len(wanted) <= MAX_POINTS or not all(p.name and 0 <= p.threshold <= 1 for p in wanted):
        raise ModelError(
            "these operating points cannot be stored",
            f"give 1 to {MAX_POINTS}, each with a name and a threshold from 0 to 1",
        )
    with changing():
        entry = _own(name, "keeps its operating points")
        model = checkpoint.load(entry.path)
        if fingerprint and model.fingerprint != fingerprint:
            raise ModelError(
                f"{name} is not the model any more that this threshold was found with", "evaluate it again"
            )
        checkpoint.save(replace(model, operating_points=wanted), entry.path)


def export(name: str, target: Path, replacing: bool = False) -> None:
    """Copy a model out of the library, to the file `target`.

    Args:
        replacing: whether a file that is there already may go.

    Raises:
        ModelError: no such model, or the target is there already or lies in the library.
        LungfieldError: it cannot be written.
    """
    entry = entry_of(name)
    if target.absolute().parent in (own_folder().absolute(), bundled_folder()):
        raise ModelError(f"{target.name} would lie in the library itself", "choose another folder")
    if os.path.exists(target) and not replacing:
        raise ModelError(f"{target} exists already", "choose another file name")
    try:
        content = entry.path.read_bytes()
    except OSError as error:
        raise ModelError(f"{name} cannot be read", error.strerror or "") from error
    write_whole(target, content)


def remove(name: str) -> str:
    """Delete one's own model, and say which one reads from now on.

    That is another only where this one was active: the one before it, or the bundled one.

    Raises:
        ModelError: a bundled or unknown one, or it cannot be deleted.
    """
    with changing():
        entry = entry_of(name)
        if entry.bundled:
            raise ModelError(f"{name} came with Lungfield and stays", "activate another model instead")
        now = record.forget(name)
        _delete(entry.path)
        return now


def _put(model: Checkpoint, name: str) -> Entry:
    """Store a model under a name that must be free; within `changing`."""
    check_name(name, files())
    path = own_file(name)
    checkpoint.save(model.renamed(name), path)
    return Entry(name, path, False, False)


def _own(name: str, refused: str) -> Entry:
    entry = entry_of(name)
    if entry.bundled:
        raise ModelError(f"{name} came with Lungfield and {refused}", "save it as a copy, and change that")
    return entry


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(f"{path.stem} cannot be deleted", error.strerror or "") from error


def _as_note(text: str) -> str:
    return readable_lines(text, MAX_NOTE)
