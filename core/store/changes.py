"""What can be written to the store: each change knows how, and what it means while it still waits."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, field
from typing import Any

from core.imaging.scan import Scan
from core.reading.finding import Found
from core.reading.reader import ModelKey, Reading
from core.review import Review
from core.store.known import Filed
from core.store.places import as_bytes, as_text
from core.store.rows import READING, from_lines, map_values, reading_values, text


@dataclass(slots=True)
class Keys:
    """What there is, to be counted: hashes of scans, hashes of reviews, and of readings the hash, the
    model's fingerprint and precision, and 1 for as displayed or 0."""

    scans: set[str] = field(default_factory=set)
    readings: set[tuple[str, str, str, int]] = field(default_factory=set)
    reviews: set[str] = field(default_factory=set)


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """One change to what is known of a scan. Writing it twice does no harm."""

    sha256: str

    def write(self, connection: sqlite3.Connection) -> None:
        """Make it, within a transaction that the caller has begun. Raises sqlite3.Error."""
        raise NotImplementedError

    def over(self, filed: Filed, model: ModelKey | None) -> Filed:
        """What is known of the scan, as far as `model` goes, once the change is made."""
        raise NotImplementedError

    def count(self, keys: Keys) -> None:
        """Have `keys` as they are once the change is made."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False, slots=True)
class Seen(Change):
    """A file was there, and perhaps decoded.

    Attributes:
        path: None for what is no file.
        facts: the columns that decoding gave; empty where it was not decoded.
        at: when, in seconds since 1970.
    """

    path: bytes | None
    size: int
    modified: int
    notes: tuple[str, ...]
    facts: dict[str, Any]
    at: int

    @classmethod
    def of(cls, sha256: str, found: Found, size: int, modified: int, scan: Scan | None, at: int) -> Seen:
        path = None if found.content is not None else as_bytes(str(found.path))
        return cls(sha256, path, size, modified, scan.notes if scan else (), facts_of(scan), at)

    def write(self, connection: sqlite3.Connection) -> None:
        if self.path is not None:
            connection.execute(_LEFT_BY_OTHERS, (self.path, self.sha256))
        of_file = {"path": self.path, "size": self.size, "mtime_ns": self.modified}
        known = {name: None for name in of_file} if self.path is None else of_file
        values = known | dict.fromkeys(_FACTS) | self.facts
        connection.execute(_SEEN, values | {"sha256": self.sha256, "at": self.at})

    def over(self, filed: Filed, model: ModelKey | None) -> Filed:
        known, size, modified = filed
        if self.path is not None:
            known = known._replace(path=as_text(self.path))
            size, modified = self.size, self.modified
        if self.facts:
            known = known._replace(notes=self.notes)
        return known, size, modified

    def count(self, keys: Keys) -> None:
        keys.scans.add(self.sha256)


@dataclass(frozen=True, eq=False, slots=True)
class Read(Change):
    """A model read the scan; `displayed` says with which contrast and orientation, None: as stored."""

    model: ModelKey
    reading: Reading
    displayed: str | None
    at: int

    def write(self, connection: sqlite3.Connection) -> None:
        connection.execute(_SCAN, {"sha256": self.sha256, "at": self.at})
        connection.execute(_MODEL, (self.model.fingerprint, self.model.precision))
        key = _key(self.sha256, self.model) | {"displayed": self.displayed is not None}
        values = dict(zip(READING, reading_values(self.reading), strict=True))
        description = text(self.displayed or "")
        connection.execute(_READING, key | values | {"description": description, "at": self.at})
        height, width, cells = map_values(self.reading.heatmap)
        connection.execute(_MAP, key | {"height": height, "width": width, "cells": cells})

    def over(self, filed: Filed, model: ModelKey | None) -> Filed:
        known, size, modified = filed
        if self.model != model:
            return filed
        small = self.reading.without_map()
        if self.displayed is None:
            return known._replace(reading=small), size, modified
        return known._replace(displayed=(small, self.displayed)), size, modified

    def count(self, keys: Keys) -> None:
        keys.scans.add(self.sha256)
        displayed = int(self.displayed is not None)
        keys.readings.add((self.sha256, self.model.fingerprint, self.model.precision, displayed))


@dataclass(frozen=True, eq=False, slots=True)
class DisplayedRemoved(Change):
    """The reading as displayed counts no more."""

    model: ModelKey

    def write(self, connection: sqlite3.Connection) -> None:
        for table in ("maps", "readings"):
            connection.execute(
                f"DELETE FROM {table} WHERE displayed = 1 AND scan = {_SCAN_ID} AND model = {_MODEL_ID}",
                _key(self.sha256, self.model),
            )

    def over(self, filed: Filed, model: ModelKey | None) -> Filed:
        known, size, modified = filed
        return (known._replace(displayed=None), size, modified) if self.model == model else filed

    def count(self, keys: Keys) -> None:
        keys.readings.discard((self.sha256, self.model.fingerprint, self.model.precision, 1))


@dataclass(frozen=True, eq=False, slots=True)
class Reviewed(Change):
    """The person said something of the scan; None: took it back."""

    review: Review | None

    def write(self, connection: sqlite3.Connection) -> None:
        if self.review is None:
            connection.execute("DELETE FROM reviews WHERE sha256 = ?", (self.sha256,))
        else:
            said = self.review
            values = (self.sha256, said.label, text(said.note), text(said.made))
            connection.execute("INSERT OR REPLACE INTO reviews VALUES (?, ?, ?, ?)", values)

    def over(self, filed: Filed, model: ModelKey | None) -> Filed:
        known, size, modified = filed
        return known._replace(review=self.review), size, modified

    def count(self, keys: Keys) -> None:
        (keys.reviews.add if self.review else keys.reviews.discard)(self.sha256)


def facts_of(scan: Scan | None) -> dict[str, Any]:
    """The columns that decoding gives. Height and width are the file's, or some pixels off where the scan is
    smaller."""
    if scan is None:
        return {}
    height, width = scan.pixels.shape
    return {
        "format": scan.format,
        "height": round(height * scan.reduced),
        "width": round(width * scan.reduced),
        "notes": from_lines(scan.notes),
        "dicom": text(json.dumps(asdict(scan.dicom), ensure_ascii=False)) if scan.dicom else "",
    }


def _key(sha256: str, model: ModelKey) -> dict[str, Any]:
    return {"sha256": sha256, "fingerprint": model.fingerprint, "precision": model.precision}


_FACTS = ("format", "height", "width", "notes", "dicom")

_SCAN_ID = "(SELECT id FROM scans WHERE sha256 = :sha256)"
_MODEL_ID = "(SELECT id FROM models WHERE fingerprint = :fingerprint AND precision = :precision)"

# A path leads to one scan: where another file stood before, that one is no longer there.
_LEFT_BY_OTHERS = "UPDATE scans SET path = x'', size = 0, mtime_ns = 0 WHERE path = ? AND sha256 != ?"

# What is not given (NULL) stays as it was.
_SEEN = """
INSERT INTO scans (sha256, path, size, mtime_ns, format, height, width, notes, dicom, first_seen, last_seen)
VALUES (:sha256, coalesce(:path, x''), coalesce(:size, 0), coalesce(:mtime_ns, 0), coalesce(:format, ''),
    coalesce(:height, 0), coalesce(:width, 0), coalesce(:notes, ''), coalesce(:dicom, ''), :at, :at)
ON CONFLICT (sha256) DO UPDATE SET path = coalesce(:path, path), size = coalesce(:size, size),
    mtime_ns = coalesce(:mtime_ns, mtime_ns), format = coalesce(:format, format),
    height = coalesce(:height, height), width = coalesce(:width, width), notes = coalesce(:notes, notes),
    dicom = coalesce(:dicom, dicom), last_seen = max(last_seen, :at)
"""

_SCAN = """
INSERT INTO scans (sha256, path, size, mtime_ns, format, height, width, notes, dicom, first_seen, last_seen)
VALUES (:sha256, x'', 0, 0, '', 0, 0, '', '', :at, :at) ON CONFLICT (sha256) DO NOTHING
"""

_MODEL = "INSERT INTO models (fingerprint, precision) VALUES (?, ?) ON CONFLICT DO NOTHING"

_READING = f"""
INSERT OR REPLACE INTO readings (scan, model, displayed, {", ".join(READING)}, description, made)
VALUES ({_SCAN_ID}, {_MODEL_ID}, :displayed, {", ".join(f":{name}" for name in READING)}, :description, :at)
"""

_MAP = f"""
INSERT OR REPLACE INTO maps (scan, model, displayed, height, width, cells)
VALUES ({_SCAN_ID}, {_MODEL_ID}, :displayed, :height, :width, :cells)
"""
