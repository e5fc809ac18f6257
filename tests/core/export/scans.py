"""Scans on disk with readings, to be exported."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import cv2
import numpy as np

from core.export.item import Item
from core.progress import Cancelled, NullProgress
from core.reading.finding import Found
from core.reading.gate import Verdict
from core.reading.reader import Reading
from tests.core.imaging.dicom_files import PATIENT_ID, dicom
from tests.pictures import radiograph

#: What may not leave unless it is asked for, of the scans made here.
NAMES = ("Quigley", "Zsofia", PATIENT_ID, "19700203", "ACC-77", "Elsewhere", "Refer^Red", "holiday")

STUDY, SERIES, INSTANCE = "1.2.826.0.1.7.1", "1.2.826.0.1.7.1.2", "1.2.826.0.1.7.1.2.3"


class Stopping(NullProgress):
    """Cancels after so many checks."""

    def __init__(self, checks: int) -> None:
        self._left = checks

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Cancelled


def reading(**more: Any) -> Reading:
    heatmap = np.random.default_rng(5).normal(0.02, 0.15, (7, 7)).astype(np.float32)
    facts: dict[str, Any] = {
        "probability": 0.934,
        "label": "PNEUMONIA",
        "threshold": 0.41,
        "heatmap": heatmap,
        "verdict": Verdict(),
        "model": "model one",
        "engine": "openvino cpu fp32",
        "milliseconds": 12.34,
    }
    return Reading(**facts | more)


def rejected(**more: Any) -> dict[str, Any]:
    """What makes an item one that the gate rejected."""
    reasons = ("does not look like a frontal chest X-ray", "colour picture")
    return {
        "status": "rejected",
        "reason": "; ".join(reasons),
        "reading": reading(verdict=Verdict(reasons), **more),
    }


def failed(reason: str) -> dict[str, Any]:
    return {"status": "failed", "reason": reason, "reading": None}


def item(path: Path, root: Path | None = None, **more: Any) -> Item:
    """A file that was read; `root` is the folder that was given."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
    found = Found(path, PurePath(path.relative_to(root) if root else path.name))
    facts: dict[str, Any] = {"sha256": sha256, "status": "ok", "reading": reading()}
    return Item(found, **facts | more)


def picture(path: Path, seed: int = 1, size: tuple[int, int] = (240, 300)) -> Path:
    """A grey picture of a format by its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not imwrite, which on some systems takes no names of other letters
    path.write_bytes(cv2.imencode(path.suffix, radiograph(seed, size=size))[1].tobytes())
    return path


def dicom_file(path: Path, seed: int = 1, size: tuple[int, int] = (240, 300), **elements: Any) -> Path:
    """A 12-bit DICOM file that says all it can of its patient and study."""
    facts: dict[str, Any] = {
        "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": SERIES,
        "SOPInstanceUID": INSTANCE,
        "PatientName": "Quigley^Zsofia",
        "PatientBirthDate": "19700203",
        "PatientSex": "F",
        "StudyDate": "20240105",
        "StudyTime": "101112",
        "StudyID": "S1",
        "AccessionNumber": "ACC-77",
        "ReferringPhysicianName": "Refer^Red",
        "InstitutionName": "St Elsewhere",
        "StationName": "ElsewhereOne",
        "BodyPartExamined": "CHEST",
        "PatientOrientation": ["L", "F"],
        "WindowCenter": 2000,
        "WindowWidth": 3000,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dicom(radiograph(seed, size=size).astype(np.uint16) * 16, 12, **facts | elements))
    return path


def leaks(data: bytes, names: tuple[str, ...] = NAMES) -> list[str]:
    """Which of the names are in a file, in any case, as text of 8 or 16 bits."""
    data = data.lower()
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return [name for name in names if any(name.lower().encode(each) in data for each in encodings)]


def files_below(folder: Path, keep: Callable[[Path], bool] = Path.is_file) -> list[str]:
    """Everything in a folder, hidden or not, as paths with slashes."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if keep(path))
