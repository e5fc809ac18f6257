"""A table of scans and labels: a CSV with a row a scan, as public sets and spreadsheets have it."""

from __future__ import annotations

import csv
import io
import locale
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.datasets.columns import columns_of, split_of
from core.datasets.dataset import Sample, Split, sample_at
from core.datasets.places import places_of
from core.errors import DatasetError
from core.files import write_whole
from core.model.checkpoint import CLASSES
from core.progress import NullProgress, Progress

#: A larger one is no list of scans.
_MOST_BYTES = 200 << 20

#: A label that is neither class is told with so many letters.
_LONGEST_WORD = 60


@dataclass(frozen=True)
class TableRows:
    """What a table says.

    Attributes:
        samples: rows whose file is there and whose label is one of the two classes, in their order. Rows that
            say the same of one file, such as those of boxes drawn in it, are one.
        not_found: files that are not there, as the table has them; those only that have such a label.
        bad_labels: labels that are neither class, the most frequent first, and how many rows have each.
    """

    samples: list[Sample]
    not_found: list[Path] = field(default_factory=list)
    bad_labels: Mapping[str, int] = field(default_factory=dict)


def table_in(folder: Path) -> Path | None:
    """The one table directly in a folder; None where there is none.

    Raises:
        DatasetError: there is more than one.
    """
    found = [
        path
        for path in sorted(folder.glob("*"))
        if path.suffix.lower() == ".csv" and not path.name.startswith(".") and os.path.isfile(path)
    ]
    if len(found) > 1:
        raise DatasetError(
            f"{folder.name} has {len(found)} tables: {found[0].name}, {found[1].name}…",
            "choose the table itself, not its folder",
        )
    return found[0] if found else None


def read_table(path: Path, progress: Progress | None = None) -> TableRows:
    """The labelled scans that a table names.

    The first row names the columns, in any order: one for the file, one for the label, and perhaps the
    patient, the split, the DATASET and the SHA-256 of what was labelled. `core.datasets.columns` says which
    names and labels are understood, `core.datasets.places` where the files may lie. Comma, semicolon and tab
    are told apart, as are UTF-8, UTF-16 and the system's own code page. A table that is called `train`, `val`
    or `test` is that part where no column says more; its DATASET is called like its folder.

    Raises:
        DatasetError: it cannot be read, has no such columns, or names no scan that can be used.
        Cancelled.
    """
    progress = progress or NullProgress()
    rows = _rows(_text(path))
    head = next(rows, [])
    columns = columns_of(head)
    if columns.missing:
        raise DatasetError(
            f"{path.name} has no column for the {columns.missing}",
            "its first row names the columns, such as: file, label",
        )
    part = split_of(path.stem) or "train"
    name = path.resolve().parent.name or path.stem
    bad: Counter[str] = Counter()
    # By file as the table has it, label and split, with patient, DATASET and SHA-256: each is one scan
    said: dict[tuple[str, int, str], tuple[str, str, str]] = {}
    for row in rows:
        if not (file := columns.text("file", row)).strip():
            continue
        label, words = columns.label(row)
        if label is None:
            bad[" ".join(_shown(words).split())[:_LONGEST_WORD]] += 1
            continue
        where = columns.text("split", row).strip()
        patient, dataset = columns.text("patient", row).strip(), columns.text("dataset", row).strip()
        sha256 = columns.text("sha256", row).strip().lower()
        said.setdefault((file, label, where), (patient, dataset, sha256))
    progress.check()
    places = places_of((file for file, *_ in said), path.parent, progress)
    samples: dict[tuple[str, int, Split], Sample] = {}
    not_found: dict[str, None] = {}
    for (file, label, where), (patient, dataset, sha256) in said.items():
        if (at := places.get(file)) is None:
            not_found[file] = None
        else:
            split = (split_of(where) if where else None) or part
            if (at, label, split) not in samples:
                samples[at, label, split] = sample_at(
                    Path(at), label, dataset or name, split, patient, sha256
                )
    if not samples:
        raise _of_no_use(path, list(not_found), bad)
    missing = [Path(_shown(file)) for file in not_found]
    return TableRows(list(samples.values()), missing, dict(bad.most_common()))


def write_table(path: Path, samples: Sequence[Sample], *, private: bool = False) -> None:
    """Write samples so that `read_table` gives them back: paths are absolute.

    Args:
        private: as `write_whole` takes it.

    Raises:
        LungfieldError: the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("path", "label", "patient", "dataset", "split", "sha256"))
    for each in samples:
        where = str(each.path.absolute())
        patient = "" if each.is_guess else each.patient
        writer.writerow((where, CLASSES[each.label], patient, each.dataset, each.split, each.sha256))
    write_whole(path, text.getvalue().encode("utf-8", "surrogateescape"), private=private)


def _of_no_use(path: Path, not_found: Sequence[str], bad: Counter[str]) -> DatasetError:
    reasons = []
    if not_found:
        reasons.append(f"{len(not_found)} files are not there, such as {_shown(not_found[0])}")
    if bad:
        word, _ = bad.most_common(1)[0]
        reasons.append(f"{bad.total()} labels are neither NORMAL nor PNEUMONIA, such as {word!r}")
    return DatasetError(f"{path.name} names no scan that can be used", "; ".join(reasons))


def _text(path: Path) -> str:
    """The table's text; bytes that are no text stand in it as Python has them in the names of files."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DatasetError(f"{path.name} is too large to be a table of scans")
        content = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path.name} cannot be read", error.strerror or "") from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise DatasetError(f"{path.name} is not a table of text", "save it as CSV")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _of_spreadsheet(content)


def _of_spreadsheet(content: bytes) -> str:
    """Text in the system's code page, as spreadsheets save CSV; where that is UTF-8, in the usual one."""
    page = locale.getencoding()
    if page.lower().replace("-", "") in ("utf8", "ascii", "usascii", "ansix3.41968"):
        page = "cp1252"
    try:
        return content.decode(page)
    except UnicodeDecodeError:
        return content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")


def _rows(text: str) -> Iterator[list[str]]:
    """Rows that say something; the first is the columns' names."""
    first = text.lstrip().partition("\n")[0]
    if first[:4].lower() == "sep=":  # a spreadsheet's own word to itself
        delimiter = first[4:5] or "\t"
        text = text.lstrip().partition("\n")[2]
    else:
        delimiter = max(",;\t", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if "".join(row).strip():
                yield row
    except csv.Error as error:
        raise DatasetError("the table is damaged", str(error)) from error


def _shown(text: str) -> str:
    """As it can be shown: without halves of letters."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
