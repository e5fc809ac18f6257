"""What the columns and the labels of a table mean, in the words of public sets and spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from core.datasets.dataset import Split

What = Literal["file", "label", "pneumonia", "normal", "patient", "split", "dataset", "sha256"]

#: Columns by what they are called, in lower case, letters and digits only; the first that is there counts.
#: `pneumonia` and `normal` are read where there is no column for the label: sets with a column a finding.
# fmt: off
_NAMES: Mapping[What, tuple[str, ...]] = {
    "file": (
        "path", "filepath", "file", "filename", "image", "imagepath", "imagefile", "imagefilename",
        "imagename", "imageindex", "imageid", "img", "imgpath", "imgname", "xrayimagename", "scan",
        "scanpath", "dicom", "dicompath", "dicomid", "sopinstanceuid", "id", "patientid",
    ),
    "label": (
        "label", "labels", "finding", "findinglabels", "findings", "class", "classname", "category",
        "diagnosis", "target",
    ),
    "pneumonia": ("pneumonia", "haspneumonia", "ispneumonia"),
    "normal": ("normal", "nofinding", "nofindings"),
    "patient": ("patient", "patientid", "subject", "subjectid", "patientnumber", "person", "personid"),
    "split": ("split", "part", "partition", "subset", "datasettype", "fold", "set"),
    "dataset": ("dataset", "source"),
    "sha256": ("sha256",),
}

#: What a label may say, in lower case, with spaces for _ and -.
_NORMAL = frozenset((
    "normal", "healthy", "no finding", "no findings", "no pneumonia", "not pneumonia", "non pneumonia",
    "negative", "no", "false", "0", "0.0",
))
_PNEUMONIA = frozenset((
    "pneumonia", "pnemonia", "bacterial pneumonia", "viral pneumonia", "bacterial", "viral", "bacteria",
    "virus", "lung opacity", "positive", "yes", "true", "1", "1.0",
))
# fmt: on

_SPLITS: Mapping[str, Split] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validate", "validation", "dev", "eval"), "val"),
    **dict.fromkeys(("test", "testing", "holdout", "held out"), "test"),
}


@dataclass(frozen=True)
class Columns:
    """Where a table has what; `at` is the column's number, 0-based."""

    at: Mapping[What, int]

    @property
    def missing(self) -> str:
        """What no table can do without and this one lacks: "file", "label" or nothing."""
        if "file" not in self.at:
            return "file"
        return "" if "label" in self.at or "pneumonia" in self.at else "label"

    def text(self, what: What, row: Sequence[str]) -> str:
        """What a row says there; empty where it has no such column."""
        at = self.at.get(what, len(row))
        return row[at] if at < len(row) else ""

    def label(self, row: Sequence[str]) -> tuple[int | None, str]:
        """The class, None where it is neither; and the words it was told by."""
        if "label" in self.at:
            said = self.text("label", row)
            return label_of(said), said
        pneumonia, normal = self.text("pneumonia", row), self.text("normal", row)
        label = label_of(pneumonia)
        if "normal" in self.at and label != 1:
            # No pneumonia does not make a scan normal where the table knows of other findings
            label = 0 if label_of(normal) == 1 else None
        return label, f"pneumonia {pneumonia or 'not given'}"


def columns_of(head: Sequence[str]) -> Columns:
    """What the first row of a table names. `patientId` is the file where nothing else is."""
    names = ["".join(letter for letter in cell.casefold() if letter.isalnum()) for cell in head]
    at: dict[What, int] = {}
    for what, words in _NAMES.items():
        column = next((names.index(word) for word in words if word in names), None)
        if column is not None and column not in at.values():
            at[what] = column
    return Columns(at)


@lru_cache(maxsize=4096)
def label_of(text: str) -> int | None:
    """0 NORMAL, 1 PNEUMONIA, None for anything else.

    Of several findings (with | ; , / between) pneumonia has to be one, or all have to say that there is none.
    """
    plain = _plain(text).strip("[]'\" ")
    words = [" ".join(word.strip("'\" ").split()) for word in re.split(r"[|;,/]", plain)]
    if all(word in _NORMAL for word in words):
        return 0
    is_contrary = any(word in _NORMAL for word in words)
    return 1 if any(word in _PNEUMONIA for word in words) and not is_contrary else None


def split_of(text: str) -> Split | None:
    """The part that a word names; None where it names none."""
    return _SPLITS.get(_plain(text).strip())


def _plain(text: str) -> str:
    """In lower case, with blanks in words such as non-pneumonia; -1 stays what it is."""
    return re.sub(r"(?<=[^\W\d])[-_](?=[^\W\d])", " ", text.casefold())
