from __future__ import annotations

from types import SimpleNamespace

import pytest

from core import pace
from core.pace import Pace, duration


@pytest.fixture
def clock(monkeypatch):
    made = SimpleNamespace(now=100.0)
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def test_the_rate_is_what_was_done_in_the_time(clock):
    going = Pace()
    for done in range(1, 41):
        clock.now += 0.25
        going.tell(done)
    assert going.rate == pytest.approx(4)
    assert going.left(20) == pytest.approx(5)


def test_it_is_too_early_to_say_at_first(clock):
    going = Pace()
    clock.now += 10
    going.tell(4)
    assert going.rate is going.left(10) is None
    going = Pace()
    clock.now += 0.9
    going.tell(50)
    assert going.rate is None


def test_what_flashed_by_at_first_is_soon_forgotten(clock):
    """A thousand that were known already, then one a second."""
    going = Pace()
    clock.now += 0.5
    going.tell(1000)
    for done in range(1001, 1061):
        clock.now += 1
        going.tell(done)
    assert going.rate == pytest.approx(1, rel=0.1)


def test_a_standstill_slows_it_down(clock):
    going = Pace()
    for done in range(1, 11):
        clock.now += 1
        going.tell(done)
    before = going.rate
    clock.now += 10
    assert going.rate < before


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59, "59 s"), (90, "1:30 min"), (3990, "1:06:30 h")]
)
def test_durations_are_said_in_words(seconds, words):
    assert duration(seconds) == words
