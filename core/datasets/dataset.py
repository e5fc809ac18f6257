"""DATASETs: folders of labelled scans, found, decoded once, and split by patient.

A DATASET has `NORMAL/` and `PNEUMONIA/`, or `train/ val/ test/` each with those. Inside them scans lie as
they are, or in a folder for each patient.
"""

from __future__ import annotations

import hashlib
import os
import re
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

#: Which patients are split off for validation: drawn at random, or the first by number.
Order = Literal["random", "first"]

#: The part of those that are in none: their patient is in one that the model must not learn from.
LEFT_OUT = "left out"

#: `DicomFacts.patient_key`: the same in whatever DATASET it stands.
_KEY = re.compile("[0-9a-f]{16}")

#: A `val/` with fewer scans says too little: it joins `train/` and validation is split off anew.
#: (The public paediatric set has one of 16.)
SMALLEST_VALIDATION = 50


@dataclass(frozen=True)
class Sample:
    """One labelled scan of a DATASET.

    `patient` tells patients apart within `dataset`; `sha256` is empty until the file was read.
    """

    path: Path
    label: int
    dataset: str
    split: Split
    patient: str
    sha256: str = ""


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


def patient_of(path: Path, class_folder: Path | None = None) -> str:
    """The patient of a scan, by where it lies.

    A folder directly in `class_folder` is a patient, with all that is in it. Otherwise the patient is told by
    the file's name, where it is like a public set's; otherwise every file is a patient of its own.
    """
    if class_folder is not None:
        first, *deeper = path.relative_to(class_folder).parts
        if deeper:
            return first
    return patient_in_name(path.name) or path.stem


def find_samples(root: Path) -> list[Sample]:
    """All files of a DATASET, in a stable order, not yet opened.

    Raises:
        DatasetError: `root` is not a folder, or has neither layout, or a class has no files.
    """
    if not root.is_dir():
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
    return any((root / part / label).is_dir() for part in ("", *SPLITS) for label in CLASSES)


def scans_in(root: Path, progress: Progress | None = None) -> list[Sample]:
    """All files in the class folders of a DATASET, in a stable order, not yet opened; perhaps none.

    Raises:
        DatasetError: a folder may not be searched, or is gone. Cancelled: between two folders.
    """
    name = root.resolve().name
    if any((root / split / label).is_dir() for split in SPLITS for label in CLASSES):
        parts: list[tuple[Path, Split]] = [(root / split, split) for split in SPLITS]
    else:
        parts = [(root, "train")]
    return [sample for folder, split in parts for sample in _class_folders(folder, split, name, progress)]


def _class_folders(folder: Path, split: Split, dataset: str, progress: Progress | None) -> Iterator[Sample]:
    for label, class_name in enumerate(CLASSES):
        class_folder = folder / class_name
        if not class_folder.is_dir():
            continue
        listing = find([class_folder], progress)
        if listing.closed:
            raise DatasetError(
                f"the folder {listing.closed[0]} cannot be searched", "ask for permission, or leave it out"
            )
        for each in sorted(listing.files, key=_in_order):
            if progress is not None:
                progress.check()
            yield Sample(each.path, label, dataset, split, patient_of(each.path, class_folder))


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
        ScanError: it cannot be read.
    """
    scan = decode_file(sample.path, min_side=spec.decode_side)
    patient = scan.dicom.patient_key if scan.dicom and scan.dicom.patient_key else sample.patient
    return replace(sample, sha256=scan.sha256, patient=patient), scan


def _read_one(sample: Sample, spec: Preprocessing) -> tuple[Sample, NDArray[np.uint8]] | ScanError:
    try:
        facts, scan = decoded(sample, spec)
    except ScanError as error:
        return error
    return facts, np.rint(squeezed(scan, spec) * 255).astype(np.uint8)


def patient_groups(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """A number per sample [n]: equal for scans of one patient, and for byte-identical files.

    A patient stands in one DATASET; but one told by DICOM's ID may stand in several. Identical files
    stand under several names in the public sets, and so may join two patients.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes: dict[tuple[str, str], int] = {}

    def node(kind: str, key: str) -> int:
        return nodes.setdefault((kind, key), len(nodes))

    def patient(sample: Sample) -> int:
        owner = "" if _KEY.fullmatch(sample.patient) else f" of {sample.dataset}"
        return node(f"patient{owner}", sample.patient)

    patients = [patient(sample) for sample in samples]
    files = [node("file", s.sha256 or str(s.path)) for s in samples]
    edges = coo_array((np.ones(len(samples)), (patients, files)), shape=(len(nodes), len(nodes)))
    _, groups = connected_components(edges, directed=False)
    return np.asarray(groups[patients], np.int64)


def split(samples: Sequence[Sample], share: float, seed: int, order: Order = "random") -> list[Sample]:
    """The samples again, each DATASET with a validation part that has no patient in common with train.

    A `val/` of 50 scans or more is taken as it is. Otherwise `share` of the training scans (rounded to
    one in n) become validation, whole patients at a time and stratified by label (scikit-learn's
    StratifiedGroupKFold) or, in the order "first", those with the lowest numbers among their like. Patients
    who are also in `test/` or in a given `val/` are left out of train.

    Raises:
        DatasetError: too few patients to split.
    """
    result: list[Sample] = []
    for dataset in dict.fromkeys(sample.dataset for sample in samples):
        own = [sample for sample in samples if sample.dataset == dataset]
        parts = parts_of(own, patient_groups(own), share, seed, order)
        result += [replace(s, split=to) for s, to in zip(own, parts.tolist(), strict=True) if to != LEFT_OUT]
    return result


def parts_of(
    samples: Sequence[Sample], groups: NDArray[np.int64], share: float, seed: int, order: Order = "random"
) -> NDArray[np.str_]:
    """The part of each sample of one DATASET, str [n]: "train", "val", "test" or LEFT_OUT; see `split`.

    Args:
        groups: of patients [n], as `patient_groups` numbers them.

    Raises:
        DatasetError: too few patients to split.
    """
    splits = np.array([sample.split for sample in samples], "U8")  # room for LEFT_OUT
    if (splits == "val").sum() < SMALLEST_VALIDATION:
        splits[splits == "val"] = "train"
    splits = without(splits, groups, "test")
    if not (splits == "val").any() and (splits == "train").any():
        if order == "first":
            splits = _with_first(splits, samples, share)
        else:
            splits = _with_validation(splits, groups, np.array([s.label for s in samples]), share, seed)
    return without(splits, groups, "val")


def without(splits: NDArray[np.str_], groups: NDArray[np.int64], held: str) -> NDArray[np.str_]:
    """Nobody in the `held` part stays in one that the model learns or chooses from."""
    shared = np.isin(groups, groups[splits == held]) & (splits != held) & (splits != "test")
    return np.where(shared, LEFT_OUT, splits)


def _with_validation(
    splits: NDArray[np.str_], groups: NDArray[np.int64], labels: NDArray[np.int64], share: float, seed: int
) -> NDArray[np.str_]:
    from sklearn.model_selection import StratifiedGroupKFold

    train = np.flatnonzero(splits == "train")
    each = [len(np.unique(groups[train][labels[train] == c])) for c in np.unique(labels[train])]
    folds = min(max(round(1 / share), 2), *each)
    if folds < 2:
        raise DatasetError("too few patients to split off a validation part", "add scans, or a val/ folder")
    folder = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    _, held = next(iter(folder.split(train, labels[train], groups[train])))
    splits = splits.copy()
    splits[train[held]] = "val"
    return splits


_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")


def _with_first(splits: NDArray[np.str_], samples: Sequence[Sample], share: float) -> NDArray[np.str_]:
    """Of each class, and of each kind of name in it, the patients who come first by number.

    A later patient who has a copy of a file of theirs is left out of train by `without`.
    """
    kinds: dict[tuple[int, str], list[tuple[int, str, int]]] = {}
    for row in np.flatnonzero(splits == "train").tolist():
        kind, number = _kind_and_number(samples[row].patient)
        kinds.setdefault((samples[row].label, kind), []).append((number, samples[row].patient, row))
    held: list[int] = []
    for members in kinds.values():
        members.sort()
        last = members[round(share * len(members))][:2]
        held += [row for number, patient, row in members if (number, patient) < last]
    of_class = {label: sum(samples[row].label == label for row in held) for label, _ in kinds}
    if not all(of_class.values()):
        raise DatasetError("too few patients to split off a validation part", "add scans, or a val/ folder")
    splits = splits.copy()
    splits[held] = "val"
    return splits


def _kind_and_number(patient: str) -> tuple[str, int]:
    """A patient's name without its last number, and that number; 0 where there is none."""
    match = _LAST_NUMBER.search(patient)
    return (patient[: match.start()], int(match[0])) if match else (patient, 0)
