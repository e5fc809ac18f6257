"""What is known of a page while it is open, and no longer."""

from __future__ import annotations

from core.web.desk import Seen
from core.web.sessions import Sessions

SEEN = Seen("scan.png", {"status": "ok"})


def test_each_page_has_its_own() -> None:
    sessions = Sessions()
    sessions.of("a").seen = [SEEN]
    assert list(sessions.of("a").seen) == [SEEN]
    assert list(sessions.of("b").seen) == []
    assert len(sessions) == 2


def test_closing_a_page_stops_what_it_asked_for_and_forgets_it() -> None:
    sessions = Sessions()
    session = sessions.of("a")
    session.seen = [SEEN]
    sessions.end("a")
    assert session.stop.is_set()
    assert list(session.seen) == []
    assert len(sessions) == 0


def test_what_comes_to_its_turn_after_its_page_was_closed_is_stopped_and_not_kept() -> None:
    sessions = Sessions()
    sessions.end("a")
    late = sessions.of("a")
    late.begin()
    assert late.stop.is_set()
    assert len(sessions) == 0


def test_a_page_that_was_stopped_reads_again() -> None:
    session = Sessions().of("a")
    session.stop.set()
    session.begin()
    assert not session.stop.is_set()
