"""Several threads, several windows: all on one store, none in another's way."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.review import Review
from core.store import disk
from tests.core.store.making import MODEL, digest, outcome, reading, said

ROOT = Path(__file__).resolve().parents[3]

#: Adds its own scans and some that the others add too, and reads what the others wrote.
WINDOW = """
    import sys
    from pathlib import Path
    from core.review import Review
    from core.store.store import open_store
    from tests.core.store.making import MODEL, digest, outcome
    file, first = Path(sys.argv[1]), int(sys.argv[2])
    told = []
    store = open_store(file, told.append)
    print("open", flush=True)
    sys.stdin.readline()
    for number in range(first, first + 300):
        store.add(outcome(number), MODEL)
        store.add(outcome(number % 50), MODEL)
        if number % 30 == 0:
            store.set_review(digest(number), Review("NORMAL"))
            store.history(MODEL)
    store.close()
    print(*told or ["well"], flush=True)
"""


def windows(file: Path, firsts: list[int]) -> list[subprocess.Popen[str]]:
    return [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WINDOW), str(file), str(first)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in firsts
    ]


def run(processes: list[subprocess.Popen[str]]) -> list[str]:
    """Let them begin at the same moment; the last line of each."""
    assert [each.stdout.readline() for each in processes] == ["open\n"] * len(processes)
    for each in processes:
        each.stdin.write("\n")
        each.stdin.flush()
    last = [each.communicate(timeout=300)[0].strip() for each in processes]
    assert [each.returncode for each in processes] == [0] * len(processes)
    return last


def test_windows_that_begin_one_store_and_write_it_at_once_all_find_their_own(opens, file):
    assert run(windows(file, [1000, 2000, 3000])) == ["well"] * 3
    store = opens()
    numbers = [*range(50), *(number for first in (1000, 2000, 3000) for number in range(first, first + 300))]
    assert {known.sha256 for known in store.history(MODEL)} == {digest(number) for number in numbers}
    for number in numbers[::7]:
        assert said(store.reading(digest(number), MODEL)) == said(reading(number))
    assert store.counts() == {"scans": 950, "readings": 950, "reviews": 30}
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_without_locks_on_files_windows_that_begin_one_store_wait_for_each_other(opens, file, monkeypatch):
    # As on Windows, and on drives that know no locks
    monkeypatch.setattr("core.store.hold.Hold._lock", lambda *_, **__: True)
    for attempt in range(10):
        place = file.with_name(f"{attempt}.sqlite3")
        begin = threading.Barrier(4)

        def one(number: int, place: Path = place, begin: threading.Barrier = begin) -> None:
            begin.wait()
            store = opens(place)
            assert store.problem is None
            store.add(outcome(number), MODEL)
            store.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, range(4)))
        assert opens(place).counts()["scans"] == 4


def test_what_one_window_writes_the_other_finds(opens):
    one, other = opens(), opens()
    one.add(outcome(1), MODEL)
    one.flush()
    assert said(other.reading(digest(1), MODEL)) == said(reading(1))
    other.set_review(digest(1), Review("PNEUMONIA"))
    assert one.known(digest(1), MODEL).review == Review("PNEUMONIA")
    one.clear_history(reviews=True)
    assert other.history(MODEL) == []
    other.add(outcome(2), MODEL)
    other.flush()
    assert one.has(digest(2), MODEL)


def test_many_threads_add_and_ask_at_once(opens):
    store = opens()

    def work(first: int) -> None:
        for number in range(first, first + 100):
            store.add(outcome(number), MODEL)
            assert said(store.reading(digest(number), MODEL)) == said(reading(number))
            assert store.known(digest(number), MODEL).reading is not None
            if number % 20 == 0:
                store.set_review(digest(number), Review("NORMAL"))
                assert len(store.history(MODEL)) >= number - first

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(0, 600, 100)))
    assert store.counts() == {"scans": 600, "readings": 600, "reviews": 30}
    store.close()
    assert len(opens().history(MODEL)) == 600


def test_whoever_asks_does_not_wait_for_the_disk_to_write(opens, monkeypatch):
    store = opens()
    store.add(outcome(1), MODEL)
    store.flush()
    writing, go_on = threading.Event(), threading.Event()
    write = disk.Disk.write

    def slowly(self: disk.Disk, changes: list) -> None:
        writing.set()
        assert go_on.wait(60)
        write(self, changes)

    monkeypatch.setattr(disk.Disk, "write", slowly)
    store.add(outcome(2), MODEL)
    assert writing.wait(60)
    # The disk takes its time, and does not go on before all of this is answered
    assert said(store.reading(digest(1), MODEL)) == said(reading(1))
    assert said(store.reading(digest(2), MODEL)) == said(reading(2))
    assert len(store.history(MODEL)) == 2
    assert store.known(digest(2), MODEL).path
    assert store.seen(["/scans/1.png"], MODEL) == {}
    assert store.counts()["scans"] == 2
    store.add(outcome(3), MODEL)
    assert store.has(digest(3), MODEL)
    go_on.set()
    store.flush()


def test_a_thread_that_has_ended_leaves_no_connection_behind(opens):
    store = opens()
    for _ in range(20):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda number: store.has(digest(number), MODEL), range(4)))
    assert len(store._disk._free) <= 3
