"""Looking scans up in the store: what is told of each, in order, the first at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import pytest

from core.reading.finding import Found
from core.review import Review
from core.store.known import Known
from core.store.store import Store, open_store
from gui.jobs import Lane
from gui.recall import Recall, remember
from gui.worklist.entry import Entry
from tests.core.store.making import MODEL, OTHER, digest, outcome, reading

PATIENCE_MS = 20_000


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with open_store(tmp_path / "kept" / "store.sqlite3") as store:
        yield store


@pytest.fixture
def recall(lane: Lane, store: Store) -> Recall:
    return Recall(lane, store)


@pytest.fixture
def told(recall: Recall, qtbot: Any) -> Callable[[], list[list[Any]]]:
    """Waits for all; the parts as they came."""
    parts: list[list[Any]] = []
    recall.arrived.connect(parts.append)
    recall.recalled.connect(parts.append)

    def wait() -> list[list[Any]]:
        qtbot.waitUntil(lambda: recall.is_idle, timeout=PATIENCE_MS)
        return parts

    return wait


def founds(folder: Path, number: int) -> list[Found]:
    """Files that are there, and not read yet."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{each}.png" for each in range(number)]
    for path in paths:
        path.touch()
    return [Found(path, PurePath("scans", path.name)) for path in paths]


def keep(store: Store, found: Found, number: int, **others: Any) -> None:
    store.add(outcome(number, found.path, **others), MODEL)


# Files


def test_files_come_in_order_and_the_first_do_not_wait_for_the_rest(recall, told, tmp_path):
    files = founds(tmp_path / "scans", 1100)
    recall.bring(files, MODEL)
    parts = told()
    assert [entry.found for part in parts for entry in part] == files
    assert len(parts[0]) < 50
    assert len(parts) > 3, "a hundred thousand at once would hold the window"


def test_of_a_known_file_comes_all_that_is_known(recall, told, store, tmp_path):
    new, known = founds(tmp_path / "scans", 2)
    keep(store, known, 3)
    store.set_review(digest(3), Review("NORMAL", "scar"))
    store.add_displayed(digest(3), reading(4), MODEL, "inverted")
    recall.bring([new, known], MODEL)
    [[unread, entry]] = told()
    assert (unread.status, unread.sha256, unread.reading, unread.review) == ("unread", "", None, None)
    assert (entry.found, entry.sha256, entry.status) == (known, digest(3), "ok")
    assert entry.stored.probability == reading(3).probability
    assert (entry.displayed.reading.probability, entry.displayed.description) == (
        reading(4).probability,
        "inverted",
    )
    assert entry.review == Review("NORMAL", "scar")
    assert entry.notes == ("only the first of 2 pages is read",)


def test_a_rejected_one_says_why(recall, told, store, tmp_path):
    [file] = founds(tmp_path / "scans", 1)
    keep(store, file, 1)
    recall.bring([file], MODEL)
    [[entry]] = told()
    assert entry.status == "rejected"
    assert entry.reason == "does not look like a frontal chest X-ray; colour picture"


@pytest.mark.parametrize("model", [None, OTHER])
def test_what_another_model_said_does_not_count_and_the_review_does(recall, told, store, tmp_path, model):
    [file] = founds(tmp_path / "scans", 1)
    keep(store, file, 3)
    store.set_review(digest(3), Review("NORMAL"))
    recall.bring([file], model)
    [[entry]] = told()
    assert (entry.status, entry.reading) == ("unread", None)
    assert (entry.sha256, entry.review) == (digest(3), Review("NORMAL"))


def test_a_file_that_was_changed_is_not_known(recall, told, store, tmp_path):
    [file] = founds(tmp_path / "scans", 1)
    keep(store, file, 3)
    file.path.write_bytes(b"another")
    recall.bring([file], MODEL)
    [[entry]] = told()
    assert (entry.status, entry.sha256) == ("unread", "")


def test_a_pasted_picture_is_not_taken_for_a_file_of_its_name(recall, told, store, tmp_path):
    [file] = founds(tmp_path / "scans", 1)
    keep(store, file, 3)
    recall.bring([Found(file.path, file.relative, b"a picture")], MODEL)
    [[entry]] = told()
    assert (entry.status, entry.sha256) == ("unread", "")


# Everything, and again


def test_everything_comes_with_the_folder_that_each_file_lies_in(recall, told, store, tmp_path):
    for number, file in enumerate(founds(tmp_path / "scans", 30)):
        keep(store, file, 3 * number)
    recall.bring_all(MODEL)
    entries = [entry for part in told() for entry in part]
    assert [entry.found.path for entry in entries] == [
        tmp_path / "scans" / f"{each}.png" for each in range(30)
    ]
    assert {str(entry.found.relative.parent) for entry in entries} == {"scans"}
    assert {entry.status for entry in entries} == {"ok"}


def test_entries_are_looked_up_by_content_wherever_they_lie_else_by_place(recall, told, store, tmp_path):
    files = founds(tmp_path / "scans", 3)
    keep(store, files[0], 3)
    keep(store, files[1], 6)
    moved, unread, new = (
        Entry(Found(Path("/elsewhere.png"), PurePath("elsewhere.png"))),
        *map(Entry, files[1:]),
    )
    moved.sha256 = digest(3)
    recall.again([moved, unread, new], MODEL)
    [pairs] = told()
    assert [entry for entry, _ in pairs] == [moved, unread, new]
    assert [known.sha256 if known else None for _, known in pairs] == [digest(3), digest(6), None]


def test_what_is_cancelled_is_not_told(recall, told, lane, tmp_path):
    go = threading.Event()
    lane.start(lambda _: go.wait(10))
    recall.bring(founds(tmp_path / "scans", 30), MODEL)
    recall.cancel()
    go.set()
    assert told() == []


def test_a_review_alone_leaves_an_entry_unread():
    entry = Entry(Found(Path("a.png"), PurePath("a.png")))
    remember(entry, Known(digest(1), "a.png", review=Review("", "look again")))
    assert (entry.status, entry.review) == ("unread", Review("", "look again"))


def test_what_does_not_arrive_is_counted(recall, store, tmp_path, qtbot) -> None:
    come: list[Entry] = []
    left: list[int] = []

    def take(entries: list[Entry]) -> None:
        come.extend(entries)
        if not left:  # here, for after a wait all may have come
            left.append(recall.cancel())

    recall.arrived.connect(take)
    recall.bring(founds(tmp_path / "many", 300), None)
    qtbot.waitUntil(lambda: bool(left) and recall.is_idle, timeout=PATIENCE_MS)
    assert left == [300 - len(come)]
    assert left[0] > 0
    assert recall.cancel() == 0
