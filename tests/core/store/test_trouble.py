"""Whatever becomes of the disk, the person is told once, nothing is lost that was added, and it goes on."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import LungfieldError
from core.log import logger
from core.review import Review
from tests.core.store.making import MODEL, digest, outcome, reading, said

ROOT = Path(__file__).resolve().parents[3]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="says who may write by POSIX's means")


def fill(store, numbers) -> None:
    for number in numbers:
        store.add(outcome(number), MODEL)
    store.flush()


def has_all(store, numbers) -> bool:
    listed = [known.sha256 for known in store.history(MODEL)]
    return listed == [digest(number) for number in numbers] and all(
        said(store.reading(digest(number), MODEL)) == said(reading(number)) for number in numbers
    )


def is_told_once(told: list[LungfieldError], store, words: str) -> bool:
    return (
        len(told) == 1
        and str(told[0]) == str(store.problem)
        and words in told[0].message
        and bool(told[0].hint)
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that whoever runs this may enter."""
    made = Path(tempfile.mkdtemp(prefix="lungfield-store-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@contextlib.contextmanager
def nothing_allowed(folder: Path) -> Iterator[None]:
    """Be somebody who may read what is in it, and write nothing. Root is not bound by what files allow."""
    files = list(folder.iterdir())
    for each in files:
        each.chmod(0o444)
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)
        for each in files:
            each.chmod(0o644)


@POSIX
def test_a_folder_that_may_not_be_written_leaves_it_in_memory(opens, folder, told):
    with nothing_allowed(folder):
        store = opens(folder / "lungfield.sqlite3")
        assert is_told_once(told, store, "memory only")
        fill(store, range(3))
        store.set_review(digest(1), Review("NORMAL"))
        assert has_all(store, range(3))
        assert store.known(digest(1), MODEL).review == Review("NORMAL")
        assert (store.path, store.size_bytes()) == (None, 0)
        store.clear_history(reviews=True)
        assert store.counts() == {"scans": 0, "readings": 0, "reviews": 0}
        assert list(folder.iterdir()) == []
        store.close()
        assert len(told) == 1


@POSIX
def test_a_store_that_may_only_be_read_is_read_and_added_to_in_memory(opens, folder, told):
    file = folder / "lungfield.sqlite3"
    store = opens(file)
    fill(store, range(3))
    store.set_review(digest(1), Review("NORMAL"))
    store.close()
    content = file.read_bytes()
    with nothing_allowed(folder):
        store = opens(file)
        assert is_told_once(told, store, "may not be written")
        fill(store, range(3, 5))
        store.set_review(digest(1), Review("PNEUMONIA"))
        assert has_all(store, range(5))
        assert store.review(digest(1)) == Review("PNEUMONIA")
        assert store.counts() == {"scans": 5, "readings": 5, "reviews": 1}
        with pytest.raises(LungfieldError, match="may not be written"):
            store.clear_history(reviews=False)
        store.close()
    assert file.read_bytes() == content


@POSIX
@pytest.mark.parametrize("was_there", [True, False], ids=["one that was there", "a new one"])
def test_a_store_that_may_be_written_later_is_written_then(opens, folder, told, was_there):
    """A disk was full at the start, or a folder mounted late: what is said meanwhile is not lost."""
    file = folder / "lungfield.sqlite3"
    kept = range(3 if was_there else 0)
    if was_there:
        store = opens(file)
        fill(store, kept)
        store.close()
    with nothing_allowed(folder):
        store = opens(file)
        assert is_told_once(told, store, "memory only")
        fill(store, range(3, 5))
        store.set_review(digest(4), Review("PNEUMONIA"))
        assert has_all(store, [*kept, 3, 4])
    store.set_review(digest(3), Review("NORMAL"))
    store.flush()
    assert (store.problem, store.path) == (None, file)
    assert has_all(store, [*kept, 3, 4])
    store.close()
    store = opens(file)
    assert has_all(store, [*kept, 3, 4])
    assert [store.review(digest(number)) for number in (3, 4)] == [Review("NORMAL"), Review("PNEUMONIA")]
    assert len(told) == 1


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_loses_nothing_and_is_written_once_there_is_space(small_disk, opens, told):
    file = small_disk / "lungfield.sqlite3"
    store = opens(file)
    fill(store, range(20))
    ballast = small_disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as full:
        while True:
            full.write(bytes(4096))
    fill(store, range(20, 400))
    store.set_review(digest(1), Review("NORMAL"))
    assert is_told_once(told, store, "the disk is full")
    assert has_all(store, range(400))
    assert store.path is None
    fill(store, range(400, 500))
    assert len(told) == 1
    ballast.unlink()
    store.flush()
    assert (store.problem, store.path) == (None, file)
    store.close()
    assert has_all(opens(file), range(500))


def test_a_disk_that_is_full_from_the_start_is_written_once_there_is_space(small_disk, opens, told):
    file, ballast = small_disk / "lungfield.sqlite3", small_disk / "ballast"
    store = opens(file)
    fill(store, range(20))
    store.close()
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as full:
        while True:
            full.write(bytes(4096))
    store = opens(file)
    store.set_review(digest(1), Review("NORMAL"))
    assert store.problem is not None
    assert store.review(digest(1)) == Review("NORMAL")
    ballast.unlink()
    store.close()
    store = opens(file)
    assert store.review(digest(1)) == Review("NORMAL")
    assert has_all(store, range(20))


def test_clearing_the_history_on_a_full_disk_forgets_all_or_nothing(small_disk, opens):
    store = opens(small_disk / "lungfield.sqlite3")
    fill(store, range(100))
    with contextlib.suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as full:
        while True:
            full.write(bytes(4096))
    with contextlib.suppress(LungfieldError):
        store.clear_history(reviews=True)
    assert has_all(store, range(100) if store.counts()["scans"] else [])


@POSIX
def test_a_limit_on_the_size_of_files_loses_nothing(file):
    # Where no small disk can be mounted this is nearest to a full one
    child = f"""
    import json, resource, sys
    from pathlib import Path
    from core.store.store import open_store
    from tests.core.store.making import MODEL, digest, outcome
    told = []
    store = open_store(Path({str(file)!r}), told.append)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    for number in range(1000):
        store.add(outcome(number), MODEL)
    store.flush()
    listed = [known.sha256 for known in store.history(MODEL)]
    whole = all(store.reading(digest(number), MODEL) for number in range(1000))
    seen = len(told), str(store.problem), listed == [digest(number) for number in range(1000)], whole
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    store.close()
    print(json.dumps([*seen, str(store.problem)]))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(child)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    times, problem, listed, whole, afterwards = json.loads(done.stdout)
    assert (times, listed, whole, afterwards) == (1, True, True, "None")
    assert "memory only" in problem


def test_a_store_that_another_program_holds_loses_nothing(opens, file, told, monkeypatch):
    monkeypatch.setattr("core.store.connecting.PATIENCE_SECONDS", 0.05)
    store = opens()
    fill(store, range(3))
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        fill(store, range(3, 6))
        store.set_review(digest(1), Review("NORMAL"))
        assert is_told_once(told, store, "another program holds its file")
        assert has_all(store, range(6))
        other.execute("COMMIT")
    store.flush()
    assert store.problem is None
    store.close()
    assert has_all(opens(), range(6))


def test_while_another_program_holds_it_it_is_opened_and_read(opens, file, told):
    fill(opens(), range(3))
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store = opens()
        assert has_all(store, range(3))
        store.add(outcome(3), MODEL)
        other.execute("COMMIT")
    store.flush()
    assert told == []
    assert has_all(opens(), range(4))


def asides(file: Path) -> list[Path]:
    return [each for each in file.parent.glob("*.damaged-*") if not each.name.endswith("-wal")]


@pytest.mark.parametrize("content", [b"this is no store" * 999, b"\0" * 5000], ids=["text", "zeros"])
def test_a_damaged_file_is_put_aside_and_a_new_one_begun(opens, file, told, content):
    file.parent.mkdir()
    file.write_bytes(content)
    store = opens()
    assert is_told_once(told, store, "damaged")
    (aside,) = asides(file)
    assert aside.name in store.problem.hint
    assert aside.read_bytes() == content
    assert store.path == file
    fill(store, range(3))
    store.close()
    again = opens()
    assert again.problem is None
    assert has_all(again, range(3))


def spoil(file: Path) -> None:
    """Overwrite all but the first two pages."""
    with file.open("r+b") as each:
        each.seek(8192)
        each.write(b"\xa5" * (file.stat().st_size - 8192))


def test_damage_that_shows_only_on_reading_begins_a_new_one_too(opens, file, told):
    store = opens()
    fill(store, range(200))
    store.close()
    spoil(file)
    store = opens()
    assert store.problem is None
    store.add(outcome(500), MODEL)
    assert digest(500) in [known.sha256 for known in store.history(MODEL)]
    fill(store, [501])
    assert is_told_once(told, store, "damaged")
    assert has_all(store, [500, 501])
    store.close()
    assert len(asides(file)) == 1
    assert has_all(opens(), [500, 501])


@POSIX
def test_a_damaged_file_is_not_taken_from_another_window(opens, file, told):
    store = opens()
    fill(store, range(200))
    store.close()
    first = opens()
    spoil(file)
    second = opens()
    second.history(MODEL)
    fill(second, [500])
    assert is_told_once(told, second, "damaged")
    assert second.path is None
    assert second.reading(digest(500), MODEL)
    assert asides(file) == []
    first.close()
    second.flush()
    assert second.path == file
    second.close()
    assert has_all(opens(), [500])


def test_a_file_that_was_taken_away_is_told(opens, file, told):
    if sys.platform == "win32":
        pytest.skip("Windows does not let go of a file that is open")
    store = opens()
    fill(store, range(3))
    kept = file.rename(file.with_name("taken"))
    fill(store, range(3, 5))
    assert is_told_once(told, store, "taken away")
    assert has_all(store, range(5))
    kept.rename(file)
    store.flush()
    assert store.problem is None


def test_a_fault_in_who_is_told_does_no_harm(file, caplog, monkeypatch):
    from core.store.store import open_store

    monkeypatch.setattr(logger, "propagate", True)
    file.parent.mkdir()
    file.write_bytes(b"this is no store" * 999)

    def told(_: LungfieldError) -> None:
        raise ZeroDivisionError

    with open_store(file, told) as store:
        fill(store, range(2))
        assert has_all(store, range(2))
    assert "ZeroDivisionError" in caplog.text


def test_the_log_names_no_path(opens, file, caplog, monkeypatch):
    monkeypatch.setattr(logger, "propagate", True)  # an application that ran before may have its own log
    file.parent.mkdir()
    file.write_bytes(b"this is no store" * 999)
    with caplog.at_level(logging.INFO, logger.name):  # nncf sets the level of every handler there is
        opens()
    assert caplog.text
    assert str(file.parent) not in caplog.text
