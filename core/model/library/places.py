"""Where models lie, and the lock that one process at a time changes them under."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core import paths
from core.errors import ModelError

#: The model that reads unless another is made active.
BUNDLED = "lungfield-resnet18"

SUFFIX = ".safetensors"

#: Seconds that a change waits for another process. The longest writes 35 MB.
_PATIENCE = 20.0


def bundled_folder() -> Path:
    return paths.resources() / "models"


def own_folder() -> Path:
    """The person's own; made by whatever first writes there."""
    return paths.user_data() / "models"


def own_file(name: str) -> Path:
    return own_folder() / f"{name}{SUFFIX}"


def files() -> dict[str, Path]:
    """The model files by the name that each is known by, the bundled ones first.

    An own model that is called like a bundled one, which a new version may have brought, gets a name that
    nobody can give.
    """
    found = {path.stem: path for path in _models_in(bundled_folder())}
    for path in _models_in(own_folder()):
        found[f"{path.stem} (own)" if path.stem in found else path.stem] = path
    return found


def is_bundled(path: Path) -> bool:
    return path.parent == bundled_folder()


@contextmanager
def changing() -> Iterator[None]:
    """Keep other processes, and other threads, from changing the library meanwhile. Not to be nested.

    Raises:
        ModelError: another keeps it for too long, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(own_folder() / ".lock", timeout=_PATIENCE)
    try:
        own_folder().mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise ModelError("another Lungfield is changing the library of models", "try again") from error
    except OSError as error:
        raise ModelError("your library of models cannot be written", error.strerror or "") from error
    try:
        yield
    finally:
        lock.release()


def _models_in(folder: Path) -> list[Path]:
    if not os.path.isdir(folder):  # where it is closed, or its name too long, `glob` raises
        return []
    # What is being written lies beside, and begins with a dot
    found = (path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))
    return sorted(found, key=_as_counted)


def _as_counted(path: Path) -> list[tuple[int, str]]:
    """As people order names: "trial 2" before "trial 10", whatever the capitals."""
    parts = re.findall(r"\d+|\D+", path.stem.casefold())
    return [(int(part) if part.isdecimal() else -1, part) for part in parts]
