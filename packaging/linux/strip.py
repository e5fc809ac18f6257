"""Take from programs and libraries the symbols that only a debugger reads: a fifth of libtorch."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_LOAD = re.compile(r"^\s*LOAD\s+(0x\w+)\s+(0x\w+)\s.*\s(0x\w+)\s*$", re.MULTILINE)


def strip(files: Iterable[Path]) -> list[Path]:
    """Strip each file in its place; those that were left as they are.

    Libraries of wheels were edited with patchelf, and of some of those strip makes what cannot be loaded
    («ELF load command address/offset not page-aligned»): each is looked at before it replaces the old one.
    """
    left = []
    for file in files:
        made = file.with_name(f"{file.name}.stripped")
        done = subprocess.run(["strip", "--strip-unneeded", "-o", made, file], capture_output=True)
        if done.returncode == 0 and can_be_loaded(made):
            shutil.copymode(file, made)
            made.replace(file)
        else:
            made.unlink(missing_ok=True)
            left.append(file)
    return left


def can_be_loaded(file: Path) -> bool:
    """Whether each segment lies in the file as it will lie in memory, counted from a page's beginning."""
    told = subprocess.run(["readelf", "--wide", "--program-headers", file], capture_output=True, text=True)
    segments = [tuple(int(each, 16) for each in found) for found in _LOAD.findall(told.stdout)]
    return bool(segments) and all((place - address) % page == 0 for place, address, page in segments)
