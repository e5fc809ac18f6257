"""A table of scans and labels: a CSV with a row a scan, as public sets and spreadsheets have it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.datasets.dataset import SPLITS, Sample, Split, patient_of
from core.errors import DatasetError
from core.files import write_whole

#: Columns by what they are called, in lower case, letters and digits only; the first that is there.
_FILE = ("path", "file", "filename", "filepath", "image", "imageindex", "imagename", "imagepath", "patientid")
_LABEL = ("label", "labels", "finding", "findings", "findinglabels", "class", "diagnosis", "target")
_PATIENT = ("patient", "patientid", "subject", "subjectid", "patientnumber", "personid")
_SPLIT = ("split", "part", "subset", "fold", "set")
_DATASET = ("dataset", "source")

#: What a label may say, in lower case. Of several findings (| or ; or / between) one suffices.
_NORMAL_WORDS = frozenset(
    ("normal", "0", "0.0", "no finding", "no findings", "healthy", "negative", "no pneumonia", "false", "no")
)
_PNEUMONIA_WORDS = frozenset(
    ("pneumonia", "1", "1.0", "bacteria", "virus", "bacterial pneumonia", "viral pneumonia", "positive")
) | frozenset(("lung opacity", "true", "yes"))
_SPLIT_WORDS: Mapping[str, Split] = {
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
    "holdout": "test",
}

#: Tried in this order where a file has no ending, or lies elsewhere below the table's folder.
_ENDINGS = ("", ".png", ".jpg", ".jpeg", ".dcm", ".tif", ".tiff", ".bmp")

#: A larger one is no list of scans.
_MOST_BYTES = 200 << 20


@dataclass(frozen=True)
class TableRows:
    """What a table says.

    Attributes:
        samples: rows whose file is there and whose label is one of the two classes.
        not_found: files that are not there, as the table has them.
        bad_labels: labels that are neither class, and how many rows have each.
    """

    samples: list[Sample]
    not_found: list[Path] = field(default_factory=list)
    bad_labels: Mapping[str, int] = field(default_factory=dict)


def table_in(folder: Path) -> Path | None:
    """The one table directly in a folder; None where there is none, or more than one."""
    found = [path for path in sorted(folder.glob("*")) if path.suffix.lower() == ".csv" and path.is_file()]
    return found[0] if len(found) == 1 else None


def read_table(path: Path) -> TableRows:
    """The labelled scans that a table names, in its order.

    The first row names the columns: one for the file, one for the label, and perhaps the patient, the split
    and the DATASET. A file is taken relative to the table's folder; without an ending, or in a folder below,
    it is found too. Commas, semicolons and tabs, UTF-8 and what older spreadsheets write are told apart.

    Raises:
        DatasetError: it cannot be read, has no such columns, or names no scan that is there.
    """
    rows = _rows(_text(path))
    head = next(rows, [])
    columns = _columns(head)
    if "file" not in columns or "label" not in columns:
        raise DatasetError(
            f"{path.name} has no column for the {'file' if 'file' not in columns else 'label'}",
            "its first row names the columns, such as: file, label",
        )
    places = _Places(path.parent)
    samples, not_found, bad = [], [], Counter[str]()
    for row in rows:
        said = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
        if not said.get("file"):
            continue
        label = label_of(said.get("label", ""))
        if label is None:
            bad[said.get("label", "")[:60]] += 1
        elif (file := places.find(said["file"])) is None:
            not_found.append(Path(said["file"]))
        else:
            samples.append(_sample(file, label, said, path))
    if not samples:
        raise DatasetError(
            f"{path.name} names no scan that can be used",
            f"{len(not_found)} files are not there, {sum(bad.values())} labels are neither class",
        )
    return TableRows(samples, not_found, dict(bad.most_common()))


def write_table(path: Path, samples: Sequence[Sample]) -> None:
    """Write samples so that `read_table` gives them back: absolute paths, label, patient, dataset and split.

    Raises:
        LungfieldError: the file cannot be written.
    """
    from core.model.checkpoint import CLASSES

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("path", "label", "patient", "dataset", "split"))
    for each in samples:
        where = str(each.path.absolute())
        writer.writerow((where, CLASSES[each.label], each.patient, each.dataset, each.split))
    write_whole(path, text.getvalue().encode("utf-8", "surrogateescape"))


def label_of(text: str) -> int | None:
    """0 NORMAL, 1 PNEUMONIA, None for anything else; of several findings, whether pneumonia is among them."""
    words = [part.strip().casefold() for part in text.replace("|", ";").replace("/", ";").split(";")]
    if any(word in _PNEUMONIA_WORDS for word in words):
        return 1
    return 0 if words and all(word in _NORMAL_WORDS for word in words) else None


def _sample(file: Path, label: int, said: Mapping[str, str], table: Path) -> Sample:
    dataset = said.get("dataset") or (table.parent.resolve().name if table.parent.name else table.stem)
    split = _SPLIT_WORDS.get(said.get("split", "").casefold(), "train")
    assert split in SPLITS
    return Sample(file, label, dataset, split, said.get("patient") or patient_of(file))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DatasetError(f"{path.name} is too large to be a table of scans")
        content = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path.name} cannot be read", error.strerror or "") from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig", "surrogateescape" if b"\0" not in content else "strict")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path.name} is not a table", "save it as CSV") from error


def _rows(text: str) -> Iterator[list[str]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise DatasetError("the table is damaged", str(error)) from error


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Which column is what; none is two things: `patientId` is the file only where no other is."""
    names = ["".join(letter for letter in cell.casefold() if letter.isalnum()) for cell in head]
    columns: dict[str, int] = {}
    wanted = {"file": _FILE, "label": _LABEL, "patient": _PATIENT, "split": _SPLIT, "dataset": _DATASET}
    for what, words in wanted.items():
        at = next((names.index(word) for word in words if word in names), None)
        if at is not None and (what != "patient" or at != columns.get("file")):
            columns[what] = at
    return columns


class _Places:
    """Finds the files of a table: where it says, else by their name anywhere below its folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._below: dict[str, Path] | None = None
        self._listed: dict[Path, frozenset[str]] = {}

    def find(self, text: str) -> Path | None:
        named = self._folder / text.replace("\\", "/")
        for ending in _ENDINGS:
            file = named.with_name(named.name + ending) if named.name else named
            if self._is_there(file):
                return file
        below = self._all_below()
        return next((below[named.name + e] for e in _ENDINGS if named.name + e in below), None)

    def _is_there(self, file: Path) -> bool:
        """By listing each folder once: asking for 100,000 files one by one takes long on a share."""
        folder = file.parent
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(each.name for each in folder.iterdir())
            except OSError:
                self._listed[folder] = frozenset()
        return file.name in self._listed[folder]

    def _all_below(self) -> dict[str, Path]:
        if self._below is None:
            self._below = {}
            for file in self._folder.rglob("*"):
                self._below.setdefault(file.name, file)
        return self._below
