"""Scans to export: files that are there, with readings."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.export.item import Item
from core.reading.finding import Found
from core.reading.gate import Verdict
from core.reading.reader import Reading
from core.review import Review
from tests.pictures import radiograph

#: Of those, three have a reading and two a label.
REVIEWS = (Review("NORMAL"), Review("PNEUMONIA", "old scar"), Review("", "look again"), None)


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    """Four scans, the last of which failed."""
    folder = tmp_path / "scans"
    folder.mkdir()
    made = []
    for number, review in enumerate(REVIEWS):
        path = folder / f"scan-{number}.png"
        cv2.imwrite(str(path), radiograph(number))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found = Found(path, Path(path.name))
        if number == 3:
            made.append(Item(found, digest, "failed", "it has no pixels", None, review))
            continue
        heatmap = np.full((7, 7), 0.1, np.float32)
        reading = Reading(0.9, "PNEUMONIA", 0.5, heatmap, Verdict(()), "a model", "openvino cpu fp32", 9.0)
        made.append(Item(found, digest, "ok", "", reading, review))
    return made
