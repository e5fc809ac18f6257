"""The store in the window: the person is told once where nothing can be kept, and the run goes on."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from core import paths
from core.errors import LungfieldError
from core.store.schema import MIGRATIONS
from core.store.store import open_store
from gui.storing import Storing
from tests.core.store.making import MODEL, digest, outcome
from tests.gui.driving import PATIENCE_MS, close_and, drop, files_mime, names, settle


@pytest.fixture
def place() -> Iterator[Path]:
    """Where the person's own store lies; nothing is there."""
    place = paths.user_data() / "lungfield.sqlite3"

    def clear() -> None:
        for file in place.parent.glob(f"{place.name}*"):
            file.unlink()

    clear()
    yield place
    clear()


@pytest.fixture
def newer(place: Path) -> Path:
    """A store that a newer Lungfield made, which this one must not touch."""
    open_store(place).close()
    with contextlib.closing(sqlite3.connect(place)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    return place


def test_it_lies_with_what_is_the_persons_own(place, qapp):
    storing = Storing()
    storing.store.add(outcome(1), MODEL)
    storing.close()
    storing.close()
    with open_store(place) as store:
        assert store.has(digest(1), MODEL)


def test_where_nothing_of_the_persons_may_be_touched_it_lies_elsewhere_and_is_gone_afterwards(place, qapp):
    storing = Storing(keep=False)
    elsewhere = storing.store.path
    storing.store.add(outcome(1), MODEL)
    storing.store.flush()
    assert elsewhere.exists()
    storing.close()
    assert not elsewhere.parent.exists()
    assert not place.exists()


def test_a_problem_is_told_once_the_window_can_show_it(newer, qapp):
    told = []
    storing = Storing()
    storing.problem.connect(told.append)
    assert told == []
    qapp.processEvents()
    assert [type(each) for each in told] == [LungfieldError]
    assert "newer Lungfield" in told[0].message
    storing.close()


def test_a_problem_that_another_thread_notices_is_told_in_the_windows(place, qapp, qtbot):
    storing = Storing()
    threads = []
    storing.problem.connect(lambda _: threads.append(threading.current_thread()))
    for file in place.parent.glob(f"{place.name}*"):
        file.unlink()
    storing.store.add(outcome(1), MODEL)
    qtbot.waitUntil(lambda: bool(threads), timeout=PATIENCE_MS)
    assert threads == [threading.main_thread()]
    storing.close()


def test_whether_all_is_kept_is_told_when_that_changes(newer, qapp):
    storing = Storing()
    said = []
    storing.kept.connect(said.append)
    storing.look()
    storing.look()
    assert [str(each) for each in said] == [str(storing.store.problem)]
    storing.close()


# In the window. `begin` comes first: it forgets what lies there


def banners(lungfield) -> list[str]:
    """What is told from now on."""
    told: list[str] = []
    lungfield.funnel.told.connect(lambda problem: told.append(problem.message))
    return told


def test_a_store_that_cannot_be_used_is_told_once_and_the_run_goes_on(begin, newer, qtbot, scans):
    content = newer.read_bytes()
    lungfield = begin(*scans)
    told = banners(lungfield)
    assert "newer Lungfield" in lungfield.window.banner.text
    assert [entry.status for entry in lungfield.session.worklist.entries] == ["ok"] * 3
    lungfield.session.reviews.correct([lungfield.session.current], "NORMAL")
    lungfield.window.actions_["clear"].trigger()
    drop(lungfield, files_mime(*scans))
    settle(qtbot, lungfield)
    assert names(lungfield) == [file.name for file in scans]
    assert lungfield.session.current.review.label == "NORMAL"
    assert lungfield.session.reading.has_map
    assert told == []
    assert newer.read_bytes() == content
    close_and(lungfield, QMessageBox.StandardButton.Close)
    assert not lungfield.window.isVisible()


def test_who_would_lose_reviews_by_closing_is_asked(begin, newer, scans):
    lungfield = begin(*scans[:1])
    lungfield.session.reviews.correct([lungfield.session.current], "NORMAL")
    close_and(lungfield, QMessageBox.StandardButton.Cancel)
    assert lungfield.window.isVisible()
    assert lungfield.session.current.review.label == "NORMAL"
    close_and(lungfield, QMessageBox.StandardButton.Close)
    assert not lungfield.window.isVisible()


def test_who_reviewed_nothing_is_not_asked(begin, newer, scans):
    lungfield = begin(*scans[:1])
    lungfield.window.close()
    assert not lungfield.window.isVisible()


def test_what_cannot_be_kept_is_said_until_it_can(begin, place, qtbot, scans):
    lungfield = begin(*scans[:1])
    status = lungfield.window.status
    assert not status._trouble.isVisible()
    for file in place.parent.glob(f"{place.name}*"):
        file.unlink()
    lungfield.session.read_again()
    qtbot.waitUntil(lambda: "taken away" in lungfield.window.banner.text, timeout=PATIENCE_MS)
    qtbot.waitUntil(status._trouble.isVisible, timeout=PATIENCE_MS)
    assert "memory only" in status._trouble.text()
    settle(qtbot, lungfield)
