"""Exports appear whole or not at all: a file too large to hold in memory, and a folder of many files."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from types import TracebackType

from core.errors import LungfieldError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes its place where the block ends well, else it is removed.

    Raises:
        LungfieldError: the folder cannot be made or written to, or the block raised an OSError; what was at
            `path` before is still there.
    """
    beside = path.with_name(f".lungfield-{secrets.token_hex(8)}")  # its own name may be as long as may be
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):  # gone to its place, or never there
            beside.unlink()


class Stage:
    """Files on their way into a folder, in a hidden folder inside it until all are there.

    Used as a context: left without an exception, everything is moved into place; otherwise nothing is.

    Args:
        folder: made where it is missing. Files of the same names in it are replaced.

    Raises:
        LungfieldError: on entering, leaving and adding, where the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._was_there = os.path.exists(folder)
        self._hidden = folder / f".lungfield-{secrets.token_hex(4)}"
        self._places: dict[PurePath, None] = {}
        self._outdated: list[PurePath] = []

    def __enter__(self) -> Stage:
        try:
            self._hidden.mkdir(parents=True)
        except OSError as error:
            raise unwritable(self._folder, error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        try:
            if kind is None:
                self._move_all()
        finally:
            shutil.rmtree(self._hidden, ignore_errors=True)
            if not self._was_there:
                with suppress(OSError):  # something is in it
                    self._folder.rmdir()

    def add(self, place: PurePath, data: bytes) -> None:
        """Have `data` written to `place`, a path below the folder."""
        with self.file(place) as path:
            path.write_bytes(data)

    @contextmanager
    def file(self, place: PurePath) -> Iterator[Path]:
        """A path to write to, for what goes to `place`."""
        try:
            path = self._hidden / place
            path.parent.mkdir(parents=True, exist_ok=True)
            yield path
        except OSError as error:
            raise unwritable(self._folder / place, error) from error
        self._places[place] = None

    def outdate(self, place: PurePath) -> None:
        """Have the file at `place` removed, if there is one, once everything else is in place."""
        self._outdated.append(place)

    @property
    def files(self) -> tuple[Path, ...]:
        """Where everything is, once it was moved; in the order it was added."""
        return tuple(self._folder / place for place in self._places)

    def _move_all(self) -> None:
        for place in self._places:
            path = self._folder / place
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.replace(self._hidden / place, path)
            except OSError as error:
                raise unwritable(path, error) from error
        for place in self._outdated:
            _remove(self._folder, place)


def unwritable(path: Path, error: OSError) -> LungfieldError:
    return LungfieldError(f"cannot write {path}", error.strerror or str(error))


def _remove(folder: Path, place: PurePath) -> None:
    """The file, and the folders that it leaves empty."""
    path = folder / place
    with suppress(OSError):  # it was never there, or its folder is not empty
        path.unlink()
        while (path := path.parent) != folder:
            path.rmdir()
