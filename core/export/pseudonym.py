"""Other names for patients, the same each time on this computer, that nobody else can trace back.

A hash alone would not do: hospitals number their patients, and every number can be tried in a second. So the
hash has a key that stays on this computer.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import suppress
from pathlib import Path

from core.errors import LungfieldError
from core.files import write_whole
from core.imaging.patients import patient_in_name
from core.paths import user_data

_BYTES = 32


def key() -> bytes:
    """This computer's key, made when first asked for.

    Where it cannot be kept, it is another one each time: patients are then told apart within one export only.
    """
    path = _place()
    if kept := _kept(path):
        return kept
    made = secrets.token_bytes(_BYTES)
    with suppress(LungfieldError):
        # Whole or not at all: patients would have another name in each export with a key that was cut short
        write_whole(path, made, private=True)
    return _kept(path) or made


def kept_key() -> bytes:
    """This computer's key; empty where nothing was exported here yet, or it cannot be read."""
    return _kept(_place())


def patient_told(patient_key: str, file_name: str) -> str:
    """What tells a patient apart wherever the scan lies, to be given a pseudonym; empty where nothing does.

    Args:
        patient_key: `DicomFacts.patient_key`, or empty.
    """
    if patient_key:
        return f"dicom {patient_key}"
    patient = patient_in_name(file_name)
    return f"name {patient}" if patient else ""


def pseudonym(of: str, key: bytes) -> str:
    """16 hex digits for `of`, by `key`."""
    return hmac.new(key, of.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:16]


def _place() -> Path:
    return user_data() / "pseudonyms.key"


def _kept(path: Path) -> bytes:
    try:
        found = path.read_bytes()
    except OSError:
        return b""
    return found if len(found) == _BYTES else b""
