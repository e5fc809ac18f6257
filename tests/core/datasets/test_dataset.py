from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from core.datasets.dataset import find_samples, load, sample_at
from core.errors import DatasetError
from core.imaging.preprocess import Preprocessing
from core.progress import NullProgress
from tests.datasets import write_dataset

SPEC = Preprocessing(64)


@pytest.mark.parametrize(
    ("name", "patient"),
    [
        ("person1063_virus_1765.jpeg", "person1063"),
        ("person1_bacteria_2.jpeg", "person1"),
        ("IM-0249-0001.jpeg", "IM-0249"),
        ("IM-0437-0001-0002.jpeg", "IM-0437"),
        ("NORMAL2-IM-0437-0001.jpeg", "NORMAL2-IM-0437"),
        ("00001543_007.jpeg", "00001543"),
        ("knee.png", os.path.abspath("folder/knee")),
    ],
)
def test_patients_are_told_by_the_names_of_the_public_sets(name, patient):
    sample = sample_at(Path("folder", name), 0, "ward", "train")
    assert (sample.patient, sample.is_guess) == (patient, name == "knee.png")


def test_a_folder_in_a_class_folder_is_a_patient(tmp_path):
    """Whatever its files are called: viewers give the same names to the files of every patient."""
    root = write_dataset(tmp_path / "set", 2)
    for place in (
        "NORMAL/anna/IM-0001-0001.png",
        "PNEUMONIA/anna/later/x.png",
        "NORMAL/ben/IM-0001-0001.png",
    ):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / "NORMAL" / "person1_0.png", root / place)
    patients = {s.path.relative_to(root).as_posix(): s.patient for s in find_samples(root)}
    assert patients == {
        "NORMAL/anna/IM-0001-0001.png": "anna",
        "NORMAL/ben/IM-0001-0001.png": "ben",
        "NORMAL/person1_0.png": "person1",
        "NORMAL/person1_1.png": "person1",
        "PNEUMONIA/anna/later/x.png": "anna",
        "PNEUMONIA/person1001_0.png": "person1001",
        "PNEUMONIA/person1001_1.png": "person1001",
    }


def test_both_layouts_are_found(tmp_path):
    flat = write_dataset(tmp_path / "flat", 2)
    assert Counter((s.split, s.label) for s in find_samples(flat)) == {("train", 0): 2, ("train", 1): 2}
    deep = tmp_path / "deep"
    for part in ("train", "val", "test"):
        write_dataset(deep / part, 2)
    (deep / "train" / "NORMAL" / ".DS_Store").write_bytes(b"x")
    assert Counter((s.split, s.label) for s in find_samples(deep)) == {
        (part, label): 2 for part in ("train", "val", "test") for label in (0, 1)
    }


def test_what_is_no_dataset_is_said(tmp_path):
    with pytest.raises(DatasetError, match="no such folder"):
        find_samples(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="no NORMAL scans"):
        find_samples(tmp_path)
    write_dataset(tmp_path / "half", 2)
    shutil.rmtree(tmp_path / "half" / "PNEUMONIA")
    with pytest.raises(DatasetError, match="no PNEUMONIA scans"):
        find_samples(tmp_path / "half")


def test_unreadable_files_are_left_out_and_told(tmp_path):
    root = write_dataset(tmp_path / "set", 2)
    (root / "NORMAL" / "broken.png").write_bytes(b"not a picture")
    loaded = load(find_samples(root), SPEC, NullProgress())
    assert (len(loaded.samples), loaded.pixels.shape) == (4, (4, 64, 64))
    assert [path.name for path, _ in loaded.failed] == ["broken.png"]
    assert all(len(sample.sha256) == 64 for sample in loaded.samples)
