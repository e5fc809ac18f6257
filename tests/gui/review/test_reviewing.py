"""What the person says of scans: on the disk at once, on every row of that scan, and undone again."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from typing import Any

import pytest

from core.reading.finding import Found
from core.review import Agreement
from core.settings import Settings
from core.store.store import Store, open_store
from gui.jobs import Lanes
from gui.reading.readings import Readings
from gui.reading.service import ReadingService
from gui.recall import Recall
from gui.review.reviewing import Reviewing
from gui.worklist.entry import Entry
from gui.worklist.model import WorklistModel
from tests.core.store.making import digest
from tests.gui.worklist.scans import reading

#: Two that the model calls PNEUMONIA, then two that it calls NORMAL.
PROBABILITIES = (0.9, 0.8, 0.2, 0.1)


class Desk:
    """Four scans that were read, and one that was not."""

    def __init__(self, lanes: Lanes, store: Store) -> None:
        self.store = store
        self.worklist = WorklistModel()
        self.readings = Readings(
            self.worklist,
            Settings(),
            Recall(lanes.lane("recall"), store),
            ReadingService(lanes.lane("reading"), store),
            store,
        )
        self.reviewing = Reviewing(self.readings)
        self.changes = 0
        self.wanted: list[Entry] = []
        self.reviewing.changed.connect(self._on_changed)
        self.reviewing.wanted.connect(self.wanted.append)
        self.scans = [self.scan(f"{each}.png", each, p) for each, p in enumerate(PROBABILITIES)]
        self.unread = self.scan("unread.png", 9)

    def scan(self, name: str, number: int, probability: float | None = None) -> Entry:
        entry = Entry(Found(Path("/scans", name), PurePath(name)), sha256=digest(number))
        if probability is not None:
            entry.status, entry.stored = "ok", reading(probability)
        self.readings.take_on(self.worklist.add_entries([entry]))
        return entry

    def _on_changed(self) -> None:
        self.changes += 1

    def on_disk(self) -> dict[str, tuple[str, str]]:
        """What somebody else finds in the file, this moment."""
        with contextlib.closing(sqlite3.connect(self.store.path)) as connection:
            rows = connection.execute("SELECT sha256, label, note FROM reviews")
            return {sha256: (label, note) for sha256, label, note in rows}

    @property
    def labels(self) -> list[str]:
        """Of the four that were read."""
        return [entry.review.label if entry.review else "" for entry in self.scans]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "kept" / "store.sqlite3") as store:
        yield store


@pytest.fixture
def desk(lanes: Lanes, store: Store) -> Desk:
    return Desk(lanes, store)


def test_who_agrees_says_what_the_reading_says(desk):
    desk.reviewing.agree([desk.scans[0], desk.scans[2]])
    assert desk.labels == ["PNEUMONIA", "", "NORMAL", ""]
    assert desk.scans[0].review.made
    assert desk.changes == 1


def test_it_is_on_the_disk_when_it_was_said(desk):
    desk.reviewing.agree(desk.scans[:1])
    assert desk.on_disk() == {digest(0): ("PNEUMONIA", "")}
    desk.reviewing.note(digest(0), "a scar, «old»\nand clips")
    assert desk.on_disk() == {digest(0): ("PNEUMONIA", "a scar, «old»\nand clips")}
    desk.reviewing.take_back(desk.scans[:1])
    assert desk.on_disk() == {}


def test_nobody_agrees_with_a_reading_that_does_not_stand(desk):
    desk.scans[1].status = "reading"
    desk.reviewing.agree([desk.unread, desk.scans[1]])
    assert desk.unread.review is None
    assert desk.labels == [""] * 4
    assert (desk.changes, desk.on_disk()) == (0, {})
    assert not desk.reviewing.history.can_undo


def test_a_scan_that_was_not_read_can_be_labelled(desk):
    desk.reviewing.correct([desk.unread], "PNEUMONIA")
    assert desk.unread.review.label == "PNEUMONIA"
    assert desk.worklist.agreement() == Agreement()
    assert desk.worklist.reviewed == 1


def test_a_scan_whose_content_is_not_known_cannot_be_reviewed(desk):
    entry = desk.scan("new.png", 8)
    entry.sha256 = ""
    for say in (lambda: desk.reviewing.correct([entry], "NORMAL"), lambda: desk.reviewing.take_back([entry])):
        say()
        assert entry.review is None
    assert desk.on_disk() == {}


def test_counts_follow(desk):
    desk.reviewing.agree(desk.scans[:1])
    desk.reviewing.correct(desk.scans[1:2], "NORMAL")
    desk.reviewing.correct(desk.scans[2:], "NORMAL")
    assert desk.worklist.agreement() == Agreement(tp=1, fp=1, tn=2, fn=0)
    desk.reviewing.undo()
    assert desk.worklist.agreement() == Agreement(tp=1, fp=1, tn=0, fn=0)
    assert desk.worklist.reviewed == 2


def test_a_note_keeps_the_label_and_a_label_keeps_the_note(desk):
    desk.reviewing.note(digest(0), "scar")
    assert (desk.scans[0].review.label, desk.scans[0].review.note) == ("", "scar")
    desk.reviewing.correct(desk.scans[:1], "NORMAL")
    desk.reviewing.note(digest(0), "old scar")
    assert (desk.scans[0].review.label, desk.scans[0].review.note) == ("NORMAL", "old scar")
    desk.reviewing.note(digest(0), "")
    assert (desk.scans[0].review.label, desk.scans[0].review.note) == ("NORMAL", "")


def test_a_note_on_a_scan_that_is_no_longer_on_the_list_is_kept(desk):
    desk.readings.forget(desk.scans[:1])
    desk.worklist.remove(desk.scans[:1])
    desk.reviewing.note(digest(0), "scar")
    assert desk.on_disk() == {digest(0): ("", "scar")}


def test_the_same_said_twice_is_said_once(desk):
    desk.reviewing.agree(desk.scans[:1])
    said = desk.scans[0].review
    desk.reviewing.agree(desk.scans[:1])
    assert desk.scans[0].review is said
    desk.reviewing.undo()
    assert desk.labels == [""] * 4
    assert not desk.reviewing.history.can_undo


def test_several_are_said_and_undone_in_one_step(desk):
    desk.reviewing.correct(desk.scans, "NORMAL")
    assert desk.labels == ["NORMAL"] * 4
    assert desk.reviewing.history.undo_text == "Undo review of 4 scans"
    desk.reviewing.undo()
    assert desk.labels == [""] * 4
    assert desk.on_disk() == {}
    desk.reviewing.redo()
    assert desk.labels == ["NORMAL"] * 4
    assert len(desk.on_disk()) == 4
    assert desk.changes == 3


def test_what_is_taken_back_comes_again_whole(desk):
    desk.reviewing.correct(desk.scans[:2], "NORMAL")
    desk.reviewing.note(digest(1), "scar")
    desk.reviewing.take_back(desk.scans[:2])
    assert desk.labels == [""] * 4
    desk.reviewing.undo()
    assert desk.labels == ["NORMAL", "NORMAL", "", ""]
    assert desk.scans[1].review.note == "scar"
    assert desk.on_disk() == {digest(0): ("NORMAL", ""), digest(1): ("NORMAL", "scar")}


def test_who_undoes_sees_the_scan_and_what_was_done(desk):
    desk.reviewing.agree(desk.scans[:1])
    desk.reviewing.correct(desk.scans[1:2], "NORMAL")
    assert desk.reviewing.history.undo_text == "Undo correction of 1.png"
    desk.reviewing.undo()
    desk.reviewing.undo()
    desk.reviewing.redo()
    assert desk.wanted == [desk.scans[1], desk.scans[0], desk.scans[0]]


def test_undoing_reaches_a_scan_that_was_taken_off_the_list(desk):
    desk.reviewing.correct(desk.scans[:1], "NORMAL")
    desk.readings.forget(desk.scans[:1])
    desk.worklist.remove(desk.scans[:1])
    desk.reviewing.undo()
    assert desk.on_disk() == {}
    assert desk.wanted == []


def test_copies_of_a_scan_are_reviewed_together(desk):
    copy = desk.scan("copy.png", 0, PROBABILITIES[0])
    desk.reviewing.correct([copy], "NORMAL")
    assert desk.scans[0].review == copy.review == desk.store.review(digest(0))
    desk.reviewing.take_back([desk.scans[0], copy])
    assert desk.scans[0].review is copy.review is None
    desk.reviewing.undo()
    assert desk.scans[0].review.label == copy.review.label == "NORMAL"


def test_what_is_said_in_answer_to_undoing_is_kept_as_well(desk):
    """The scan that was undone is shown, which may end the note that is being typed on another."""
    desk.reviewing.correct(desk.scans[:1], "NORMAL")
    desk.reviewing.wanted.connect(lambda _: desk.reviewing.note(digest(1), "typed meanwhile"))
    desk.reviewing.undo()
    assert desk.on_disk() == {digest(1): ("", "typed meanwhile")}
    assert desk.scans[1].review.note == "typed meanwhile"


def test_what_was_forgotten_cannot_be_undone(desk):
    desk.reviewing.agree(desk.scans)
    desk.reviewing.forget()
    desk.reviewing.undo()
    assert desk.labels == ["PNEUMONIA", "PNEUMONIA", "NORMAL", "NORMAL"]


def test_another_list_on_the_same_store_says_the_same(desk, lanes, store: Store):
    desk.reviewing.correct(desk.scans[:1], "NORMAL")
    entry = Entry(Found(Path("/elsewhere.png"), PurePath("elsewhere.png")))
    other = Desk(lanes, store)
    other.worklist.add_entries([entry])
    other.readings.know(entry, digest(0))
    assert entry.review == desk.scans[0].review


Say = Callable[[Reviewing, list[Entry]], Any]


@pytest.mark.parametrize(
    "say",
    [
        lambda reviewing, entries: reviewing.agree(entries),
        lambda reviewing, entries: reviewing.correct(entries, "NORMAL"),
        lambda reviewing, entries: reviewing.take_back(entries),
    ],
    ids=["agree", "correct", "take back"],
)
def test_of_no_scans_nothing_is_said(desk, say: Say):
    say(desk.reviewing, [])
    assert (desk.changes, desk.on_disk()) == (0, {})
