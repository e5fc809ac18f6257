from __future__ import annotations

import threading
from pathlib import Path, PurePath

import pytest

from core.reading.finding import Found
from gui.reading.queue import ReadingQueue


def found(name: str) -> Found:
    return Found(Path("/scans", name), PurePath(name))


def drained(queue: ReadingQueue) -> str:
    names = []
    while (taken := queue.take()) is not None:
        names.append(taken.path.name)
    return "".join(names)


@pytest.fixture
def queue() -> ReadingQueue:
    made = ReadingQueue()
    made.put(map(found, "abcd"))
    return made


def test_the_first_in_is_the_first_out(queue):
    assert drained(queue) == "abcd"


def test_what_comes_later_stands_at_the_end(queue):
    queue.put(map(found, "ef"))
    assert drained(queue) == "abcdef"


def test_what_waits_already_keeps_its_place(queue):
    queue.put(map(found, "bea"))
    assert len(queue) == 5
    assert drained(queue) == "abcde"


def test_what_was_taken_may_come_again(queue):
    taken = queue.take()
    queue.put([taken])
    assert drained(queue) == "bcda"


def test_the_latest_in_a_hurry_is_next(queue):
    queue.hurry(found("c"))
    queue.hurry(found("d"))
    assert drained(queue) == "dcab"


def test_hurrying_what_does_not_wait_adds_nothing(queue):
    queue.take()
    for name in "ax":
        queue.hurry(found(name))
    assert drained(queue) == "bcd"


def test_what_is_discarded_is_never_taken(queue):
    for name in "bx":
        queue.discard(found(name))
    assert len(queue) == 3
    assert drained(queue) == "acd"


def test_cleared_is_empty(queue):
    queue.clear()
    assert len(queue) == 0
    assert queue.take() is None


def test_every_one_is_taken_once_whoever_takes():
    """Threads take, put and hurry at the same time."""
    queue, everything = ReadingQueue(), [found(str(number)) for number in range(2000)]
    taken: list[list[Found]] = [[], [], []]
    all_put = threading.Event()

    def take(mine: list[Found]) -> None:
        while True:
            no_more = all_put.is_set()  # asked first: what is put in between is not missed
            if (one := queue.take()) is not None:
                mine.append(one)
            elif no_more:
                return

    threads = [threading.Thread(target=take, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for start in range(0, 2000, 50):
        queue.put(everything[start : start + 50])
        queue.hurry(everything[start + 25])
    all_put.set()
    for thread in threads:
        thread.join(10)
    together = [one for mine in taken for one in mine]
    assert len(together) == 2000
    assert set(together) == set(everything)
