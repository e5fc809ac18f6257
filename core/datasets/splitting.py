"""Training, validation and test: whole patients at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.datasets.dataset import Sample
from core.datasets.patients import patient_groups
from core.errors import DatasetError

#: Which patients are split off for validation: drawn at random, or the first by number.
Order = Literal["random", "first"]

#: The part of those that are in none: their patient is in one that the model must not learn from.
LEFT_OUT = "left out"

#: A `val/` with fewer scans says too little: it joins `train/` and validation is split off anew.
#: (The public paediatric set has one of 16.)
SMALLEST_VALIDATION = 50


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
