"""Reviewed scans as a table."""

from __future__ import annotations

import hashlib

import cv2

from core.datasets.dataset import load
from core.datasets.reviewed import NAME, write_reviewed
from core.datasets.table import read_table
from core.imaging.preprocess import Preprocessing
from core.progress import NullProgress
from tests.pictures import radiograph


def test_reviewed_scans_are_written_once_each(tmp_path) -> None:
    for name in ("a.png", "copy of a.png", "IM-0001-0001.png", "person7_virus_1.png"):
        (tmp_path / name).touch()
    rows = [
        (tmp_path / "moved.png", "aa" * 32, "NORMAL", ""),
        (tmp_path / "a.png", "aa" * 32, "NORMAL", ""),
        (tmp_path / "copy of a.png", "aa" * 32, "NORMAL", ""),
        (tmp_path / "person7_virus_1.png", "bb" * 32, "PNEUMONIA", ""),
        (tmp_path / "IM-0001-0001.png", "cc" * 32, "PNEUMONIA", "somebody"),
        (tmp_path / "IM-0001-0001.png", "dd" * 32, "", ""),
        (tmp_path / "gone.png", "ee" * 32, "NORMAL", ""),
    ]
    table = tmp_path / "data" / "my reviewed scans.csv"
    assert write_reviewed(table, rows) == 3
    samples = read_table(table).samples
    assert [(s.path.name, s.label, s.patient, s.dataset, s.split) for s in samples] == [
        ("a.png", 0, "scan aaaaaaaaaaaa", NAME, "train"),
        ("person7_virus_1.png", 1, "person7", NAME, "train"),
        ("IM-0001-0001.png", 1, "somebody", NAME, "train"),
    ]


def test_a_label_is_not_learnt_with_another_picture_than_it_was_given_to(tmp_path) -> None:
    """Viewers save the next patient's scan under the same name."""
    files = [tmp_path / "kept.png", tmp_path / "export.png"]
    for seed, file in enumerate(files):
        cv2.imwrite(str(file), radiograph(seed))
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    table = tmp_path / "reviewed.csv"
    rows = [(file, sha256, "PNEUMONIA", "") for file, sha256 in zip(files, hashes, strict=True)]
    assert write_reviewed(table, rows) == 2
    cv2.imwrite(str(files[1]), radiograph(2))
    samples = read_table(table).samples
    loaded = load(samples, Preprocessing(64), NullProgress())
    assert [sample.sha256 for sample in loaded.samples] == hashes[:1]
    ((path, why),) = loaded.failed
    assert path == files[1]
    assert why == "export.png is another file than the one that was labelled"


def test_nothing_reviewed(tmp_path) -> None:
    assert write_reviewed(tmp_path / "t.csv", []) == 0
