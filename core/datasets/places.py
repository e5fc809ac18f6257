"""Where the files are that a table names."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from core.progress import Progress
from core.reading.finding import find

#: Of scans. Where a table names a file without one, or with another, the first of these that is there counts.
_ENDINGS = (".png", ".jpg", ".jpeg", ".dcm", ".dicom", ".tif", ".tiff", ".bmp", ".webp", ".gif")


def places_of(names: Iterable[str], folder: Path, progress: Progress) -> dict[str, str]:
    """The files that a table in `folder` names, as far as they are there.

    A file is where the table says, as seen from its folder. Tables also name files by paths of another
    computer, without the folders or the ending, with another ending, in other capitals; so what is not
    there is looked for below the folder, and taken where only one file fits, and that file fits
    only one name: a scan under a wrong label would be worse than one less.

    Raises:
        Cancelled: between two folders.
    """
    listing = _Listing(folder)
    wanted = list(dict.fromkeys(names))
    there = {name: at for name in wanted if (at := listing.exact(name))}
    left = [name for name in wanted if name not in there]
    if left:
        below = _Below(folder, progress)
        guessed = {name: at for name in left if (at := below.guess(name))}
        claims = Counter([*map(os.path.normpath, there.values()), *guessed.values()])
        there |= {name: at for name, at in guessed.items() if claims[at] == 1}
    return there


class _Listing:
    """Which files there are, by listing each folder once: to ask for each takes long on a share.

    Args:
        root: where relative paths begin.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._files: dict[str, frozenset[str]] = {}

    def exact(self, path: str) -> str:
        """Where `path` is, also with / for \\ and without blanks around; empty where it is not there."""
        if self._has(path):
            return os.path.join(self._root, path)
        if path.isascii() and "\\" not in path and path == path.strip():
            return ""
        for other in (path.strip(), path.replace("\\", "/").strip(), *_in_bytes(path)):
            if self._has(other):
                return os.path.join(self._root, other)
        return ""

    def _has(self, path: str) -> bool:
        folder, name = os.path.split(path)
        files = self._files.get(folder)
        if files is None:
            files = self._files[folder] = _files_in(os.path.join(self._root, folder))
        return name in files


def _files_in(folder: str) -> frozenset[str]:
    try:
        with os.scandir(folder or os.curdir) as entries:
            return frozenset(entry.name for entry in entries if _is_file(entry))
    except (OSError, ValueError):
        return frozenset()


def _in_bytes(path: str) -> list[str]:
    """As Python has a name that is no UTF-8, where a table holds its bytes and they were read as letters."""
    if path.isascii():
        return []
    try:
        return [path.encode("cp1252").decode("utf-8", "surrogateescape")]
    except UnicodeEncodeError:
        return []


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


class _Below:
    """The files in and below a folder, by name."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder = os.path.normpath(folder)
        self._by_name: dict[str, list[str]] = {}
        for found in find([folder], progress).files:
            self._by_name.setdefault(_folded(found.name), []).append(found.where)

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        by_stem: dict[str, list[str]] = {}
        for name, paths in self._by_name.items():
            stem, ending = os.path.splitext(name)
            if ending in _ENDINGS:
                by_stem.setdefault(stem, []).extend(paths)
        return by_stem

    def guess(self, said: str) -> str:
        """The one file that a name fits; empty where there is none, or more than one."""
        parts = _parts(said)
        if not parts:
            return ""
        name, above = parts[-1], parts[-2::-1]
        fitting = self._by_name.get(name) or self._by_stem.get(name)
        if not fitting:
            stem, ending = os.path.splitext(name)
            fitting = self._by_stem.get(stem) if ending in _ENDINGS else None
        if not fitting:
            return ""
        if len(fitting) == 1 and not above:
            return os.path.normpath(fitting[0])
        folders = {path: _parts(os.path.relpath(path, self._folder))[-2::-1] for path in fitting}
        common = {path: _in_common(above, folders[path]) for path in fitting}
        best = [path for path in fitting if common[path] == max(common.values())]
        first = min(best, key=_rank)  # of one scan in two formats
        if len({os.path.dirname(path) for path in best}) > 1:
            return ""
        # Without a folder in common it is another one's file of that name, unless one of them has none
        return os.path.normpath(first) if common[first] or not (above and folders[first]) else ""


def _rank(path: str) -> tuple[int, str]:
    ending = os.path.splitext(_folded(path))[1]
    return _ENDINGS.index(ending) if ending in _ENDINGS else -1, path


def _parts(path: str) -> list[str]:
    """Its folders and its name, folded; nothing before a last `..`."""
    parts = [part for part in _folded(path.strip()).replace("\\", "/").split("/") if part not in ("", ".")]
    return parts[len(parts) - parts[::-1].index("..") :] if ".." in parts else parts


def _in_common(these: list[str], those: list[str]) -> int:
    """How many are the same from the first on."""
    count = 0
    for this, that in zip(these, those, strict=False):
        if this != that:
            break
        count += 1
    return count


def _folded(name: str) -> str:
    """Without capitals, and an accent the same whether it is part of its letter or follows it."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()
