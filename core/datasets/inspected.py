"""What was found in DATASETs before anything is trained or scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.datasets.dataset import SPLITS, Sample, Split

#: What may be said of DATASETs, and what is done about it:
#: - unreadable: left out
#: - duplicate: byte-identical files with one label; one of them is used
#: - contradiction: byte-identical files with two labels; all of them are left out
#: - shared-patient: a patient on both sides of a split; left out of the side that the model learns from
#: - small-validation: a `val/` of too few scans joins `train/`, and validation is split off by patient
#: - no-validation: there is none; it is split off by patient
#: - missing-class: a DATASET, or a part of it, has scans of one class only (fatal where none has the other)
#: - few-patients: too few patients of a class to split; fatal
#: - not-found: a row of a table names a file that is not there; left out
#: - bad-label: rows of a table have labels that are neither class; left out. `about` has the commonest of
#:   these, each with how many rows have it
#: - one-name: two DATASETs have one name; they are told apart by a number
RemarkKind = Literal[
    "unreadable",
    "duplicate",
    "contradiction",
    "shared-patient",
    "small-validation",
    "no-validation",
    "missing-class",
    "few-patients",
    "not-found",
    "bad-label",
    "one-name",
]


@dataclass(frozen=True)
class Remark:
    """One thing that was found.

    Attributes:
        dataset: where; empty: in none of them.
        count: of scans (of patients for "shared-patient").
        fatal: nothing can be trained with this.
        about: which class, part or value it is about, where that matters; else empty.
        files: the files it concerns, with a reason each where there is one; may be empty.
    """

    kind: RemarkKind
    dataset: str
    count: int = 0
    fatal: bool = False
    about: str = ""
    files: tuple[tuple[Path, str], ...] = ()


@dataclass(frozen=True)
class Inspection:
    """What a run on these sources would learn from.

    Attributes:
        sources: as they were given.
        samples: what is used, each with the split that the run will use; empty where nothing can be.
        remarks: the fatal ones first.
        patients: by DATASET and part, how many.
        seconds: how long decoding took, for the estimate.
    """

    sources: tuple[Path, ...]
    samples: tuple[Sample, ...]
    remarks: tuple[Remark, ...] = ()
    patients: Mapping[tuple[str, Split], int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def can_start(self) -> bool:
        return bool(self.samples) and not any(remark.fatal for remark in self.remarks)

    def counts(self, dataset: str, split: Split) -> tuple[int, int]:
        """Scans that are NORMAL and PNEUMONIA."""
        labels = [s.label for s in self.samples if s.dataset == dataset and s.split == split]
        return labels.count(0), labels.count(1)

    @property
    def datasets(self) -> list[str]:
        return list(dict.fromkeys(sample.dataset for sample in self.samples))


def counted(samples: Sequence[Sample]) -> list[str]:
    """A line for each DATASET: its scans by part and class."""
    lines = []
    for name in dict.fromkeys(sample.dataset for sample in samples):
        parts = []
        for part in SPLITS:
            labels = [s.label for s in samples if s.dataset == name and s.split == part]
            if labels:
                parts.append(f"{part} {labels.count(0)} normal, {labels.count(1)} pneumonia")
        lines.append(f"{name}: {'; '.join(parts)}")
    return lines
