from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.datasets.dataset import Sample, find_samples, load, patient_groups, patient_of, split
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
        ("knee.png", "knee"),
    ],
)
def test_patients_are_told_by_the_names_of_the_public_sets(name, patient):
    assert patient_of(Path("folder", name)) == patient


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


def _sample(patient, label=0, part="train", sha256="", dataset="a"):
    return Sample(Path(f"{dataset}/{label}/{patient}-{sha256}"), label, dataset, part, patient, sha256)


def test_identical_files_join_their_patients():
    samples = [_sample("p1", sha256="x"), _sample("p2", sha256="x"), _sample("p2", sha256="y"), _sample("p3")]
    one, two, three, four = patient_groups(samples)
    assert one == two == three != four


def test_the_same_name_in_two_datasets_is_two_patients():
    first, second = patient_groups([_sample("p1", dataset="a"), _sample("p1", dataset="b")])
    assert first != second


def _many(patients, dataset="a"):
    """Three scans of each patient; every fourth patient is NORMAL."""
    return [
        _sample(f"p{n}", int(n % 4 > 0), sha256=f"{n}-{k}", dataset=dataset)
        for n in range(patients)
        for k in range(3)
    ]


def test_no_patient_stands_on_both_sides():
    divided = split(_many(100) + _many(40, "b"), 0.1, seed=3)
    for dataset in "ab":
        mine = [s for s in divided if s.dataset == dataset]
        train = {s.patient for s in mine if s.split == "train"}
        val = {s.patient for s in mine if s.split == "val"}
        assert train
        assert val
        assert not train & val
        assert len(mine) == (300 if dataset == "a" else 120)
        share = np.mean([s.split == "val" for s in mine])
        assert 0.06 < share < 0.14
        labels = [s.label for s in mine if s.split == "val"]
        assert 0.6 < np.mean(labels) < 0.9


def test_the_split_depends_on_the_seed_alone():
    first, again, other = (split(_many(60), 0.1, seed) for seed in (1, 1, 2))
    assert first == again != other


def test_a_small_validation_folder_joins_training():
    given = [_sample(f"v{n}", n % 2, "val", f"v{n}") for n in range(16)]
    divided = split(_many(60) + given, 0.1, seed=0)
    assert {s.split for s in divided if s.patient.startswith("v")} == {"train", "val"}
    assert len(divided) == 196


def test_a_large_validation_folder_is_kept_and_its_patients_leave_training():
    given = [_sample(f"v{n}", n % 2, "val", f"v{n}") for n in range(60)] + [_sample("p1", 1, "val", "new")]
    divided = split(_many(60) + given, 0.1, seed=0)
    assert sum(s.split == "val" for s in divided) == 61
    assert not any(s.patient == "p1" and s.split == "train" for s in divided)


def test_patients_of_the_test_folder_are_never_learnt_from():
    test = [_sample("p7", 1, "test", "t"), _sample("q", 0, "test", "8-0")]
    divided = split(_many(60) + test, 0.1, seed=0)
    # p7 by name, p8 because one of its files is byte for byte a test scan
    assert {s.patient for s in divided if s.patient in {"p7", "p8"}} == {"p7"}
    assert [s.split for s in divided if s.patient == "p7"] == ["test"]


def test_the_first_by_number_are_of_each_kind_of_name_in_each_class():
    samples = [
        _sample(f"{kind}{n}", label, sha256=f"{kind}{n}-{k}")
        for kind, label, patients in (("IM-", 0, 40), ("NORMAL2-IM-", 0, 20), ("person", 1, 100))
        for n in range(patients)
        for k in range(2)
    ]
    np.random.default_rng(0).shuffle(samples)
    divided = split(samples, 0.1, seed=3, order="first")
    held = {s.patient for s in divided if s.split == "val"}
    assert held == (
        {f"IM-{n}" for n in range(4)}
        | {f"NORMAL2-IM-{n}" for n in range(2)}
        | {f"person{n}" for n in range(10)}
    )
    assert len(divided) == len(samples)
    assert divided == split(samples, 0.1, seed=4, order="first"), "nothing is drawn"


def test_whoever_has_a_copy_among_the_first_is_not_learnt_from():
    samples = [*_many(60), _sample("p59", 1, sha256="1-0")]
    divided = split(samples, 0.1, seed=0, order="first")
    assert "p1" in {s.patient for s in divided if s.split == "val"}
    assert "p59" not in {s.patient for s in divided if s.split == "train"}


def test_a_split_of_nobody_is_refused():
    for order in ("random", "first"):
        with pytest.raises(DatasetError, match="too few patients"):
            split([_sample("p1", 0), _sample("p2", 1)], 0.1, seed=0, order=order)


def test_the_real_sets_split_by_patient(data_root):
    samples = find_samples(data_root / "paediatric")
    assert Counter(s.label for s in samples) == {0: 1341, 1: 3875}
    divided = split(samples, 0.1, seed=0)
    train = {s.patient for s in divided if s.split == "train"}
    val = {s.patient for s in divided if s.split == "val"}
    assert not train & val
    assert 0.08 < sum(s.split == "val" for s in divided) / len(divided) < 0.12
