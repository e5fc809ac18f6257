"""Whether two programs said the same of the same scans."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

#: How far a probability may be from the other's.
CLOSE = 1e-4

Row = dict[str, str]


class Failed(Exception):  # noqa: N818 - a verdict
    """A proof that did not hold."""


def compared(theirs: Path, ours: Path) -> str:
    """How far two results.csv are apart, in words.

    Raises:
        Failed: other scans, another status or label, or probabilities too far apart.
    """
    first, second = _rows(theirs), _rows(ours)
    if first.keys() != second.keys():
        raise Failed("not the same scans")
    farthest = max(_apart(row, second[sha256]) for sha256, row in first.items())
    if farthest > CLOSE:
        raise Failed(f"probabilities are up to {farthest:.6f} apart")
    counts = Counter(row["status"] for row in first.values())
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    return f"{len(first)} scans ({told}), at most {farthest:.1e} apart"


def _rows(results: Path) -> dict[str, Row]:
    with results.open(encoding="utf-8", newline="") as file:
        return {row["sha256"]: row for row in csv.DictReader(file)}


def _apart(row: Row, other: Row) -> float:
    if (row["status"], row["label"]) != (other["status"], other["label"]):
        said = " and not ".join(f"{each['status']} {each['label']}" for each in (row, other))
        raise Failed(f"{row['path']}: {said}")
    return abs(float(row["probability"]) - float(other["probability"])) if row["probability"] else 0.0
