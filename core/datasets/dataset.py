"""DATASETs: folders of labelled scans, found and decoded once.

A DATASET has `NORMAL/` and `PNEUMONIA/`, or `train/ val/ test/` each with those. Inside them scans lie as
they are, or in a folder for each patient.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.datasets.pool import on_a_pool
from core.errors import DatasetError, ScanError
from core.imaging.decode import decode_file
from core.imaging.patients import patient_in_name
from core.imaging.preprocess import Preprocessing, squeezed
from core.imaging.scan import Scan
from core.model.checkpoint import CLASSES
from core.progress import Progress
from core.reading.finding import Found, find

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")


@dataclass(frozen=True)
class Sample:
    """One labelled scan of a DATASET.

    Attributes:
        label: 0 NORMAL, 1 PNEUMONIA.
        patient: tells patients apart within `dataset`; never empty.
        sha256: of the file; empty until it was read, unless a table tells of what content it speaks.
        is_guess: whether nobody said whose scan it is, and `patient` is the file's own path.
        dicom_patient: `DicomFacts.patient_key`; empty until the file was read, and where it tells none.
        source: which of the folders and tables that were given it came from, counted from 0. One may hold
            several DATASETs, and several may hold one.
    """

    path: Path
    label: int
    dataset: str
    split: Split
    patient: str
    sha256: str = ""
    is_guess: bool = False
    dicom_patient: str = ""
    source: int = 0

    def check(self, sha256: str) -> None:
        """Raise ScanError where a label was given to another content than is there now: that may be another
        patient's, for programs save under the same names."""
        if self.sha256 and sha256 != self.sha256:
            raise ScanError(f"{self.path.name} is another file than the one that was labelled")

    def as_read(self, sha256: str, dicom_patient: str) -> Sample:
        """With what only the file tells. What a person said of the patient is not taken back by DICOM's ID,
        which may be another one in each study, or in each file that was made anonymous."""
        patient = dicom_patient if self.is_guess and dicom_patient else self.patient
        return replace(self, patient=patient, sha256=sha256, dicom_patient=dicom_patient)


@dataclass(frozen=True)
class LoadedScans:
    """Decoded samples, ready to train on.

    `pixels` is uint8 [n, size, size]: the windowed scan squeezed to the network's input, 0..255.
    """

    samples: list[Sample]
    pixels: NDArray[np.uint8]
    failed: list[tuple[Path, str]]

    def fingerprint(self) -> str:
        """Changes when any scan, its label or its split does."""
        facts = [(s.sha256, s.dataset, s.label, s.split) for s in self.samples]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def sample_at(
    path: Path, label: int, dataset: str, split: Split, patient: str = "", sha256: str = ""
) -> Sample:
    """The sample of a file that is not opened yet.

    Args:
        patient: as a person said it; empty: as the file's name tells, where it is like a public set's.
            Otherwise every file is a patient of its own, but for those that differ in their suffix alone:
            in each folder numbers may begin anew.
        sha256: of the content that the label is of; empty: whatever is there.
    """
    patient = patient or patient_in_name(path.name)
    own = patient or os.path.splitext(os.path.abspath(path))[0]
    return Sample(path, label, dataset, split, own, sha256, is_guess=not patient)


def find_samples(root: Path) -> list[Sample]:
    """All files of a DATASET, in a stable order, not yet opened.

    Raises:
        DatasetError: `root` is not a folder, or has neither layout, or a class has no files.
    """
    if not os.path.isdir(root):
        raise DatasetError(
            f"no such folder: {root}", "a DATASET is a folder with NORMAL and PNEUMONIA inside"
        )
    found = scans_in(root)
    for label, class_name in enumerate(CLASSES):
        if not any(sample.label == label for sample in found):
            raise DatasetError(
                f"no {class_name} scans in {root}",
                "a DATASET has NORMAL/ and PNEUMONIA/, or train/, val/ and test/ each with those",
            )
    return found


def has_class_folders(root: Path) -> bool:
    """Whether a folder is laid out as a DATASET, with at least one of its folders of scans."""
    return any(os.path.isdir(root / part / label) for part in ("", *SPLITS) for label in CLASSES)


def scans_in(root: Path, progress: Progress | None = None) -> list[Sample]:
    """All files in the class folders of a DATASET, in a stable order, not yet opened; perhaps none.

    Raises:
        DatasetError: a folder may not be searched, or is gone. Cancelled: between two folders.
    """
    name = root.resolve().name
    if any(os.path.isdir(root / split / label) for split in SPLITS for label in CLASSES):
        parts: list[tuple[Path, Split]] = [(root / split, split) for split in SPLITS]
    else:
        parts = [(root, "train")]
    return [sample for folder, split in parts for sample in _class_folders(folder, split, name, progress)]


def _class_folders(folder: Path, split: Split, dataset: str, progress: Progress | None) -> Iterator[Sample]:
    for label, class_name in enumerate(CLASSES):
        class_folder = folder / class_name
        if not os.path.isdir(class_folder):  # Path.is_dir raises where it may not look
            continue
        listing = find([class_folder], progress)
        if listing.closed:
            raise DatasetError(
                f"the folder {listing.closed[0]} cannot be searched", "ask for permission, or leave it out"
            )
        for each in sorted(listing.files, key=_in_order):
            if progress is not None:
                progress.check()
            first, *deeper = each.path.relative_to(class_folder).parts
            # A folder in it is a patient, with all that is in that
            yield sample_at(each.path, label, dataset, split, first if deeper else "")


def _in_order(found: Found) -> list[str]:
    """As Paths are sorted, in a tenth of the time."""
    return os.path.normcase(found.where).split(os.sep)


def load(samples: Sequence[Sample], spec: Preprocessing, progress: Progress) -> LoadedScans:
    """Decode every sample once, on a small pool of threads.

    Files that cannot be read are left out and listed in `failed`.

    Raises:
        DatasetError: not one could be read.
    """
    pixels = np.empty((len(samples), spec.size, spec.size), np.uint8)
    kept: list[Sample] = []
    failed: list[tuple[Path, str]] = []
    outcomes = on_a_pool(lambda sample: _read_one(sample, spec), samples, progress)
    for done, (sample, outcome) in enumerate(zip(samples, outcomes, strict=True), start=1):
        if isinstance(outcome, ScanError):
            failed.append((sample.path, str(outcome)))
        else:
            facts, picture = outcome
            pixels[len(kept)] = picture
            kept.append(facts)
        progress.report(done / len(samples), f"decoded {done} of {len(samples)}")
    if not kept:
        raise DatasetError("not one scan could be read", failed[0][1] if failed else "")
    return LoadedScans(kept, pixels[: len(kept)], failed)


def decoded(sample: Sample, spec: Preprocessing) -> tuple[Sample, Scan]:
    """The scan, and the sample with what only the file tells: its content's hash, and DICOM's patient.

    Raises:
        ScanError: it cannot be read, or is not what was labelled.
    """
    scan = decode_file(sample.path, min_side=spec.decode_side)
    sample.check(scan.sha256)
    return sample.as_read(scan.sha256, scan.dicom.patient_key if scan.dicom else ""), scan


def _read_one(sample: Sample, spec: Preprocessing) -> tuple[Sample, NDArray[np.uint8]] | ScanError:
    try:
        facts, scan = decoded(sample, spec)
    except ScanError as error:
        return error
    return facts, np.rint(squeezed(scan, spec) * 255).astype(np.uint8)
