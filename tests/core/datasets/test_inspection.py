"""What is found before a run, and that it is what the run uses."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.datasets import inspection
from core.datasets.dataset import decoded
from core.datasets.inspected import Remark, RemarkKind
from core.datasets.inspection import describe, found, inspect, load_and_split
from core.datasets.patients import patient_groups
from core.errors import DatasetError
from core.imaging.preprocess import Preprocessing, squeezed
from core.progress import Cancelled, NullProgress
from tests.datasets import write_dataset
from tests.pictures import radiograph

SHARE, SEED = 0.25, 3
SPEC = Preprocessing(64)


def look(*sources: Path):
    return inspect(sources, SHARE, SEED, "random", NullProgress())


def load(*sources: Path):
    return load_and_split(sources, SPEC, SHARE, SEED, "random", NullProgress())


def kinds(inspected) -> dict[str, int]:
    return {remark.kind: remark.count for remark in inspected.remarks}


def is_what_is_used(inspected) -> None:
    """A run on the same sources uses what was shown, each picture with its own sample."""
    loaded, remarks = load(*inspected.sources)
    assert tuple(loaded.samples) == inspected.samples
    assert remarks == inspected.remarks
    assert len(loaded.pixels) == len(loaded.samples)
    for sample, picture in zip(loaded.samples, loaded.pixels, strict=True):
        alone, scan = decoded(sample, SPEC)
        assert alone.sha256 == sample.sha256
        np.testing.assert_array_equal(picture, np.rint(squeezed(scan, SPEC) * 255))


def test_a_plain_dataset(tmp_path) -> None:
    inspected = look(write_dataset(tmp_path / "ward", 12))
    assert kinds(inspected) == {"no-validation": 0}
    assert inspected.can_start
    train, val = inspected.counts("ward", "train"), inspected.counts("ward", "val")
    assert (train[0] + val[0], train[1] + val[1]) == (12, 12)
    assert min(val) >= 2
    assert inspected.patients["ward", "train"] + inspected.patients["ward", "val"] == 12
    assert all(sample.sha256 for sample in inspected.samples)
    assert inspected.seconds > 0


def test_everything_odd_is_told_and_what_is_shown_is_what_is_used(tmp_path) -> None:
    ward = write_dataset(tmp_path / "ward" / "train", 12).parent
    train = ward / "train"
    (train / "NORMAL" / "broken.png").write_bytes(b"\x89PNG but no more")
    (train / "NORMAL" / "notes.txt").write_text("no scan, and not told as one")
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
        "missing-class": 0,
    }
    assert [r.about for r in inspected.remarks if r.kind == "missing-class"] == ["PNEUMONIA (test)"]
    is_what_is_used(inspected)
    assert all("ward" in describe(remark) for remark in inspected.remarks)


def test_two_sources_of_one_name_and_a_table(tmp_path) -> None:
    one, two = write_dataset(tmp_path / "a" / "ward", 8), write_dataset(tmp_path / "b" / "ward", 8, first=90)
    flat = tmp_path / "flat"
    write_dataset(tmp_path / "more", 6, first=300)
    shutil.copytree(tmp_path / "more", flat / "scans")
    shutil.copy(one / "NORMAL" / "person1_0.png", flat / "scans" / "copy.png")
    names = [(f.name, f.parent.name) for f in sorted((flat / "scans").rglob("*.png")) if f.name != "copy.png"]
    rows = [f"{name},{label}" for name, label in names]
    text = "\n".join(["file,label", *rows, "copy.png,normal", "gone.png,normal", "x.png,cyst", "y.png,cyst"])
    (flat / "labels.csv").write_text(text)
    inspected = look(one, two, flat)
    assert inspected.datasets == ["ward", "ward (2)", "flat"]
    told = [(r.kind, r.dataset, r.count, r.about) for r in inspected.remarks if r.kind != "no-validation"]
    assert told == [
        ("one-name", "ward (2)", 0, ""),
        ("not-found", "flat", 1, ""),
        ("bad-label", "flat", 2, "cyst (2)"),
        ("duplicate", "flat", 1, ""),
    ]
    is_what_is_used(inspected)
    assert len(found([one, flat])) == 16 + 13
    assert look(flat / "labels.csv").samples == look(flat).samples


def test_labels_that_are_neither_class_are_one_remark(tmp_path) -> None:
    ward = write_dataset(tmp_path / "ward", 2)
    words = [f"x.png,finding {i}" for i in range(900) for _ in range(3 if i == 7 else 1)]
    rows = ["NORMAL/person1_0.png,0", "PNEUMONIA/person1001_0.png,1", *words]
    (ward / "labels.csv").write_text("\n".join(["file,label", *rows]))
    (remark,) = (each for each in look(ward / "labels.csv").remarks if each.kind == "bad-label")
    assert remark.count == 902
    assert remark.about.startswith("finding 7 (3), finding 0 (1), ")
    assert remark.about.endswith(", …")


def test_tables_of_the_parts_of_one_folder_are_one_dataset(tmp_path) -> None:
    ward = write_dataset(tmp_path / "ward", 12)
    paths = sorted(ward.rglob("*.png"))
    for table, start in (("train.csv", 0), ("test.csv", 1)):
        rows = [f"{path.relative_to(ward)},{path.parent.name}" for path in paths[start::2]]
        (ward / table).write_text("\n".join(["file,label", *rows]))
    inspected = look(ward / "train.csv", ward / "test.csv")
    assert inspected.datasets == ["ward"]
    # Two scans of every patient: one in each table
    assert inspected.counts("ward", "train") == (0, 0)
    assert not inspected.can_start


def test_a_source_given_twice_counts_once(tmp_path) -> None:
    ward = write_dataset(tmp_path / "ward", 8)
    assert look(ward, ward).samples == look(ward).samples
    again = look(ward, tmp_path / "ward" / ".." / "ward")
    assert len(again.samples) == 16
    assert kinds(again) == {"duplicate": 16, "no-validation": 0}


@pytest.mark.parametrize("classes", [("NORMAL",), ("PNEUMONIA",)])
def test_one_class_alone_cannot_be_trained_on(tmp_path, classes) -> None:
    ward = write_dataset(tmp_path / "ward", 6)
    for name in {"NORMAL", "PNEUMONIA"} - set(classes):
        shutil.rmtree(ward / name)
    inspected = look(ward)
    assert not inspected.can_start
    fatal = [remark for remark in inspected.remarks if remark.fatal]
    assert [remark.kind for remark in fatal] == ["missing-class"]
    assert inspected.remarks[0] == fatal[0]
    assert inspected.samples  # to be counted
    with pytest.raises(DatasetError, match="no scans of"):
        load(ward)
    with pytest.raises(DatasetError, match="no scans of"):
        found([ward])


def test_one_class_is_enough_where_another_dataset_has_the_other(tmp_path) -> None:
    one, two = write_dataset(tmp_path / "healthy", 8), write_dataset(tmp_path / "ill", 8, first=90)
    shutil.rmtree(one / "PNEUMONIA")
    shutil.rmtree(two / "NORMAL")
    inspected = look(one, two)
    assert inspected.can_start
    assert sum(remark.kind == "missing-class" for remark in inspected.remarks) == 2
    assert all(sum(inspected.counts(name, "val")) for name in ("healthy", "ill"))
    is_what_is_used(inspected)


def test_what_is_only_there_to_be_tested_on_can_be_found(tmp_path) -> None:
    ward = write_dataset(tmp_path / "ward" / "test", 4).parent
    assert {sample.split for sample in found([ward])} == {"test"}
    assert not look(ward).can_start


def test_too_few_patients(tmp_path) -> None:
    ward = write_dataset(tmp_path / "ward", 2)
    assert [remark.kind for remark in look(ward).remarks if remark.fatal] == ["few-patients"]
    with pytest.raises(DatasetError, match="too few to split off"):
        load(ward)


def test_numbers_that_begin_anew_in_each_folder_are_not_one_patients(tmp_path) -> None:
    ward = tmp_path / "ward"
    for part in ("train", "test"):
        for label in ("NORMAL", "PNEUMONIA"):
            (ward / part / label).mkdir(parents=True)
            for number in range(6):
                picture = radiograph(
                    100 * (part == "test") + 10 * (label == "NORMAL") + number,
                    size=(80, 90),
                    opacity=label == "PNEUMONIA",
                )
                cv2.imwrite(str(ward / part / label / f"{number:04}.png"), picture)
    inspected = look(ward)
    assert kinds(inspected) == {"no-validation": 0}
    assert len(inspected.samples) == 24
    assert sum(inspected.patients.values()) == 24


def test_what_is_no_dataset_is_said(tmp_path) -> None:
    with pytest.raises(DatasetError, match="is no DATASET"):
        look(tmp_path)
    with pytest.raises(DatasetError, match="no such folder or table"):
        look(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="a cannot be opened"):
        look(tmp_path / ("a" * 300))
    (tmp_path / "empty" / "NORMAL").mkdir(parents=True)
    assert not look(tmp_path / "empty").can_start


def test_files_that_vanish_while_they_are_looked_at(tmp_path, monkeypatch) -> None:
    """As from a share: the list has them, and reading finds nothing."""
    ward = write_dataset(tmp_path / "ward", 12)
    listed = inspection.listed

    def then_gone(sources, progress):
        made = listed(sources, progress)
        for sample in made[0][::5]:
            sample.path.unlink()
        return made

    monkeypatch.setattr(inspection, "listed", then_gone)
    inspected = look(ward)
    assert inspected.can_start
    assert kinds(inspected)["unreadable"] == 5


def test_a_folder_that_may_not_be_searched_is_not_passed_over(tmp_path, monkeypatch) -> None:
    ward = write_dataset(tmp_path / "ward", 4)
    (ward / "NORMAL" / "closed").mkdir()

    def refuse(path):
        if "closed" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    scandir = os.scandir
    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(DatasetError, match="closed cannot be searched"):
        look(ward)
    with pytest.raises(DatasetError, match="closed cannot be opened: Permission denied"):
        look(ward / "NORMAL" / "closed")


def test_cancel_begins_no_more(tmp_path, monkeypatch) -> None:
    ward = write_dataset(tmp_path / "ward", 40, side=32)
    begun = []

    def slow(sample):
        begun.append(sample)
        time.sleep(0.05)
        return sample

    class Stop(NullProgress):
        def check(self) -> None:
            if begun:
                raise Cancelled

    monkeypatch.setattr(inspection, "_checked", slow)
    with pytest.raises(Cancelled):
        inspect([ward], SHARE, SEED, "random", Stop())
    time.sleep(0.2)
    assert len(begun) < 20


#: Some odd folder: files as where they lie, patient, and content; 9 is no picture.
files = st.lists(
    st.tuples(
        st.sampled_from(["a/train", "a/train", "a/val", "a/test", "b", "b", "flat"]),
        st.sampled_from(["NORMAL", "PNEUMONIA"]),
        st.integers(0, 7),
        st.integers(0, 9),
    ),
    max_size=14,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=files, seed=st.integers(0, 3))
def test_whatever_is_there_what_is_shown_is_what_is_used(tmp_path_factory, monkeypatch, odd, seed) -> None:
    monkeypatch.setattr("core.datasets.splitting.SMALLEST_VALIDATION", 3)
    monkeypatch.setattr("core.datasets.settling.SMALLEST_VALIDATION", 3)
    root = tmp_path_factory.mktemp("odd")
    sources = []
    rows = ["file,label"]
    write_dataset(root / "a" / "train", 6, side=32, first=1000)
    for number, (place, label, patient, content) in enumerate(odd):
        folder = root / place / ("" if place == "flat" else label)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"person{patient}_{number}.png"
        picture = cv2.imencode(".png", radiograph(content, size=(32, 32)))[1].tobytes()
        file.write_bytes(picture if content < 9 else picture[:60])
        rows += [f"{file.name},{label}"] if place == "flat" else []
        sources.append(root / place.partition("/")[0])
    if (root / "flat").exists():
        (root / "flat" / "labels.csv").write_text("\n".join(rows))
    sources = list(dict.fromkeys([root / "a", *sources]))
    inspected = inspect(sources, SHARE, seed, "random", NullProgress())
    try:
        loaded, remarks = load_and_split(sources, SPEC, SHARE, seed, "random", NullProgress())
    except DatasetError:
        assert not inspected.can_start
        return
    assert inspected.can_start
    assert tuple(loaded.samples) == inspected.samples
    assert remarks == inspected.remarks
    for sample, picture in zip(loaded.samples, loaded.pixels, strict=True):
        np.testing.assert_array_equal(picture, np.rint(squeezed(decoded(sample, SPEC)[1], SPEC) * 255))
    groups = patient_groups(inspected.samples)
    parts = np.array([sample.split for sample in inspected.samples])
    assert not np.isin(groups[parts == "train"], groups[parts != "train"]).any()


@pytest.mark.parametrize("kind", get_args(RemarkKind))
def test_every_remark_has_words(kind) -> None:
    one = Remark(kind, "ward", 1, about="NORMAL", files=((Path("a.png"), ""),))
    many = Remark(kind, "ward", 12_000, about="NORMAL")
    assert describe(one).startswith("ward: ")
    assert not describe(one).endswith(".")
    assert "files" not in describe(one).partition(";")[0]
    if kind in ("unreadable", "duplicate", "contradiction", "shared-patient", "not-found", "bad-label"):
        assert "12,000" in describe(many)


def test_real_scans_are_told_as_their_readme_does(data_root) -> None:
    inspected = look(data_root / "native")
    assert inspected.can_start
    assert kinds(inspected) == {"no-validation": 0}
    assert len(inspected.samples) == 50
