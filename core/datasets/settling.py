"""Which of the scans that could be read are used, and in which part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.datasets.dataset import Sample, Split
from core.datasets.inspected import Remark, RemarkKind
from core.datasets.patients import contents, is_exported, patient_groups
from core.datasets.splitting import LEFT_OUT, SMALLEST_VALIDATION, Order, parts_of, without
from core.errors import DatasetError
from core.model.checkpoint import CLASSES

#: Of copies the one in the first of these stays.
_HELD_BACK: tuple[Split, ...] = ("test", "val", "train")


def settled(
    samples: Sequence[Sample], share: float, seed: int, order: Order = "random"
) -> tuple[list[Sample], list[Remark]]:
    """The samples that are used, in the order given, each with the part that it is used in; and what there is
    to say of the others.

    Files of one content count once, and not at all where their labels differ; identical files under two names
    make two patients one. Nobody is learnt from who is in the validation or test part of any DATASET.

    Args:
        samples: all that could be read, with their hashes.
        share, seed, order: as for `splitting.split`.
    """
    dropped, remarks = _repeated(samples)
    kept = [i for i in range(len(samples)) if i not in dropped]
    groups = patient_groups(samples)
    parts = np.full(len(samples), LEFT_OUT, "U8")
    for name in dict.fromkeys(samples[i].dataset for i in kept):
        rows = [i for i in kept if samples[i].dataset == name]
        own = [samples[i] for i in rows]
        remarks += _validation_remarks(name, own)
        try:
            parts[rows] = parts_of(own, groups[rows], share, seed, order)
        except DatasetError:
            remarks.append(Remark("few-patients", name, len(np.unique(groups[rows])), fatal=True))
    if any(remark.fatal for remark in remarks):
        return [], remarks
    parts[kept] = without(without(parts[kept], groups[kept], "test"), groups[kept], "val")
    left_out = [i for i in kept if parts[i] == LEFT_OUT]
    for name, files in _by_dataset(samples, left_out).items():
        people = {int(groups[i]) for i in left_out if samples[i].dataset == name}
        remarks.append(Remark("shared-patient", name, len(people), files=files))
    names: dict[str, Split] = {part: part for part in _HELD_BACK}
    used = [replace(samples[i], split=names[part]) for i in kept if (part := str(parts[i])) != LEFT_OUT]
    return used, remarks + _missing_classes(used)


def unreadable(samples: Sequence[Sample], failed: Sequence[tuple[Path, str]]) -> list[Remark]:
    """What to say of the files that could not be read."""
    owner = {sample.path: sample.dataset for sample in samples}
    files: dict[str, dict[Path, str]] = {}
    for path, reason in failed:
        files.setdefault(owner[path], {})[path] = reason
    return [Remark("unreadable", name, len(own), files=tuple(own.items())) for name, own in files.items()]


def missing_classes(samples: Sequence[Sample]) -> list[Remark]:
    """A fatal remark for each class that no sample has at all."""
    return [
        Remark("missing-class", "", fatal=True, about=name)
        for label, name in enumerate(CLASSES)
        if not any(sample.label == label for sample in samples)
    ]


def _repeated(samples: Sequence[Sample]) -> tuple[set[int], list[Remark]]:
    """Rows not used because their content stands there again."""
    by_content: dict[str, list[int]] = {}
    for i, content in enumerate(contents(samples)):
        by_content.setdefault(content, []).append(i)
    copies: list[int] = []
    opposed: list[int] = []
    for rows in by_content.values():
        kept = _uncorrected(samples, rows)
        copies += [i for i in rows if i not in kept]
        if len({samples[i].label for i in kept}) > 1:
            opposed += kept
        else:
            copies += sorted(kept, key=lambda i: _HELD_BACK.index(samples[i].split))[1:]
    kinds: tuple[tuple[RemarkKind, list[int]], ...] = (("contradiction", opposed), ("duplicate", copies))
    remarks = [
        Remark(kind, name, len(files), files=files)
        for kind, rows in kinds
        for name, files in _by_dataset(samples, rows).items()
    ]
    return {*copies, *opposed}, remarks


def _uncorrected(samples: Sequence[Sample], rows: list[int]) -> list[int]:
    """Of rows of one content those that count beside scans that a person reviewed and exported: the person's
    word where the scan is learnt from, the set's own where it is held back."""
    exported = [i for i in rows if is_exported(samples[i])]
    others = [i for i in rows if i not in exported]
    if not exported or not others:
        return rows
    is_learnt = all(samples[i].split == "train" for i in others)
    return exported if is_learnt else others


def _by_dataset(samples: Sequence[Sample], rows: Sequence[int]) -> dict[str, tuple[tuple[Path, str], ...]]:
    files: dict[str, tuple[tuple[Path, str], ...]] = {}
    for name in dict.fromkeys(samples[i].dataset for i in rows):
        files[name] = tuple((samples[i].path, "") for i in rows if samples[i].dataset == name)
    return files


def _validation_remarks(name: str, samples: Sequence[Sample]) -> list[Remark]:
    parts = Counter(sample.split for sample in samples)
    if not parts["train"] and not parts["val"]:
        return []
    if not parts["val"]:
        return [Remark("no-validation", name)]
    return [Remark("small-validation", name, parts["val"])] if parts["val"] < SMALLEST_VALIDATION else []


def _missing_classes(used: Sequence[Sample]) -> list[Remark]:
    """Fatal where a class is not learnt from or not checked on at all; else said of each DATASET, or its test
    part, that lacks one."""
    fatal = missing_classes([sample for sample in used if sample.split == "train"])
    if not fatal:
        missing = missing_classes([sample for sample in used if sample.split == "val"])
        fatal = [replace(remark, about=f"{remark.about} (val)") for remark in missing]
    if fatal:
        return fatal
    remarks = []
    for name in dict.fromkeys(sample.dataset for sample in used):
        own = [sample for sample in used if sample.dataset == name]
        tested = [sample for sample in own if sample.split == "test"]
        remarks += [replace(each, dataset=name, fatal=False) for each in missing_classes(own)]
        if tested and len({sample.label for sample in own}) == 2:
            for each in missing_classes(tested):
                remarks.append(replace(each, dataset=name, fatal=False, about=f"{each.about} (test)"))
    return remarks
