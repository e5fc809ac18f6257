"""Between the store's columns and what they say."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.reading.gate import Verdict
from core.reading.reader import Reading, label_of
from core.review import Review
from core.store.known import Filed, Known

#: Columns of `readings` that make a Reading without its map, in the order that `reading_of` takes them.
READING = ("probability", "threshold", "reasons", "name", "engine", "milliseconds")
REVIEW = ("label", "note", "made")

_NO_MAP = np.empty((0, 0), np.float32)

#: Maps are kept in this byte order on every machine.
_CELL = "<f4"


def reading_of(values: Sequence[Any], heatmap: NDArray[np.float32] = _NO_MAP) -> Reading:
    """The reading in a row's READING columns."""
    probability, threshold, reasons, name, engine, milliseconds = values
    return Reading(
        probability,
        label_of(probability, threshold),
        threshold,
        heatmap,
        _verdict(reasons),
        # The same few come again and again
        sys.intern(name),
        sys.intern(engine),
        milliseconds,
    )


def reading_values(reading: Reading) -> tuple[Any, ...]:
    """Its READING columns."""
    return (
        float(reading.probability),
        float(reading.threshold),
        from_lines(reading.verdict.reasons),
        text(reading.model),
        text(reading.engine),
        float(reading.milliseconds),
    )


def map_of(height: int, width: int, cells: bytes) -> NDArray[np.float32]:
    """The map float32 [height, width] that `cells` hold, the caller's own."""
    return np.frombuffer(cells, _CELL).reshape(height, width).astype(np.float32)


def map_values(heatmap: NDArray[np.float32]) -> tuple[int, int, bytes]:
    """Height, width and cells."""
    height, width = heatmap.shape
    return height, width, heatmap.astype(_CELL).tobytes()


def filed_of(row: Sequence[Any], displayed: Sequence[Any] = (), review: Sequence[Any] = ()) -> Filed:
    """A scan with what is known of it.

    Args:
        row: sha256, path, size, mtime_ns and notes, then READING; nothing (None) where it was not read.
        displayed: READING and description, of the scan as displayed; empty where there is none.
        review: REVIEW; empty where there is none.
    """
    known = Known(
        row[0],
        os.fsdecode(row[1]),
        None if row[5] is None else reading_of(row[5:]),
        (reading_of(displayed[:-1]), displayed[-1]) if displayed else None,
        Review(*review) if review else None,
        lines(row[4]),
    )
    return known, row[2], row[3]


@lru_cache(maxsize=1024)
def lines(kept: str) -> tuple[str, ...]:
    """What `from_lines` kept."""
    return tuple(json.loads(kept)) if kept else ()


def from_lines(said: Iterable[str]) -> str:
    """Lines of text as one column; empty where there are none."""
    said = [text(line) for line in said]
    return json.dumps(said, ensure_ascii=False) if said else ""


def text(said: str) -> str:
    """What SQLite can keep: half a surrogate pair, as a name that is no text has, becomes a question mark."""
    return said.encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=1024)
def _verdict(reasons: str) -> Verdict:
    return Verdict(lines(reasons))
