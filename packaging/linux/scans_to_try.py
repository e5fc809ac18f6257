"""Scans for the packaged program and the source tree to read: drawn ones, in several kinds of file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import cv2
import numpy as np

from core.cli import generated
from tests.core.imaging.dicom_files import dicom
from tests.pictures import radiograph

#: Of each class, where there are real scans beside the checkout.
_EACH = 12

#: The folder that they are in.
REAL = "echte"


def write_scans(folder: Path) -> None:
    """Drawn scans, a file of every kind that is decoded, one that cannot be read, and real scans if any."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(8):
        picture = radiograph(seed, bool(seed % 2), (900, 1100))
        for ending in ("png", "jpg"):
            (folder / f"Patientin {seed} (ä).{ending}").write_bytes(
                cv2.imencode(f".{ending}", picture)[1].tobytes()
            )
        deep = picture.astype(np.uint16) * 16
        (folder / f"IM{seed:04}").write_bytes(dicom(deep, 12))
    for sample in generated.samples():
        name = sample.kind.replace(" ", "-")
        (folder / f"{sample.family} {name}").write_bytes(sample.encode())
    (folder / "Kein Bild.png").write_text("no picture")
    _copy_real(folder / REAL)


def _copy_real(folder: Path) -> None:
    data = Path(os.environ.get("LUNGFIELD_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    for label in ("NORMAL", "PNEUMONIA"):
        for file in sorted(data.glob(f"**/{label}/*.*"))[:_EACH]:
            folder.mkdir(exist_ok=True)
            shutil.copyfile(file, folder / f"{label} {file.name}")
