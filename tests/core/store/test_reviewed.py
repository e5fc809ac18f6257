"""The reviewed scans, for training: those of the file and those that wait to be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.review import Review
from tests.core.store.making import MODEL, digest, outcome


def labels(store) -> dict[str, tuple[str, str]]:
    return {known.sha256: (known.path, known.review.label) for known in store.reviewed()}


def place(number: int) -> str:
    return str(Path(f"/scans/{number}.png").absolute())


@pytest.mark.parametrize("when", ["waiting", "half", "written", "reopened"])
def test_scans_with_a_label_and_a_file_are_given(store, opens, monkeypatch, when) -> None:
    if when in ("waiting", "half"):
        monkeypatch.setattr("core.store.writer._GATHER_SECONDS", 1e6)
    for number in range(6):
        store.add(outcome(number), MODEL)
    store.set_reviews(
        {digest(0): Review("NORMAL"), digest(1): Review("PNEUMONIA"), digest(2): Review("", "a note")}
    )
    store.set_reviews({digest(3): Review("NORMAL"), digest(99): Review("NORMAL")})  # 99: never a file
    if when != "waiting":
        store.flush()
    store.set_reviews({digest(1): Review("NORMAL"), digest(3): None, digest(4): Review("PNEUMONIA")})
    if when == "reopened":
        store.close()
        store = opens()
    assert labels(store) == {
        digest(0): (place(0), "NORMAL"),
        digest(1): (place(1), "NORMAL"),
        digest(4): (place(4), "PNEUMONIA"),
    }
    assert all(known.reading is None for known in store.reviewed())


def test_a_scan_in_whose_place_another_lies_is_not_given(store, monkeypatch) -> None:
    store.add(outcome(1), MODEL)
    store.set_review(digest(1), Review("NORMAL"))
    store.flush()
    monkeypatch.setattr("core.store.writer._GATHER_SECONDS", 1e6)
    store.add(outcome(1, sha256=digest(2)), MODEL)
    assert labels(store) == {}


def test_nothing_reviewed(store) -> None:
    assert store.reviewed() == []
