"""Who is learnt from, who is validated on, and who is left out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from core.datasets.dataset import find_samples
from core.datasets.splitting import split
from core.errors import DatasetError
from tests.datasets import sample_of


def _many(patients, dataset="a"):
    """Three scans of each patient; every fourth patient is NORMAL."""
    return [
        sample_of(f"p{n}", int(n % 4 > 0), sha256=f"{n}-{k}", dataset=dataset)
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
    given = [sample_of(f"v{n}", n % 2, "val", f"v{n}") for n in range(16)]
    divided = split(_many(60) + given, 0.1, seed=0)
    assert {s.split for s in divided if s.patient.startswith("v")} == {"train", "val"}
    assert len(divided) == 196


def test_a_large_validation_folder_is_kept_and_its_patients_leave_training():
    given = [sample_of(f"v{n}", n % 2, "val", f"v{n}") for n in range(60)] + [
        sample_of("p1", 1, "val", "new")
    ]
    divided = split(_many(60) + given, 0.1, seed=0)
    assert sum(s.split == "val" for s in divided) == 61
    assert not any(s.patient == "p1" and s.split == "train" for s in divided)


def test_patients_of_the_test_folder_are_never_learnt_from():
    test = [sample_of("p7", 1, "test", "t"), sample_of("q", 0, "test", "8-0")]
    divided = split(_many(60) + test, 0.1, seed=0)
    # p7 by name, p8 because one of its files is byte for byte a test scan
    assert {s.patient for s in divided if s.patient in {"p7", "p8"}} == {"p7"}
    assert [s.split for s in divided if s.patient == "p7"] == ["test"]


def test_the_first_by_number_are_of_each_kind_of_name_in_each_class():
    samples = [
        sample_of(f"{kind}{n}", label, sha256=f"{kind}{n}-{k}")
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
    samples = [*_many(60), sample_of("p59", 1, sha256="1-0")]
    divided = split(samples, 0.1, seed=0, order="first")
    assert "p1" in {s.patient for s in divided if s.split == "val"}
    assert "p59" not in {s.patient for s in divided if s.split == "train"}


def test_a_split_of_nobody_is_refused():
    for order in ("random", "first"):
        with pytest.raises(DatasetError, match="too few patients"):
            split([sample_of("p1", 0), sample_of("p2", 1)], 0.1, seed=0, order=order)


def test_the_real_sets_split_by_patient(data_root):
    samples = find_samples(data_root / "paediatric")
    assert Counter(s.label for s in samples) == {0: 1341, 1: 3875}
    divided = split(samples, 0.1, seed=0)
    train = {s.patient for s in divided if s.split == "train"}
    val = {s.patient for s in divided if s.split == "val"}
    assert not train & val
    assert 0.08 < sum(s.split == "val" for s in divided) / len(divided) < 0.12
