"""Whose scans are whose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from core.datasets.inspection import inspect
from core.datasets.patients import patient_groups
from core.datasets.table import write_table
from core.export.dataset import write_dataset as export
from core.model.checkpoint import CLASSES
from core.progress import NullProgress
from core.review import Review
from tests.core.export.scans import dicom_file, item
from tests.datasets import sample_of, write_dataset


def test_identical_files_join_their_patients():
    samples = [
        sample_of("p1", sha256="x"),
        sample_of("p2", sha256="x"),
        sample_of("p2", sha256="y"),
        sample_of("p3"),
    ]
    one, two, three, four = patient_groups(samples)
    assert one == two == three != four


def test_the_same_name_in_two_datasets_is_two_patients():
    first, second = patient_groups([sample_of("p1", dataset="a"), sample_of("p1", dataset="b")])
    assert first != second


@pytest.mark.parametrize("by", ["folder", "table"])
def test_who_is_one_patient_to_a_person_stays_so_whatever_dicom_says(tmp_path: Path, by: str) -> None:
    """Whoever makes files anonymous may give each an ID of its own."""
    root = tmp_path / "ward"
    for patient in range(16):
        folder = root / CLASSES[patient % 2] / f"patient{patient}"
        folder.mkdir(parents=True)
        for n in range(3):
            dicom_file(folder / f"{n}.dcm", 3 * patient + n, (80, 90), PatientID=f"{patient} {n}")
    source = root
    if by == "table":
        source = tmp_path / "ward.csv"
        write_table(source, inspect([root], 0.2, 0, "random", NullProgress()).samples)
    found = inspect([source], 0.2, 0, "random", NullProgress())
    parts: dict[str, set[str]] = {}
    for sample in found.samples:
        parts.setdefault(sample.path.parent.name, set()).add(sample.split)
    assert len(found.samples) == 48
    assert sorted(map(len, parts.values())) == [1] * 16


def test_one_dicom_patient_in_two_folders_is_one_patient() -> None:
    one, two = (replace(sample_of(p), is_guess=False).as_read(p, "ab" * 8) for p in ("anna", "anna again"))
    same, same_too, other = patient_groups([one, two, sample_of("ben")])
    assert same == same_too != other


def test_a_file_called_like_others_is_whose_dicom_says() -> None:
    """`0.dcm` of a folder without folders for patients says nothing."""
    guess = replace(sample_of("0"), is_guess=True)
    first, second = patient_groups([guess.as_read("x", "ab" * 8), guess.as_read("y", "cd" * 8)])
    assert first != second


def test_exported_scans_are_of_their_original_and_of_its_patient(tmp_path: Path) -> None:
    """Corrections of test scans are not learnt from beside the set that they are of."""
    root = tmp_path / "set"
    for part, start in (("train", 1), ("test", 300)):
        write_dataset(root / part, 24, first=start, start=start)
    tested = sorted((root / "test").rglob("*.png"))
    for path in tested:  # or the export would be the same file
        cv2.imwrite(str(path), cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), [cv2.IMWRITE_PNG_COMPRESSION, 0])
    exported = [item(path, review=Review(path.parent.name)) for path in tested[::2]]
    export(tmp_path / "corrections", exported, False, NullProgress())
    found = inspect([root, tmp_path / "corrections"], 0.2, 0, "random", NullProgress())
    assert not [s for s in found.samples if s.dataset == "corrections"]
    assert {remark.kind: remark.count for remark in found.remarks if remark.dataset == "corrections"} == {
        "duplicate": len(exported)
    }


def test_a_correction_counts_unless_its_scan_is_held_back(tmp_path: Path) -> None:
    root = tmp_path / "set"
    for part, start in (("train", 1), ("test", 300)):
        write_dataset(root / part, 24, first=start, start=start)
    for path in root.rglob("*.png"):  # or the export would be the same file
        cv2.imwrite(str(path), cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), [cv2.IMWRITE_PNG_COMPRESSION, 0])
    opposite = dict(zip(CLASSES, reversed(CLASSES), strict=True))
    reviewed = sorted(root.rglob("*.png"))[::2]
    given = [item(path, review=Review(opposite[path.parent.name])) for path in reviewed]
    export(tmp_path / "corrections", given, False, NullProgress())
    found = inspect([root, tmp_path / "corrections"], 0.2, 0, "random", NullProgress())
    used = {sample.path: sample for sample in found.samples}
    held = [path for path in reviewed if path.parent.parent.name == "test"]
    assert len(held) == 24
    assert all((CLASSES[used[path].label], used[path].split) == (path.parent.name, "test") for path in held)
    assert len([sample for sample in found.samples if sample.dataset == "corrections"]) == 24
    assert not [path for path in reviewed if path in used and path not in held]


def test_an_exported_scan_keeps_its_patients_other_scans_from_training(tmp_path: Path) -> None:
    """Where the export is what is tested on."""
    root = write_dataset(tmp_path / "set", 24)
    first = sorted((root / "NORMAL").iterdir())[0]
    (tmp_path / "elsewhere").mkdir()
    other = first.rename(tmp_path / "elsewhere" / first.name)
    export(tmp_path / "tested", [item(other, review=Review("NORMAL"))], False, NullProgress())
    (tmp_path / "tested" / "train").rename(tmp_path / "tested" / "test")
    found = inspect([root, tmp_path / "tested"], 0.2, 0, "random", NullProgress())
    assert [s.split for s in found.samples if s.dataset == "tested"] == ["test"]
    patient = first.name.partition("_")[0]
    assert patient not in {s.patient for s in found.samples if s.dataset == "set"}
