"""What a model may be called: its name is that of a file, on every system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from core.errors import ModelError

_NAME = re.compile(r"[\w][\w .+-]{0,63}")
_LETTERS = 64

#: File systems take names of 255 bytes; this leaves room for the suffix, and for what is written beside.
_BYTES = 160

#: Windows keeps these for devices, whatever follows the first dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)

#: What `find` and a recipe's `init` understand as something else.
_RESERVED = frozenset({"bundled", "imagenet", "random"})

_FALLBACK = "model"


def check_name(name: str, taken: Iterable[str]) -> None:
    """Raise ModelError, whose words are for the person, where a model cannot be called that.

    Args:
        taken: the names that there are; differing in capitals only, two would be one file on some systems.
    """
    if not _NAME.fullmatch(name) or name != name.strip() or len(name.encode()) > _BYTES:
        raise ModelError(
            f"“{name[:_LETTERS]}” cannot be a model's name",
            f"use up to {_LETTERS} letters, digits, spaces, and . _ + -",
        )
    if _DEVICES.fullmatch(name) or _folded(name) in _RESERVED:
        raise ModelError(f"“{name}” cannot be a model's name", "it means something else; use another")
    if _folded(name) in {_folded(each) for each in taken}:
        raise ModelError(
            f"there is already a model called {name}", "give it another name, or remove that one"
        )


def suggested_name(wanted: str, taken: Iterable[str]) -> str:
    """A name that is allowed and free, as near as can be to the one that is wanted."""
    taken = set(taken)
    letters = re.sub(r"[^\w .+-]+", " ", wanted)
    name = re.sub(r"\s+", " ", letters).lstrip(" .+-")[: _LETTERS - 4].strip()
    while len(name.encode()) > _BYTES - 4:
        name = name[:-1].strip()
    for number in range(1, 1000):
        offered = (name or _FALLBACK) + (f" {number}" if number > 1 else "")
        try:
            check_name(offered, taken)
        except ModelError:
            continue
        return offered
    return _FALLBACK


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
