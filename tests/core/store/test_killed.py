"""Killed at any moment, nothing is lost that was finished, and the store opens."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from core.review import Review
from tests.core.store.making import MODEL, digest, reading, said

ROOT = Path(__file__).resolve().parents[3]
CHILDREN = 50


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_killed_fifty_times_the_store_has_lost_nothing(opens, file):
    command = [sys.executable, "-m", "tests.core.store.killing", str(file), str(CHILDREN), "20251125"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    reports = json.loads(done.stdout)
    assert len(reports) == CHILDREN
    assert all(each["killed"] for each in reports), "a child ended by itself"

    asked, by_itself, reviewed = set(), set(), set()
    for each in reports:
        sure = written = -1
        words = [line.split() for line in each["said"].splitlines()]
        assert not any(word == "problem" for word, _ in words)
        for word, number in words:
            if word in ("durable", "reviewed"):
                sure = int(number)  # what was added before is written before
            if word == "reviewed":
                reviewed.add(int(number))
            if word == "written":
                written = int(number)
        added = {int(number) for word, number in words if word == "added"}
        asked |= {number for number in added if number <= sure}
        if sure < 0:
            by_itself |= {number for number in added if number <= written}
    assert len(asked) > CHILDREN
    assert len(by_itself) > CHILDREN
    assert reviewed
    durable = asked | by_itself

    store = opens()
    assert store.problem is None
    there = {known.sha256 for known in store.history(MODEL)}
    assert [number for number in durable if digest(number) not in there] == []
    assert [number for number in reviewed if store.review(digest(number)) != Review("NORMAL")] == []
    for number in sorted(durable)[:: max(len(durable) // 200, 1)]:
        assert said(store.reading(digest(number), MODEL)) == said(reading(number))
    store.close()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        # A scan has its reading and its map or none of them
        for question in (
            "SELECT count(*) FROM scans WHERE id NOT IN (SELECT scan FROM readings)",
            "SELECT count(*) FROM readings WHERE scan NOT IN (SELECT scan FROM maps)",
        ):
            assert connection.execute(question).fetchone() == (0,)
