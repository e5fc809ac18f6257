"""What DATASETs hold, checked before anything is trained: the same for who only looks and for who trains."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets import dataset
from core.datasets.dataset import SPLITS, LoadedScans, Sample, Split, decoded
from core.datasets.inspected import Inspection, Remark
from core.datasets.pool import on_a_pool
from core.datasets.settling import missing_classes, settled, unreadable
from core.datasets.sources import LAYOUT, listed
from core.datasets.splitting import Order
from core.errors import DatasetError, ScanError
from core.imaging.preprocess import Preprocessing
from core.progress import NullProgress, Progress


def found(sources: Sequence[Path], progress: Progress | None = None) -> list[Sample]:
    """The scans of all sources, not yet opened.

    Raises:
        DatasetError: a source is neither a DATASET nor a table, or there is no scan of a class.
        Cancelled: between two folders.
    """
    samples, _ = listed(sources, progress or NullProgress())
    _check_classes(samples)
    return samples


def inspect(sources: Sequence[Path], share: float, seed: int, order: Order, progress: Progress) -> Inspection:
    """What a run on these sources would learn from, and what is odd about them.

    Every scan is decoded; no more than a few are in memory at once.

    Args:
        share, seed, order: of the recipe, for the validation part.

    Raises:
        DatasetError: a source is neither a DATASET nor a table.
        Cancelled: at once, even while a file is waited for.
    """
    samples, remarks = listed(sources, progress)
    started = time.monotonic()
    read: list[Sample] = []
    failed: list[tuple[Path, str]] = []
    outcomes = on_a_pool(_checked, samples, progress)
    for done, (sample, outcome) in enumerate(zip(samples, outcomes, strict=True), start=1):
        if isinstance(outcome, ScanError):
            failed.append((sample.path, str(outcome)))
        else:
            read.append(outcome)
        progress.report(done / len(samples), f"checked {done} of {len(samples)}")
    seconds = time.monotonic() - started
    used, more = settled(read, share, seed, order)
    remarks += [*unreadable(samples, failed), *more]
    return Inspection(tuple(sources), tuple(used), _fatal_first(remarks), _patients(used), seconds)


def load_and_split(
    sources: Sequence[Path], spec: Preprocessing, share: float, seed: int, order: Order, progress: Progress
) -> tuple[LoadedScans, tuple[Remark, ...]]:
    """Decoded scans with their parts, and what was left out of them or moved: what `inspect` shows.

    Raises:
        DatasetError: nothing is left to train on.
        Cancelled.
    """
    samples, remarks = listed(sources, progress)
    _check_classes(samples)
    loaded = dataset.load(samples, spec, progress)
    used, more = settled(loaded.samples, share, seed, order)
    told = _fatal_first([*remarks, *unreadable(samples, loaded.failed), *more])
    if told and told[0].fatal:
        raise DatasetError(describe(told[0]), "add scans, or another DATASET")
    pixels = _only(loaded.pixels, loaded.samples, used)
    return LoadedScans(used, pixels, loaded.failed), told


def describe(remark: Remark) -> str:
    """The remark and what is done about it, in one line of plain English."""
    n, about, is_one = remark.count, remark.about, remark.count == 1
    files, rows, people = (f"{n:,} {word}{'' if is_one else 's'}" for word in ("file", "row", "patient"))
    have, are, they = ("has", "is", "it is") if is_one else ("have", "are", "they are")
    words = {
        "unreadable": f"{files} cannot be read; {they} left out",
        "duplicate": f"{files} {are} a copy of another; each scan is used once",
        "contradiction": f"{files} {have} the same content as one with the other label; {they} left out",
        "shared-patient": f"{people} {are} in the validation or test part too; "
        f"{len(remark.files):,} of their scans are left out of what the model learns from",
        "small-validation": f"val/ has only {n} scans, which says too little; they join train/, "
        "and other patients are split off for validation",
        "no-validation": "there is no val/; some of the patients are split off for validation",
        "missing-class": f"there are no scans of {about}"
        + (": it takes both classes" if remark.fatal else "; it is used all the same"),
        "few-patients": f"{people} {are} too few to split off a validation part",
        "not-found": f"{files} of the table {are} not there; {they} left out",
        "bad-label": f"{rows} of the table {have} a label that is neither class; {they} left out: {about}",
        "one-name": "another DATASET has this name too; a number tells them apart",
    }[remark.kind]
    return f"{remark.dataset}: {words}" if remark.dataset else words


def _check_classes(samples: Sequence[Sample]) -> None:
    if missing := missing_classes(samples):
        raise DatasetError(describe(missing[0]), LAYOUT)


def _checked(sample: Sample) -> Sample | ScanError:
    try:
        return decoded(sample, Preprocessing())[0]
    except ScanError as error:
        return error


def _fatal_first(remarks: list[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(remarks, key=lambda remark: not remark.fatal))


def _patients(samples: Sequence[Sample]) -> dict[tuple[str, Split], int]:
    people: dict[tuple[str, Split], set[str]] = {
        (name, part): set() for name in dict.fromkeys(sample.dataset for sample in samples) for part in SPLITS
    }
    for sample in samples:
        people[sample.dataset, sample.split].add(sample.patient)
    return {of: len(who) for of, who in people.items()}


def _only(pixels: NDArray[np.uint8], samples: Sequence[Sample], used: Sequence[Sample]) -> NDArray[np.uint8]:
    """The pictures uint8 [n, ...] of those that are used, which stand in the same order.

    They are moved up in place: there may be no room for them twice. Samples of one path have one picture.
    """
    row = 0
    for to, sample in enumerate(used):
        while samples[row].path != sample.path:
            row += 1
        if row != to:
            pixels[to] = pixels[row]
        row += 1
    return pixels[: len(used)]
