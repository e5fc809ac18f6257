"""The person's reviewed scans as a table to train on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.datasets.dataset import Sample
from core.datasets.table import write_table
from core.imaging.patients import patient_in_name
from core.model.checkpoint import CLASSES

#: What the DATASET of reviewed scans is called.
NAME = "reviewed scans"


def write_reviewed(path: Path, rows: Iterable[tuple[Path, str, str, str]]) -> int:
    """Write a table (`core.datasets.table`) of scans that the person reviewed; how many are in it.

    Args:
        rows: file, SHA-256, label (NORMAL or PNEUMONIA; others are passed over) and patient (empty where it
            is not known: then each is a patient, unless the file's name tells; those that DICOM says are
            one stay together in a split). Of one content the first row whose file is there counts.

    Raises:
        LungfieldError: the table cannot be written.
    """
    samples: dict[str, Sample] = {}
    for file, sha256, label, patient in rows:
        if label in CLASSES and sha256 not in samples and _is_there(file):
            # Not by the file's name as such: viewers call the files of all patients alike
            who = patient or patient_in_name(file.name) or f"scan {sha256[:12]}"
            samples[sha256] = Sample(file, CLASSES.index(label), NAME, "train", who, sha256)
    write_table(path, list(samples.values()), private=True)
    return len(samples)


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # on a share that is gone
        return False
