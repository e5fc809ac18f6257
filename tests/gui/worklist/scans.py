"""Entries of a worklist for the tests: files that need not be there, and readings that nobody made."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

import numpy as np

from core.reading.finding import Found
from core.reading.gate import Verdict
from core.reading.reader import Reading
from gui.worklist.entry import Entry

NO_MAP = np.empty((0, 0), np.float32)


def found(name: str) -> Found:
    return Found(Path("/scans", name), PurePath(name))


def founds(names: Iterable[object]) -> list[Found]:
    return [found(f"{name}.png") for name in names]


def pasted(name: str) -> Found:
    return Found(Path(name), PurePath(name), b"content")


def reading(probability: float, threshold: float = 0.5, reasons: tuple[str, ...] = ()) -> Reading:
    label = "PNEUMONIA" if probability >= threshold else "NORMAL"
    return Reading(probability, label, threshold, NO_MAP, Verdict(reasons), "model", "engine", 1.0)


def entry(status: str, stored: Reading | None = None, reason: str = "", name: str = "scan.png") -> Entry:
    return Entry(found(name), status, reason, stored=stored)


def read(of: Entry, probability: float, *reasons: str) -> Entry:
    """Give it a reading, as the session does."""
    of.status = "rejected" if reasons else "ok"
    of.reason = "; ".join(reasons)
    of.stored = reading(probability, reasons=reasons)
    return of


def fail(of: Entry, reason: str = "it is empty") -> Entry:
    of.status, of.reason, of.stored = "failed", reason, None
    return of


def stems(entries: Iterable[Entry]) -> str:
    """What the files are called, in a row; short where each is called by one letter."""
    return "".join(Path(each.name).stem for each in entries)
