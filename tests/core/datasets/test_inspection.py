"""What is found before a run, and that it is what the run uses."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from core.datasets import inspection
from core.datasets.dataset import Sample, decoded
from core.datasets.inspection import describe, found, inspect, load_and_split, settled
from core.errors import DatasetError
from core.imaging.preprocess import Preprocessing, squeezed
from core.progress import Cancelled, NullProgress
from tests.datasets import write_dataset

SHARE, SEED = 0.25, 3


def look(*sources: Path):
    return inspect(sources, SHARE, SEED, NullProgress())


def kinds(inspected) -> dict[str, int]:
    return {remark.kind: remark.count for remark in inspected.remarks}


def test_a_plain_dataset(tmp_path) -> None:
    inspected = look(write_dataset(tmp_path / "ward", 12))
    assert kinds(inspected) == {"no-validation": 0}
    assert inspected.can_start
    train, val = inspected.counts("ward", "train"), inspected.counts("ward", "val")
    assert (train[0] + val[0], train[1] + val[1]) == (12, 12)
    assert min(val) >= 2
    assert inspected.patients["ward", "train"] + inspected.patients["ward", "val"] == 12
    assert all(sample.sha256 for sample in inspected.samples)


def test_everything_odd_is_told_and_what_is_shown_is_what_is_used(tmp_path) -> None:
    ward = write_dataset(tmp_path / "ward" / "train", 12).parent
    train = ward / "train"
    (train / "NORMAL" / "broken.png").write_bytes(b"\x89PNG but no more")
    shutil.copy(train / "NORMAL" / "person1_0.png", train / "NORMAL" / "copy.png")
    shutil.copy(train / "PNEUMONIA" / "person1001_0.png", train / "NORMAL" / "opposed.png")
    for name in ("NORMAL", "PNEUMONIA"):
        (ward / "val" / name).mkdir(parents=True)
        (ward / "test" / name).mkdir(parents=True)
    shutil.move(train / "NORMAL" / "person2_2.png", ward / "test" / "NORMAL")
    shutil.move(train / "PNEUMONIA" / "person1002_2.png", ward / "val" / "PNEUMONIA")
    inspected = look(ward)
    assert kinds(inspected) == {
        "unreadable": 1,
        "duplicate": 1,
        "contradiction": 2,
        "shared-patient": 1,
        "small-validation": 1,
    }
    loaded, remarks = load_and_split([ward], Preprocessing(64), SHARE, SEED, NullProgress())
    assert tuple(loaded.samples) == inspected.samples
    assert set(remarks) == set(inspected.remarks)
    assert len(loaded.pixels) == len(loaded.samples)
    for sample, picture in zip(loaded.samples, loaded.pixels, strict=True):
        alone, scan = decoded(sample, Preprocessing(64))
        assert alone.sha256 == sample.sha256
        np.testing.assert_array_equal(picture, np.rint(squeezed(scan, Preprocessing(64)) * 255))
    assert all("ward" in describe(remark) for remark in remarks)


def test_two_sources_of_one_name_and_a_table(tmp_path) -> None:
    one, two = write_dataset(tmp_path / "a" / "ward", 8), write_dataset(tmp_path / "b" / "ward", 8, first=90)
    flat = tmp_path / "flat"
    flat.mkdir()
    shutil.copytree(one / "NORMAL", flat / "scans")
    names = sorted(file.name for file in (flat / "scans").iterdir())
    rows = [f"{name},{'normal' if i % 2 else 'pneumonia'}" for i, name in enumerate(names)]
    (flat / "labels.csv").write_text("\n".join(["file,label", *rows, "gone.png,normal", "x.png,cyst"]))
    inspected = look(one, two, flat)
    assert inspected.datasets == [
        "ward",
        "ward (2)",
    ]  # the table has copies only, half with another label
    assert kinds(inspected)["one-name"] == 0
    assert kinds(inspected)["not-found"] == kinds(inspected)["bad-label"] == 1
    assert len(found([one, flat])) == 24


@pytest.mark.parametrize("classes", [("NORMAL",), ("PNEUMONIA",)])
def test_one_class_alone_cannot_be_trained_on(tmp_path, classes) -> None:
    ward = write_dataset(tmp_path / "ward", 6)
    for name in {"NORMAL", "PNEUMONIA"} - set(classes):
        shutil.rmtree(ward / name)
    inspected = look(ward)
    assert not inspected.can_start
    assert inspected.remarks[0].fatal
    assert inspected.remarks[0].kind == "missing-class"
    with pytest.raises(DatasetError):
        load_and_split([ward], Preprocessing(64), SHARE, SEED, NullProgress())


def test_one_class_is_enough_where_another_dataset_has_the_other(tmp_path) -> None:
    one, two = write_dataset(tmp_path / "healthy", 8), write_dataset(tmp_path / "ill", 8, first=90)
    shutil.rmtree(one / "PNEUMONIA")
    shutil.rmtree(two / "NORMAL")
    inspected = look(one, two)
    assert inspected.can_start
    assert sum(remark.kind == "missing-class" for remark in inspected.remarks) == 2
    assert all(sum(inspected.counts(name, "val")) for name in ("healthy", "ill"))


def test_too_few_patients(tmp_path) -> None:
    inspected = look(write_dataset(tmp_path / "ward", 2))
    assert [remark.kind for remark in inspected.remarks if remark.fatal] == ["few-patients"]


def test_what_is_no_dataset(tmp_path) -> None:
    with pytest.raises(DatasetError, match="no DATASET"):
        look(tmp_path)


def test_of_copies_the_one_that_is_held_back_stays() -> None:
    def sample(name: str, split: str, sha: str, label: int = 0) -> Sample:
        return Sample(Path(name), label, "w", split, name, sha)

    rest = [sample(f"p{i}", "train", f"s{i}", i % 2) for i in range(12)]
    used, remarks = settled([sample("a", "train", "x"), sample("b", "test", "x"), *rest], SHARE, SEED)
    assert [s.path.name for s in used if s.sha256 == "x"] == ["b"]
    assert [remark.kind for remark in remarks] == ["duplicate", "no-validation"]


def test_cancel_waits_for_no_more_than_what_has_begun(tmp_path, monkeypatch) -> None:
    ward = write_dataset(tmp_path / "ward", 40)
    begun = []

    def slow(sample):
        begun.append(sample)
        time.sleep(0.05)
        return sample

    class Stop(NullProgress):
        def check(self) -> None:
            raise Cancelled

    monkeypatch.setattr(inspection, "_checked", slow)
    with pytest.raises(Cancelled):
        inspect([ward], SHARE, SEED, Stop())
    time.sleep(0.2)
    assert len(begun) < 20
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


def test_real_scans_are_told_as_their_readme_does(data_root) -> None:
    inspected = look(data_root / "native")
    assert inspected.can_start
    assert kinds(inspected) == {"no-validation": 0}
    assert len(inspected.samples) == 50
