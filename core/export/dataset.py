"""Reviewed scans as a DATASET to fine-tune on: corrections become training data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePath

import cv2
import numpy as np

from core.errors import ScanError
from core.export.counting import Leaving, counted
from core.export.item import Item, Written
from core.export.naming import Naming
from core.export.pseudonym import key, patient_told, pseudonym
from core.export.source import to_be_drawn
from core.export.staging import Stage
from core.imaging.scan import Scan
from core.model.checkpoint import CLASSES
from core.progress import Progress

#: A file of 16 bits whose values need fewer than these is taken to come from a detector of fewer, and shown
#: over those: see `picture_grey.from_deep`.
_DEEP_ENOUGH = 1 << 14


def write_dataset(folder: Path, items: Iterable[Item], named: bool, progress: Progress) -> Written:
    """Write each scan that was given a label to `train/LABEL/PATIENT/HASH.png`, read or not.

    As grey of 8 bits where its file had 8, else of 16, as the file asks to be displayed, and without anything
    else that the file says. PATIENT is a pseudonym: of DICOM's patient, else of the one in a public set's
    file name, else of the scan alone. A scan that lies in the folder already with the other label is moved;
    one that has no label any more is taken out.

    Args:
        folder: made where it is missing; what else is in it stays.
        named: whether scans may leave that have the patient's name written in the picture. Files' and
            patients' names never do.

    Raises:
        LungfieldError: the folder cannot be written to. Cancelled: between two scans. Then nothing is left.
    """
    naming = Naming(named)
    leaving = Leaving(naming)
    secret = key()
    seen: set[str] = set()
    counts = Counter(dict.fromkeys(CLASSES, 0))
    with Stage(folder) as stage:
        before = _already_in(folder)
        for item in counted(items, progress):
            if not item.reviewed:
                for earlier in before.get(f"{item.sha256[:12]}.png", []) if item.sha256 else []:
                    stage.outdate(earlier)
                continue
            try:
                scan = to_be_drawn(item, named)[1]
            except ScanError as error:
                leaving.leave(item, error)
                continue
            if scan.sha256 in seen:
                continue
            seen.add(scan.sha256)
            counts[item.reviewed] += 1
            told = patient_told(scan.dicom.patient_key if scan.dicom else "", item.found.path.name)
            patient = pseudonym(told or f"scan {scan.sha256}", secret)
            place = PurePath("train", item.reviewed, patient, f"{scan.sha256[:12]}.png")
            stage.add(place, grey_png(scan))
            for earlier in before.get(place.name, []):
                if earlier != place:
                    stage.outdate(earlier)
    return leaving.written(stage, dict(counts))


def grey_png(scan: Scan) -> bytes:
    """The scan as its file asks to be displayed, as the bytes of a PNG.

    Decoding it gives the same pixels, to within half a step of its depth.
    """
    pixels = scan.windowed()
    picture = np.rint(pixels * 65535).astype(np.uint16)
    if scan.bits <= 8 or picture.max() < _DEEP_ENOUGH:
        picture = np.rint(pixels * 255).astype(np.uint8)
    # In a tenth of Pillow's time, for a twentieth more bytes
    return cv2.imencode(".png", picture)[1].tobytes()


def _already_in(folder: Path) -> dict[str, list[PurePath]]:
    """Where scans lie that were written here before, by the names of their files."""
    places: dict[str, list[PurePath]] = {}
    for label in CLASSES:
        for path in folder.glob(f"train/{label}/*/*.png"):
            places.setdefault(path.name, []).append(PurePath(path.relative_to(folder)))
    return places
