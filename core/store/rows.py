"""Between the store's columns and what they say."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
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

#: Columns of `scans` that `filed_of` takes.
SCAN = ("id", "sha256", "path", "size", "mtime_ns", "notes")

#: How the system has paths: `os.fsdecode`, which asks this of the system each time, takes twice as long.
_ENCODING, _ERRORS = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()

_NO_MAP = np.empty((0, 0), np.float32)

#: What Reading is made of: its own constructor, which must get past its being frozen, takes twice as long.
_new = object.__new__
(
    _set_probability,
    _set_label,
    _set_threshold,
    _set_heatmap,
    _set_verdict,
    _set_model,
    _set_engine,
    _set_milliseconds,
) = (vars(Reading)[field.name].__set__ for field in fields(Reading))

#: Maps are kept in this byte order on every machine.
_CELL = "<f4"


def reading_of(values: Sequence[Any], heatmap: NDArray[np.float32] = _NO_MAP) -> Reading:
    """The reading in a row's READING columns."""
    probability, threshold, reasons, name, engine, milliseconds = values
    reading: Reading = _new(Reading)
    _set_probability(reading, probability)
    _set_label(reading, label_of(probability, threshold))
    _set_threshold(reading, threshold)
    _set_heatmap(reading, heatmap)
    _set_verdict(reading, _verdict(reasons))
    # The same few come again and again
    _set_model(reading, sys.intern(name))
    _set_engine(reading, sys.intern(engine))
    _set_milliseconds(reading, milliseconds)
    return reading


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


def filed_of(
    rows: Iterable[Sequence[Any]],
    displayed: Mapping[int, tuple[Reading, str]],
    reviews: Mapping[str, Review],
) -> list[Filed]:
    """Scans with what is known of each; quick, because there may be a hundred thousand.

    Args:
        rows: of SCAN, then READING; nothing (None) where it was not read.
        displayed: by the scan's id what was read of it as displayed, and the description.
        reviews: by hash.
    """
    made: list[Filed] = []
    for number, sha256, path, size, modified, notes, *read in rows:
        known = (
            sha256,
            path.decode(_ENCODING, _ERRORS),
            None if read[0] is None else reading_of(read),
            displayed.get(number),
            reviews.get(sha256),
            lines(notes) if notes else (),
        )
        made.append((tuple.__new__(Known, known), size, modified))
    return made


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
