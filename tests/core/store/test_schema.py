"""An older store is brought up to date a step at a time, backed up before each; a newer one is left alone."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from core.review import Review
from core.store.schema import APPLICATION_ID, MIGRATIONS, back_up, backup_of
from tests.core.store.making import MODEL, dicom_facts, digest, outcome, reading, said


def ask(file: Path, question: str) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return connection.execute(question).fetchall()


def dump(file: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def add_column(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE scans ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'")
    connection.execute("UPDATE scans SET colour = 'migrated'")


def fail_half_way(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM readings")
    connection.execute("ALTER TABLE scans ADD COLUMN half INTEGER")
    raise ZeroDivisionError


@pytest.fixture
def filled(opens, file) -> Path:
    """A store of the present version with something in it."""
    store = opens()
    for number in range(20):
        store.add(outcome(number), MODEL)
    store.set_review(digest(1), Review("NORMAL"))
    store.close()
    return file


def version(file: Path) -> int:
    return ask(file, "PRAGMA user_version")[0][0]


def test_a_new_store_has_every_step_and_no_backup(store, file):
    assert version(file) == len(MIGRATIONS)
    assert ask(file, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert not list(file.parent.glob("*version*"))


def test_writing_is_durable_and_readers_do_not_wait(store):
    with store._disk.connection() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_the_first_step_makes_the_tables_out_of_nothing():
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        MIGRATIONS[0](connection)
        names = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    assert names == {"scans", "models", "readings", "maps", "reviews"}


def test_a_further_step_is_taken_once_and_what_there_was_stays(filled, opens):
    store = opens(steps=(*MIGRATIONS, add_column))
    assert store.problem is None
    store.add(outcome(30), MODEL)
    store.close()
    assert version(filled) == len(MIGRATIONS) + 1
    assert ask(filled, "SELECT colour, count(*) FROM scans GROUP BY colour ORDER BY colour") == [
        ("grey", 1),
        ("migrated", 20),
    ]
    again = opens(steps=(*MIGRATIONS, add_column))
    assert len(again.history(MODEL)) == 21
    assert said(again.reading(digest(3), MODEL)) == said(reading(3))
    assert again.review(digest(1)) == Review("NORMAL")


def test_several_steps_have_a_backup_each(filled, opens):
    old = len(MIGRATIONS)

    def drop_reviews(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM reviews")

    opens(steps=(*MIGRATIONS, drop_reviews, add_column)).close()
    assert version(filled) == old + 2
    first, second = backup_of(filled, old), backup_of(filled, old + 1)
    assert (version(first), version(second)) == (old, old + 1)
    assert ask(first, "SELECT count(*) FROM reviews") == [(1,)]
    assert ask(second, "SELECT count(*) FROM reviews") == [(0,)]
    assert ask(first, "SELECT count(*) FROM maps") == [(20,)]
    assert ask(first, "PRAGMA integrity_check") == [("ok",)]


def test_a_backup_counts_what_only_the_log_has_yet(opens, file):
    store = opens()
    store.set_review(digest(1), Review("NORMAL"))
    assert file.with_name(f"{file.name}-wal").stat().st_size
    back_up(file, file.with_name("copy"))
    assert ask(file.with_name("copy"), "SELECT count(*) FROM reviews") == [(1,)]
    assert sorted(each.name for each in file.parent.glob("copy*")) == ["copy"]


@pytest.mark.skipif(sys.platform == "win32", reason="who may read a file is said otherwise there")
def test_a_backup_is_the_persons_alone(filled):
    back_up(filled, filled.with_name("copy"))
    assert filled.with_name("copy").stat().st_mode & 0o777 == 0o600


def test_a_backup_that_fails_leaves_the_one_before(filled, monkeypatch):
    copy = filled.with_name("copy")
    copy.write_bytes(b"the one before")

    def refuse(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="no"):
        back_up(filled, copy)
    assert copy.read_bytes() == b"the one before"
    assert [each.name for each in filled.parent.glob("copy*")] == ["copy"]


def test_a_step_that_fails_leaves_the_store_as_it_was(filled, opens, told, caplog):
    before = dump(filled)
    store = opens(steps=(*MIGRATIONS, fail_half_way))
    assert "could not be brought" in store.problem.message
    assert [str(each) for each in told] == [str(store.problem)]
    assert "ZeroDivisionError" in caplog.text
    # It goes on in memory
    store.add(outcome(50), MODEL)
    assert said(store.reading(digest(50), MODEL)) == said(reading(50))
    assert (store.path, store.size_bytes()) == (None, 0)
    store.close()
    assert dump(filled) == before
    assert version(filled) == len(MIGRATIONS)
    assert version(backup_of(filled, len(MIGRATIONS))) == len(MIGRATIONS)
    # And the Lungfield before still opens it
    assert opens().problem is None


def test_a_later_step_that_fails_keeps_the_earlier(filled, opens):
    opens(steps=(*MIGRATIONS, add_column, fail_half_way)).close()
    assert version(filled) == len(MIGRATIONS) + 1
    assert ask(filled, "SELECT count(*) FROM readings") == [(20,)]


def test_a_newer_store_is_not_touched(filled, opens, told):
    opens(steps=(*MIGRATIONS, add_column)).close()
    content = filled.read_bytes()
    store = opens()
    assert "newer Lungfield" in store.problem.message
    assert store.problem.hint
    assert [str(each) for each in told] == [str(store.problem)]
    assert store.path is None
    assert store.history(MODEL) == []
    store.add(outcome(1), MODEL)
    store.set_review(digest(1), Review("NORMAL"))
    store.flush()
    assert store.known(digest(1), MODEL).review == Review("NORMAL")
    assert store.counts() == {"scans": 1, "readings": 1, "reviews": 1}
    store.close()
    assert filled.read_bytes() == content


def test_another_programs_file_is_not_touched(opens, file):
    file.parent.mkdir()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE scans (anything)")
    content = file.read_bytes()
    store = opens()
    assert "another program" in store.problem.message
    store.add(outcome(1), MODEL)
    store.close()
    assert file.read_bytes() == content


def test_the_columns_of_dicom_facts_may_grow_and_shrink(store):
    # They are kept as JSON by name: what a later Lungfield adds is left out by this one
    scan = outcome(1).scan
    with_more = type(scan)(scan.pixels, dicom=dicom_facts())
    store.add(outcome(1, scan=with_more), MODEL)
    store.flush()
    with store._disk.connection() as connection:
        connection.execute("UPDATE scans SET dicom = json_set(dicom, '$.laterality', 'R')")
    assert asdict(store.dicom(digest(1))) == asdict(dicom_facts())
