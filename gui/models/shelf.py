"""The library as it was at one moment, and looking at it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import LungfieldError
from core.model import library
from core.model.library import Activation, Facts


@dataclass(frozen=True)
class Model:
    """A model of the library.

    Attributes:
        active: whether it reads by default.
        reads: whether it reads now: the person may have chosen another by name. Only `Models` knows.
        facts: what its file says of it; None where that cannot be read.
        problem: why it cannot be read; empty where it can.
    """

    name: str
    path: Path
    bundled: bool
    active: bool
    facts: Facts | None = None
    problem: str = ""
    reads: bool = False


@dataclass(frozen=True)
class Shelf:
    """The library as it was at one moment.

    Attributes:
        before: the model that can be gone back to; empty for none.
        history: which model was active since when, the newest first.
    """

    models: tuple[Model, ...] = ()
    before: str = ""
    history: tuple[Activation, ...] = ()


class Looker:
    """Looks at the library. Used by one thread; a file is read again only where it was changed."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, int], Facts]] = {}

    def look(self) -> Shelf:
        """What there is now."""
        found = tuple(
            Model(each.name, each.path, each.bundled, each.active, *self._facts(each.path))
            for each in library.entries()
        )
        return Shelf(found, library.before(), tuple(library.history()))

    def _facts(self, path: Path) -> tuple[Facts | None, str]:
        """What a file says of itself, or why it cannot be read."""
        try:
            stat = path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if path not in self._known or self._known[path][0] != stamp:
                self._known[path] = (stamp, library.facts(path))
            return self._known[path][1], ""
        except LungfieldError as error:
            return None, error.message
        except OSError as error:
            return None, error.strerror or type(error).__name__
