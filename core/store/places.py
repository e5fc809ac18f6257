"""Paths as the store keeps them."""

from __future__ import annotations

import os


def absolute(path: str) -> str:
    return path if os.path.isabs(path) else os.path.abspath(path)


def as_bytes(path: str) -> bytes:
    """The path made absolute, as the system has it: a file's name need not be text, SQLite's text must be."""
    return os.fsencode(absolute(path))


def as_text(kept: bytes) -> str:
    return os.fsdecode(kept)
