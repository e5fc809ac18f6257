"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from core.errors import LungfieldError


def write_whole(path: Path, data: bytes, *, durable: bool = True, private: bool = False) -> None:
    """Write beside `path` first, then put it in its place; the folder is made where it is missing.

    Args:
        durable: wait until the disk has it, so that it survives a power cut. Not worth the wait for
            what can be made again.
        private: for nobody else on this computer, where the system has such files.

    Raises:
        LungfieldError: it cannot be written; what was at `path` before is still there.
    """
    # Nothing of its own name, which may be as long as names may be
    beside = path.parent / f".lungfield-{secrets.token_hex(8)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # As public as the umask says, unlike tempfile's: a model or a result is for whom its folder is
        with open(beside, "xb", opener=_for_oneself if private else None) as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        _forget(beside)
        raise LungfieldError(f"cannot write {path}", error.strerror or str(error)) from error
    except BaseException:
        _forget(beside)
        raise


def _for_oneself(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _forget(beside: Path) -> None:
    with contextlib.suppress(OSError):  # there may not even be a folder
        beside.unlink()
