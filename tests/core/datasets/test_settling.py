"""Which scans are used, and in which part: held for whatever people may have."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets.dataset import Sample
from core.datasets.patients import patient_groups
from core.datasets.settling import settled

SHARE, SEED = 0.25, 3

KEY = "0123456789abcdef"  # as DICOM's patients are told


def sample(
    name: str, split: str = "train", content: str = "", label: int = 0, dataset: str = "w", **of
) -> Sample:
    return Sample(
        Path(dataset, name), label, dataset, split, of.get("patient", name), content or f"{dataset}/{name}"
    )


def ward(dataset: str = "w", patients: int = 12) -> list[Sample]:
    return [sample(f"p{i}", label=i % 2, dataset=dataset) for i in range(patients)]


def kinds(remarks) -> dict[str, int]:
    return {remark.kind: remark.count for remark in remarks}


scans = st.builds(
    lambda number, dataset, split, label, patient, content: Sample(
        Path(dataset, f"{number}.png"), label, dataset, split, patient, content
    ),
    st.integers(0, 10**6),
    st.sampled_from("ab"),
    st.sampled_from(["train"] * 6 + ["val"] * 2 + ["test"]),
    st.integers(0, 1),
    st.one_of(st.integers(0, 40).map(str), st.sampled_from([KEY, KEY[::-1]])),
    st.integers(0, 300).map(str),
)


@settings(max_examples=60)
@given(
    st.sampled_from([0, 12, 16]),
    st.lists(scans, max_size=60),
    st.integers(0, 5),
    st.sampled_from([0.1, 0.25, 0.5]),
    st.integers(1, 20),
)
def test_nobody_is_on_two_sides_and_nothing_counts_twice(regular, odd, seed, share, smallest) -> None:
    given_samples = [*ward("a", regular), *odd]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.datasets.splitting.SMALLEST_VALIDATION", smallest)
        patch.setattr("core.datasets.settling.SMALLEST_VALIDATION", smallest)
        used, remarks = settled(given_samples, share, seed)
    is_fatal = any(remark.fatal for remark in remarks)
    # Every content once, and none that has two labels
    contents = Counter(each.sha256 for each in used)
    assert set(contents.values()) <= {1}
    labels: dict[str, set[int]] = {}
    for each in given_samples:
        labels.setdefault(each.sha256, set()).add(each.label)
    assert all(len(labels[content]) == 1 for content in contents)
    # Nobody is learnt from who is checked or tested on, in whatever DATASET
    groups = dict(
        zip([id(each) for each in given_samples], patient_groups(given_samples).tolist(), strict=True)
    )
    of_path = {(each.path, each.sha256, each.patient): groups[id(each)] for each in given_samples}
    people: dict[str, set[int]] = {"train": set(), "val": set(), "test": set()}
    for each in used:
        people[each.split].add(of_path[each.path, each.sha256, each.patient])
    assert not people["train"] & (people["val"] | people["test"])
    assert not people["val"] & people["test"]
    # What is tested on stays so, and nothing else comes to it
    tested = {each.sha256 for each in given_samples if each.split == "test" and len(labels[each.sha256]) == 1}
    assert is_fatal or {each.sha256 for each in used if each.split == "test"} == tested
    # Whoever can start has both classes on both sides
    if not is_fatal:
        for part in ("train", "val"):
            assert {each.label for each in used if each.split == part} == {0, 1}
    # What is not used is told
    told = {path for remark in remarks for path, _ in remark.files}
    if not is_fatal:
        assert {each.path for each in given_samples} - {each.path for each in used} <= told
    # In the order given, and the same again
    order = [(each.path, each.sha256) for each in given_samples]
    assert [order.index((each.path, each.sha256)) for each in used] == sorted(
        order.index((each.path, each.sha256)) for each in used
    )


def test_of_copies_the_one_that_is_held_back_stays() -> None:
    used, remarks = settled([sample("a", content="x"), sample("b", "test", "x"), *ward()], SHARE, SEED)
    assert [each.path.name for each in used if each.sha256 == "x"] == ["b"]
    assert [remark.kind for remark in remarks if remark.kind != "missing-class"] == [
        "duplicate",
        "no-validation",
    ]


def test_copies_join_patients_even_though_one_of_them_is_dropped() -> None:
    """A scan of p1 in test/ is also there as one of q: q is p1, and not learnt from."""
    odd = [
        sample("p1 a", "test", "x", patient="p1"),
        sample("q a", content="x", patient="q"),
        sample("q b", patient="q"),
    ]
    used, remarks = settled([*ward(), *odd], SHARE, SEED)
    assert "q b" not in {each.path.name for each in used}
    assert kinds(remarks)["shared-patient"] == 1


def test_a_patient_told_by_dicom_is_the_same_in_another_dataset() -> None:
    here = sample("x", "test", dataset="a", patient=KEY)
    there = sample("y", dataset="b", patient=KEY)
    used, remarks = settled([*ward("a"), here, *ward("b"), there], SHARE, SEED)
    assert [each.path.name for each in used if each.patient == KEY] == ["x"]
    assert [(r.dataset, r.count) for r in remarks if r.kind == "shared-patient"] == [("b", 1)]


def test_the_same_name_in_another_dataset_is_somebody_else() -> None:
    used, remarks = settled([*ward("a"), *ward("b")], SHARE, SEED)
    assert len(used) == 24
    assert set(kinds(remarks)) == {"no-validation"}


def test_labels_that_contradict_each_other_across_datasets() -> None:
    odd = [sample("x", content="x", dataset="a"), sample("x", content="x", label=1, dataset="b")]
    used, remarks = settled([*ward("a"), *ward("b"), *odd], SHARE, SEED)
    assert len(used) == 24
    assert [(r.dataset, r.count) for r in remarks if r.kind == "contradiction"] == [("a", 1), ("b", 1)]


@pytest.mark.parametrize("part", ["train", "val"])
def test_a_part_without_a_class_is_fatal(monkeypatch, part) -> None:
    monkeypatch.setattr("core.datasets.splitting.SMALLEST_VALIDATION", 2)
    other = "val" if part == "train" else "train"
    samples = [sample(f"a{i}", part, label=1) for i in range(4)]
    samples += [sample(f"b{i}", other, label=i % 2) for i in range(4)]
    _, remarks = settled(samples, SHARE, SEED)
    assert [remark.about for remark in remarks if remark.fatal] == [
        "NORMAL" if part == "train" else "NORMAL (val)"
    ]


def test_too_few_patients() -> None:
    used, remarks = settled(ward(patients=2), SHARE, SEED)
    assert not used
    assert [(r.kind, r.count) for r in remarks if r.fatal] == [("few-patients", 2)]
