"""Reviewed scans as a table."""

from __future__ import annotations

from core.datasets.reviewed import NAME, write_reviewed
from core.datasets.table import read_table


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


def test_nothing_reviewed(tmp_path) -> None:
    assert write_reviewed(tmp_path / "t.csv", []) == 0
