"""A file that may be taken into the library: checked through and through first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.model import checkpoint
from core.model.library.facts import Facts, facts
from core.model.library.names import suggested_name
from core.model.library.places import files


@dataclass(frozen=True)
class Candidate:
    """A model that could be taken in.

    Attributes:
        path: the file.
        name: a name that is free, near to what it calls itself.
        facts: what it says of itself.
    """

    path: Path
    name: str
    facts: Facts


def examine(path: Path) -> Candidate:
    """Check a file as `add` does, and take nothing in.

    Raises:
        ModelError: it is malformed, foreign or malicious; the words say why.
    """
    name = checkpoint.load(path).name
    return Candidate(path, suggested_name(name, files()), facts(path))
