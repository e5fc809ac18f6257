"""The patient in the file names of public sets."""

from __future__ import annotations

import re

#: How the public sets name a patient. The first group is the patient within its kind of name.
_PATIENT_IN_NAME = (
    re.compile(r"^(person\d+)_"),
    re.compile(r"^((?:NORMAL2-)?IM-\d+)-"),
    re.compile(r"^(\d{8})_\d{3}"),
)


def patient_in_name(name: str) -> str:
    """The patient in a public set's file name; empty where it is not named like one."""
    for pattern in _PATIENT_IN_NAME:
        if match := pattern.match(name):
            return match.group(1)
    return ""
