"""What DATASETs hold, checked before anything is trained: the same for who only looks and for who trains."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets import dataset
from core.datasets.dataset import (
    LEFT_OUT,
    SMALLEST_VALIDATION,
    SPLITS,
    LoadedScans,
    Sample,
    decoded,
    on_a_pool,
    parts_of,
    patient_groups,
)
from core.datasets.inspected import Inspection, Remark, RemarkKind
from core.datasets.table import read_table, table_in
from core.errors import DatasetError, ScanError
from core.imaging.preprocess import Preprocessing
from core.model.checkpoint import CLASSES
from core.progress import Progress

_LAYOUT = (
    "a DATASET has NORMAL/ and PNEUMONIA/, or train/, val/ and test/ with those, or is a table of labels"
)


def found(sources: Sequence[Path]) -> list[Sample]:
    """The scans of all sources, not yet opened.

    Raises:
        DatasetError: a source is neither a DATASET nor a table, or there is no scan of a class.
    """
    samples, remarks = _listed(sources)
    if fatal := next((each for each in remarks if each.fatal), None):
        raise DatasetError(describe(fatal), _LAYOUT)
    return samples


def inspect(sources: Sequence[Path], share: float, seed: int, progress: Progress) -> Inspection:
    """What a run on these sources would learn from, and what is odd about them. Every scan is decoded.

    Args:
        share, seed: of the recipe, for the validation part.

    Raises:
        DatasetError: a source is neither a DATASET nor a table.
        Cancelled: within the time that a few scans take.
    """
    started = time.monotonic()
    samples, remarks = _listed(sources)
    read: list[Sample] = []
    failed: list[tuple[Path, str]] = []
    for done, (sample, outcome) in enumerate(
        zip(samples, on_a_pool(_checked, samples), strict=True), start=1
    ):
        progress.check()
        if isinstance(outcome, ScanError):
            failed.append((sample.path, str(outcome)))
        else:
            read.append(outcome)
        progress.report(done / len(samples), f"checked {done} of {len(samples)}")
    used, more = settled(read, share, seed)
    remarks += [*_unreadable(samples, failed), *more]
    remarks.sort(key=lambda remark: not remark.fatal)
    patients = {
        (name, part): len({s.patient for s in used if s.dataset == name and s.split == part})
        for name in dict.fromkeys(sample.dataset for sample in used)
        for part in SPLITS
    }
    return Inspection(tuple(sources), tuple(used), tuple(remarks), patients, time.monotonic() - started)


def load_and_split(
    sources: Sequence[Path], spec: Preprocessing, share: float, seed: int, progress: Progress
) -> tuple[LoadedScans, tuple[Remark, ...]]:
    """Decoded scans with their splits, and what was left out of them or moved.

    Raises:
        DatasetError: nothing is left to train on.
        Cancelled.
    """
    samples, remarks = _listed(sources)
    if not samples:
        raise DatasetError(describe(remarks[0]) if remarks else "there is no scan", _LAYOUT)
    loaded = dataset.load(samples, spec, progress)
    row = {sample.path: index for index, sample in enumerate(loaded.samples)}
    used, more = settled(loaded.samples, share, seed)
    remarks += [*_unreadable(samples, loaded.failed), *more]
    if fatal := next((each for each in remarks if each.fatal), None):
        raise DatasetError(describe(fatal), "add scans, or another folder")
    rows = [row[sample.path] for sample in used]
    return LoadedScans(used, loaded.pixels[rows], loaded.failed), tuple(remarks)


def settled(samples: Sequence[Sample], share: float, seed: int) -> tuple[list[Sample], list[Remark]]:
    """Which of the scans that could be read are used, each with its part; in the order given.

    Byte-identical files count once, and not at all where their labels differ. Patients are told apart before
    that: identical files under two names join two patients.
    """
    names = list(dict.fromkeys(sample.dataset for sample in samples))
    groups = {name: _groups_of(samples, name) for name in names}
    dropped, remarks = _repeated(samples)
    used: list[Sample] = []
    for name in names:
        rows = [i for i, sample in enumerate(samples) if sample.dataset == name and i not in dropped]
        own = [samples[i] for i in rows]
        remarks += _validation_remarks(name, own)
        numbers = np.array([groups[name][i] for i in rows], np.int64)
        try:
            parts = parts_of(own, numbers, share, seed)
        except DatasetError:
            remarks.append(Remark("few-patients", name, len(set(numbers.tolist())), fatal=True))
            continue
        left = [i for i, part in enumerate(parts.tolist()) if part == LEFT_OUT]
        if left:
            files = tuple((own[i].path, "") for i in left)
            count = len(set(numbers[left].tolist()))
            remarks.append(Remark("shared-patient", name, count, files=files))
        used += [replace(s, split=to) for s, to in zip(own, parts.tolist(), strict=True) if to != LEFT_OUT]
    few = any(remark.fatal for remark in remarks)  # which says it already
    return used, remarks if few else remarks + _missing_classes(used)


def describe(remark: Remark) -> str:
    """The remark and what is done about it, in one line of plain English."""
    n, where, about = remark.count, remark.dataset, remark.about
    return {
        "unreadable": f"{where}: {n} files cannot be read and are left out",
        "duplicate": f"{where}: {n} files are copies of another and are used once",
        "contradiction": f"{where}: {n} files stand under both labels with the same content and are left out",
        "shared-patient": f"{where}: {n} patients are on both sides of a split; "
        f"{len(remark.files)} of their scans are left out of the side that the model learns from",
        "small-validation": f"{where}: val/ has only {n} scans; it joins train/, and patients are split off",
        "no-validation": f"{where}: no val/; some of the patients are split off for validation",
        "missing-class": f"no {about} scans in {where}",
        "few-patients": f"{where}: {n} patients are too few to split off a validation part",
        "not-found": f"{where}: {n} files of the table are not there and are left out",
        "bad-label": f"{where}: {n} rows have the label {about!r}, which is neither class, and are left out",
        "one-name": f"{where}: another DATASET has this name; a number tells them apart",
    }[remark.kind]


def _listed(sources: Sequence[Path]) -> tuple[list[Sample], list[Remark]]:
    samples: list[Sample] = []
    remarks: list[Remark] = []
    taken: set[str] = set()
    for source in sources:
        own, odd = _scans_of(source)
        names = {name: _free(name, taken) for name in dict.fromkeys(sample.dataset for sample in own)}
        remarks += [Remark("one-name", new) for name, new in names.items() if new != name]
        taken |= set(names.values())
        samples += [replace(sample, dataset=names[sample.dataset]) for sample in own]
        remarks += [replace(remark, dataset=names.get(remark.dataset, remark.dataset)) for remark in odd]
    return samples, remarks + [each for each in _missing_classes(samples) if each.fatal]


def _free(name: str, taken: set[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free = f"{name} ({number})"
        number += 1
    return free


def _scans_of(source: Path) -> tuple[list[Sample], list[Remark]]:
    if source.is_dir() and dataset.has_class_folders(source):
        return dataset.scans_in(source), []
    table = table_in(source) if source.is_dir() else source
    if table is None or not table.is_file():
        raise DatasetError(f"{source.name} is no DATASET: {source}", _LAYOUT)
    rows = read_table(table)
    name = rows.samples[0].dataset
    remarks = []
    if rows.not_found:
        files = tuple((path, "") for path in rows.not_found)
        remarks.append(Remark("not-found", name, len(files), files=files))
    remarks += [Remark("bad-label", name, n, about=label) for label, n in rows.bad_labels.items()]
    return rows.samples, remarks


def _checked(sample: Sample) -> Sample | ScanError:
    try:
        return decoded(sample, Preprocessing())[0]
    except ScanError as error:
        return error


def _groups_of(samples: Sequence[Sample], name: str) -> dict[int, int]:
    rows = [i for i, sample in enumerate(samples) if sample.dataset == name]
    numbers: NDArray[np.int64] = patient_groups([samples[i] for i in rows])
    return dict(zip(rows, numbers.tolist(), strict=True))


def _repeated(samples: Sequence[Sample]) -> tuple[set[int], list[Remark]]:
    """Rows not used because their content stands there again; of copies the one most held back stays."""
    by_content: dict[str, list[int]] = {}
    for i, sample in enumerate(samples):
        by_content.setdefault(sample.sha256, []).append(i)
    held_back = {"test": 0, "val": 1, "train": 2}
    copies: list[int] = []
    opposed: list[int] = []
    for rows in by_content.values():
        if len({samples[i].label for i in rows}) > 1:
            opposed += rows
        else:
            copies += sorted(rows, key=lambda i: held_back[samples[i].split])[1:]
    kinds: tuple[tuple[RemarkKind, list[int]], ...] = (("contradiction", opposed), ("duplicate", copies))
    remarks = [
        Remark(kind, name, len(files), files=tuple(files))
        for kind, rows in kinds
        for name, files in _by_dataset(samples, rows).items()
    ]
    return {*copies, *opposed}, remarks


def _by_dataset(samples: Sequence[Sample], rows: Sequence[int]) -> dict[str, list[tuple[Path, str]]]:
    files: dict[str, list[tuple[Path, str]]] = {}
    for i in rows:
        files.setdefault(samples[i].dataset, []).append((samples[i].path, ""))
    return files


def _unreadable(samples: Sequence[Sample], failed: Sequence[tuple[Path, str]]) -> list[Remark]:
    owner = {sample.path: sample.dataset for sample in samples}
    files: dict[str, list[tuple[Path, str]]] = {}
    for path, reason in failed:
        files.setdefault(owner[path], []).append((path, reason))
    return [Remark("unreadable", name, len(own), files=tuple(own)) for name, own in files.items()]


def _validation_remarks(name: str, samples: Sequence[Sample]) -> list[Remark]:
    parts = Counter(sample.split for sample in samples)
    if not parts["train"] and not parts["val"]:
        return []
    if not parts["val"]:
        return [Remark("no-validation", name)]
    return [Remark("small-validation", name, parts["val"])] if parts["val"] < SMALLEST_VALIDATION else []


def _missing_classes(samples: Sequence[Sample]) -> list[Remark]:
    """Fatal where no DATASET has a class to learn from; else said of each that lacks one."""
    learnt = [sample for sample in samples if sample.split != "test"] or list(samples)
    remarks = [
        Remark("missing-class", "all that was chosen", fatal=True, about=name)
        for label, name in enumerate(CLASSES)
        if not any(sample.label == label for sample in learnt)
    ]
    return remarks or [
        Remark("missing-class", owner, about=name)
        for owner in dict.fromkeys(sample.dataset for sample in samples)
        for label, name in enumerate(CLASSES)
        if not any(sample.label == label and sample.dataset == owner for sample in samples)
    ]
