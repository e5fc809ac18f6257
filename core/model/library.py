"""The models at hand: the bundled ones, and the person's own in their data folder."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from core import paths
from core.errors import ModelError
from core.files import write_whole
from core.model import checkpoint

#: The model that reads unless another is made active.
BUNDLED = "lungfield-resnet18"

_SUFFIX = ".safetensors"
_ACTIVE_FILE = "active.txt"
_NAME = re.compile(r"[\w][\w .+-]{0,63}")


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
    own = [Entry(path.stem, path, False, path.stem == active) for path in sorted(_own().glob(f"*{_SUFFIX}"))]
    bundled = sorted(_bundled().glob(f"*{_SUFFIX}"))
    return [Entry(path.stem, path, True, path.stem == active) for path in bundled] + own


def find(wanted: str = "") -> Path:
    """The file of a model by its name, "bundled", or a path; the active one where nothing is given.

    Raises:
        ModelError: there is no such model.
    """
    name = {"": active_name(), "bundled": BUNDLED}.get(wanted, wanted)
    for entry in entries():
        if entry.name == name:
            return entry.path
    path = Path(name)
    if path.is_file():
        return path
    raise ModelError(
        f"no such model: {name}", "`main.py models list` shows those there are; a path is taken too"
    )


def active_name() -> str:
    """The name of the model that reads by default."""
    try:
        name = (_own() / _ACTIVE_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return BUNDLED
    return name if (_own() / f"{name}{_SUFFIX}").is_file() or _is_bundled(name) else BUNDLED


def activate(name: str) -> None:
    """Read with this model from now on. Raises ModelError where there is none of that name."""
    _entry(name)
    write_whole(_own() / _ACTIVE_FILE, f"{name}\n".encode())


def add(source: Path, name: str = "") -> Entry:
    """Check a checkpoint file and copy it into the library.

    Args:
        name: what to call it; by default what it calls itself.

    Raises:
        ModelError: not a valid checkpoint, or the name is taken or not allowed.
    """
    loaded = checkpoint.load(source)
    name = name or loaded.name
    if not _NAME.fullmatch(name):
        raise ModelError(
            f"“{name}” cannot be a model's name", "use up to 64 letters, digits, spaces, and . _ + -"
        )
    if any(entry.name == name for entry in entries()):
        raise ModelError(
            f"there is already a model called {name}", "give another with --name, or remove that one"
        )
    path = _own() / f"{name}{_SUFFIX}"
    checkpoint.save(loaded.renamed(name), path)
    return Entry(name, path, False, False)


def export(name: str, target: Path) -> None:
    """Copy a model out of the library, to the file `target`."""
    entry = _entry(name)
    if target.exists():
        raise ModelError(f"{target} exists already", "choose another file name")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(entry.path, target)
    except OSError as error:
        raise ModelError(f"{target} cannot be written", error.strerror or "") from error


def remove(name: str) -> None:
    """Delete one's own model. Raises ModelError for a bundled or unknown one."""
    entry = _entry(name)
    if entry.bundled:
        raise ModelError(f"{name} came with Lungfield and stays", "activate another model instead")
    entry.path.unlink()


def _entry(name: str) -> Entry:
    for entry in entries():
        if entry.name == name:
            return entry
    raise ModelError(f"no such model: {name}", "`main.py models list` shows those there are")


def _is_bundled(name: str) -> bool:
    return (_bundled() / f"{name}{_SUFFIX}").is_file()


def _bundled() -> Path:
    return paths.resources() / "models"


def _own() -> Path:
    return paths.user_data() / "models"
