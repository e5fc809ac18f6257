"""Which files there are to read under what a person gives."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from core.imaging.decode import read_bytes
from core.progress import NullProgress, Progress

#: Left out of a folder by name, because they lie beside scans without ever being one. A file named by
#: itself is always tried.
# fmt: off
_NEVER_SCANS = frozenset({
    ".csv", ".tsv", ".txt", ".md", ".json", ".xml", ".html", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ini",
    ".toml", ".yaml", ".yml", ".log", ".db", ".py", ".ipynb", ".sh", ".exe", ".dll", ".so", ".lnk", ".zip",
    ".gz", ".tar", ".7z", ".npy", ".npz", ".pth", ".safetensors",
})
# fmt: on


class Found:
    """A file to read. A folder may hold very many, so it keeps no more than two texts.

    Args:
        path: where it is.
        relative: its path under the folder that was given, or its name where a file was given.
        content: what it holds, where it is no file: a picture from the clipboard.
    """

    __slots__ = ("_path", "_relative", "content")

    def __init__(self, path: Path | str, relative: PurePath | str, content: bytes | None = None) -> None:
        self._path = str(path)
        self._relative = str(relative)
        self.content = content

    @property
    def path(self) -> Path:
        return Path(self._path)

    @property
    def relative(self) -> PurePath:
        return PurePath(self._relative)

    @property
    def where(self) -> str:
        """`path` as text; costs nothing."""
        return self._path

    @property
    def name(self) -> str:
        return os.path.basename(self._relative) or self._relative

    def read(self) -> bytes:
        """Its bytes. Raises ScanError as `read_bytes` does."""
        return read_bytes(self._path) if self.content is None else self.content

    def size_and_time(self) -> tuple[int, int]:
        """Bytes, and nanoseconds since 1970 at which it was last changed; zeros where it is no file."""
        try:
            facts = os.stat(self._path) if self.content is None else None
        except (OSError, ValueError):
            facts = None
        return (facts.st_size, facts.st_mtime_ns) if facts else (0, 0)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Found):
            return NotImplemented
        return (self._path, self._relative) == (other._path, other._relative)

    def __hash__(self) -> int:
        return hash(self._path)

    def __repr__(self) -> str:
        return f"Found({self._path!r}, {self._relative!r})"


@dataclass
class Listing:
    """What lies under the paths given.

    Attributes:
        left_out: how many files cannot be scans by their names.
        hidden: how many files and folders are hidden, by a dot before their name; they are not looked into.
        closed: folders that may not be searched.
    """

    files: list[Found] = field(default_factory=list)
    left_out: int = 0
    hidden: int = 0
    closed: list[Path] = field(default_factory=list)


def find(paths: Iterable[Path], progress: Progress | None = None) -> Listing:
    """The files under `paths`, folders searched to any depth, in a stable order.

    A path that does not exist stays in the list: reading it will say so, as it says of an empty file. Links
    to folders are followed, but no folder is entered twice.

    Raises:
        Cancelled: between two folders, or two paths.
    """
    progress = progress or NullProgress()
    listing = Listing()
    for path in paths:
        progress.check()
        if os.path.isdir(path):  # Path.is_dir raises where it may not look, or the name is too long
            _find_in(path, listing, progress)
        else:
            listing.files.append(Found(path, PurePath(path.name)))
    return listing


def _find_in(root: Path, listing: Listing, progress: Progress) -> None:
    def note_closed(error: OSError) -> None:
        listing.closed.append(Path(error.filename or root))

    entered: set[tuple[int, int]] = set()
    for folder, names, files in os.walk(root, onerror=note_closed, followlinks=True):
        progress.check()
        try:
            facts = os.stat(folder)
        except OSError as error:  # it went away meanwhile
            names.clear()
            note_closed(error)
            continue
        if (facts.st_dev, facts.st_ino) in entered:
            names.clear()
            continue
        entered.add((facts.st_dev, facts.st_ino))
        listing.hidden += sum(name.startswith(".") for name in (*names, *files))
        names[:] = sorted(name for name in names if not name.startswith("."))
        under = os.path.relpath(folder, root)
        for name in sorted(name for name in files if not name.startswith(".")):
            if name == "DICOMDIR" or os.path.splitext(name)[1].lower() in _NEVER_SCANS:
                listing.left_out += 1
            else:
                relative = name if under == os.curdir else os.path.join(under, name)
                listing.files.append(_found(os.path.join(folder, name), relative))


def _found(path: str, relative: str) -> Found:
    """A Found without the detour over Path, which is dear a hundred thousand times."""
    found = Found.__new__(Found)
    found._path, found._relative, found.content = path, relative, None
    return found
