"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from core.errors import LungfieldError


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write beside `path` first, then put it in its place; the folder is made where it is missing.

    Args:
        durable: wait until the disk has it, so that it survives a power cut. Not worth the wait for
            what can be made again.

    Raises:
        LungfieldError: it cannot be written; what was at `path` before is still there.
    """
    beside = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        # mkstemp makes files private; a model or a result is as public as its folder.
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, path)
    except OSError as error:
        _forget(beside)
        raise LungfieldError(f"cannot write {path}", error.strerror or str(error)) from error
    except BaseException:
        _forget(beside)
        raise


def _forget(beside: str) -> None:
    if beside:
        Path(beside).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
