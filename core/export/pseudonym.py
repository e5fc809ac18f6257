"""Other names for patients, the same each time on this computer, that nobody else can trace back.

A hash alone would not do: hospitals number their patients, and every number can be tried in a second. So the
hash has a key that stays on this computer.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from core.paths import user_data

_BYTES = 32


def key() -> bytes:
    """This computer's key, made when first asked for.

    Where it cannot be kept, it is another one each time: patients are then told apart within one export only.
    """
    path = user_data() / "pseudonyms.key"
    if kept := _kept(path):
        return kept
    made = secrets.token_bytes(_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(made)
    except FileExistsError:  # another process was faster
        return _kept(path) or made
    except OSError:
        pass
    return made


def pseudonym(of: str, key: bytes) -> str:
    """16 hex digits for `of`, by `key`."""
    return hmac.new(key, of.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:16]


def _kept(path: Path) -> bytes:
    try:
        found = path.read_bytes()
    except OSError:
        return b""
    return found if len(found) == _BYTES else b""
