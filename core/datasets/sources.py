"""Which scans there are in what a person gives: folders laid out as DATASETs, and tables of labels."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.datasets.dataset import Sample, has_class_folders, scans_in
from core.datasets.inspected import Remark
from core.datasets.table import read_table, table_in
from core.errors import DatasetError
from core.progress import Progress

LAYOUT = "a DATASET has NORMAL/ and PNEUMONIA/, or train/, val/ and test/ with those, or is a table of labels"

#: So many labels that are neither class are named, the most frequent first.
_MOST_WORDS = 6


def listed(sources: Sequence[Path], progress: Progress) -> tuple[list[Sample], list[Remark]]:
    """The scans of all sources, not yet opened, and what is odd about them so far.

    What lies in one folder and has one name is one DATASET: `train.csv` and `test.csv` belong together. Of
    others with one name each after the first gets a number.

    Raises:
        DatasetError: a source is neither, cannot be read, or has no scan that can be used.
        Cancelled: between two folders.
    """
    samples: list[Sample] = []
    remarks: list[Remark] = []
    names: dict[tuple[Path, str], str] = {}
    for source in dict.fromkeys(sources):
        own, odd = _scans_of(source, progress)
        root = source.resolve() if os.path.isdir(source) else source.resolve().parent
        for name in dict.fromkeys(sample.dataset for sample in own):
            if (root, name) not in names:
                free = _free(name, set(names.values()))
                names[root, name] = free
                if free != name:
                    remarks.append(Remark("one-name", free))
        number = sources.index(source)
        samples += [replace(s, dataset=names[root, s.dataset], source=number) for s in own]
        remarks += [replace(each, dataset=names.get((root, each.dataset), each.dataset)) for each in odd]
    return samples, remarks


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free = f"{name} ({number})"
        number += 1
    return free


def _scans_of(source: Path, progress: Progress) -> tuple[list[Sample], list[Remark]]:
    is_folder = opens_as_folder(source)
    if is_folder and has_class_folders(source):
        return scans_in(source, progress), []
    table = table_in(source) if is_folder else source
    if table is None:
        raise DatasetError(f"the folder {source} is no DATASET", LAYOUT)
    rows = read_table(table, progress)
    name = rows.samples[0].dataset
    remarks = []
    if rows.not_found:
        files = tuple((path, "") for path in rows.not_found)
        remarks.append(Remark("not-found", name, len(files), files=files))
    if rows.bad_labels:
        words = [f"{word or '(empty)'} ({n})" for word, n in list(rows.bad_labels.items())[:_MOST_WORDS]]
        more = ["…"] if len(rows.bad_labels) > _MOST_WORDS else []
        count = sum(rows.bad_labels.values())
        remarks.append(Remark("bad-label", name, count, about=", ".join(words + more)))
    return rows.samples, remarks


def opens_as_folder(source: Path) -> bool:
    """Whether it is a folder, which may then be searched; else it is a file.

    Raises:
        DatasetError: there is no such thing, or it cannot be looked at.
    """
    try:
        is_folder = stat.S_ISDIR(source.stat().st_mode)
        if is_folder:
            os.scandir(source).close()
    except (FileNotFoundError, NotADirectoryError):
        raise DatasetError(f"no such folder or table: {source}", LAYOUT) from None
    except OSError as error:
        raise DatasetError(
            f"{source} cannot be opened: {error.strerror}", "ask for permission, or leave it out"
        ) from None
    return is_folder
