"""Scans and readings to put in a store, made without a model."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.random import default_rng  # at once: a test may take the right to read libraries away

from core.imaging.scan import DicomFacts, Scan
from core.reading.finding import Found
from core.reading.folder import Outcome
from core.reading.gate import Verdict
from core.reading.reader import ModelKey, Reading, label_of

MODEL = ModelKey("ab" * 16, "fp32", "ward-7")
OTHER = ModelKey("ab" * 16, "int8", "ward-7")


def digest(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()


def reading(number: int, **others: Any) -> Reading:
    """One that no other number gives."""
    random = default_rng(number)
    probability = float(random.uniform())
    reasons = ("does not look like a frontal chest X-ray", "colour picture") if number % 3 else ()
    values = {
        "probability": probability,
        "label": label_of(probability, 0.37),
        "threshold": 0.37,
        "heatmap": random.standard_normal((7, 9)).astype(np.float32),
        "verdict": Verdict(reasons),
        "model": MODEL.name,
        "engine": "openvino cpu fp32",
        "milliseconds": float(random.uniform(5, 50)),
    }
    return Reading(**values | others)


def outcome(number: int, path: Path | None = None, **others: Any) -> Outcome:
    """A file that was read; where there is one at `path`, its size and time go with it."""
    path = path or Path(f"/scans/{number}.png").absolute()
    facts = path.stat() if path.exists() else None
    made = reading(number)
    values = {
        "found": Found(path, PurePath(path.name)),
        "status": "ok" if made.verdict.accepted else "rejected",
        "sha256": digest(number),
        "reason": "; ".join(made.verdict.reasons),
        "scan": Scan(
            np.zeros((20, 30), np.float32), format="PNG", notes=("only the first of 2 pages is read",)
        ),
        "reading": made,
        "size": facts.st_size if facts else 1000 + number,
        "modified": facts.st_mtime_ns if facts else number,
    }
    return Outcome(**values | others)


def dicom_facts() -> DicomFacts:
    return DicomFacts("1.2.3", "1.2.3.4", "DX", "CHEST", "PA", "MONOCHROME2", "1.2.840", 41.5, 2, "0a1b")


def said(each: Reading | None) -> tuple[Any, ...] | None:
    """All that a reading says, to be compared; the map as bytes."""
    if each is None:
        return None
    shape, cells = each.heatmap.shape, each.heatmap.tobytes()
    rest = (each.probability, each.label, each.threshold, each.verdict, each.model, each.engine)
    return (*rest, each.milliseconds, shape, cells)
