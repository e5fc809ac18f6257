"""What goes wrong with the store's file, for a person to read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from core.errors import LungfieldError

_NOT_ALLOWED = ("its file may not be written", "allow writing to {folder}")

#: By SQLite's primary result code: why, and what to do.
_CIRCUMSTANCES = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space; what waits is then written after all"),
    sqlite3.SQLITE_READONLY: _NOT_ALLOWED,
    sqlite3.SQLITE_PERM: _NOT_ALLOWED,
    sqlite3.SQLITE_AUTH: _NOT_ALLOWED,
    sqlite3.SQLITE_CANTOPEN: _NOT_ALLOWED,
    sqlite3.SQLITE_BUSY: (
        "another program holds its file",
        "end that program; what waits is then written after all",
    ),
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "check the disk that holds {folder}"),
    sqlite3.SQLITE_NOMEM: ("there is too little memory", "close other programs"),
}
_CIRCUMSTANCES[sqlite3.SQLITE_LOCKED] = _CIRCUMSTANCES[sqlite3.SQLITE_BUSY]
_CIRCUMSTANCES[sqlite3.SQLITE_PROTOCOL] = _CIRCUMSTANCES[sqlite3.SQLITE_BUSY]

_OTHERWISE = ("its file cannot be written", "check {folder}")


def code_of(error: BaseException) -> int:
    """SQLite's primary result code; 0 for what SQLite did not say."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def name_of(error: BaseException) -> str:
    """For the log: no path, as the error's own words may have."""
    return getattr(error, "sqlite_errorname", "") or type(error).__name__


def is_damage(error: BaseException) -> bool:
    """The file is not what a store must be."""
    return code_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_circumstance(error: BaseException) -> bool:
    """SQLite or the system say that disk, file or another program are in the way."""
    return isinstance(error, OSError) or is_damage(error) or code_of(error) in _CIRCUMSTANCES


def is_our_fault(error: BaseException) -> bool:
    """Neither disk, file nor another program: what was to be written cannot be."""
    if isinstance(error, sqlite3.DatabaseError):
        return isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError))
    return not isinstance(error, (LungfieldError, OSError, MemoryError))


def in_words(error: BaseException, path: Path) -> LungfieldError:
    """What keeps the store at `path` from being written."""
    if isinstance(error, LungfieldError):
        return error
    if isinstance(error, OSError):
        why, hint = error.strerror or "its file cannot be written", "check {folder}"
    else:
        why, hint = _CIRCUMSTANCES.get(code_of(error), _OTHERWISE)
    return LungfieldError(
        f"readings and reviews are kept in memory only: {why}", hint.format(folder=path.parent)
    )


def damaged(aside: Path) -> LungfieldError:
    """A new store was begun in place of one that is damaged."""
    return LungfieldError(
        "the file of your history was damaged, and a new one was begun",
        f"the damaged one is kept as {aside.name} beside it, in {aside.parent}",
    )


def damaged_in_use() -> LungfieldError:
    return LungfieldError(
        "readings and reviews are kept in memory only: the file of your history is damaged",
        "close all windows of Lungfield and start it again; a new file is then begun",
    )


def gone(path: Path) -> LungfieldError:
    return LungfieldError(
        "readings and reviews are kept in memory only: the file of your history was taken away",
        f"start Lungfield again; it begins a new one in {path.parent}",
    )
