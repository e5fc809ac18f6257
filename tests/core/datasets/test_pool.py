"""Work on a pool: in order, bounded, and left at once."""

from __future__ import annotations

import threading
import time

import pytest

from core.datasets.pool import on_a_pool
from core.progress import Cancelled, NullProgress


class Stop(NullProgress):
    def __init__(self) -> None:
        self.is_wanted = False

    def check(self) -> None:
        if self.is_wanted:
            raise Cancelled


def test_in_order_and_never_far_ahead() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        time.sleep(0.002 * (number % 3))
        return -number

    for number, made in enumerate(on_a_pool(work, range(200), NullProgress())):
        assert made == -number
        assert len(begun) <= number + 20
    assert sorted(begun) == list(range(200))


def test_nothing_to_do() -> None:
    assert list(on_a_pool(str, [], NullProgress())) == []


def test_what_goes_wrong_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        list(on_a_pool(lambda number: 1 // number, [2, 1, 0, 3], NullProgress()))


def test_cancel_does_not_wait_for_a_file_on_a_share_that_hangs() -> None:
    answers = threading.Event()
    progress = Stop()
    asked = 0.0

    def work(number: int) -> int:
        nonlocal asked
        if number == 3:
            asked = time.monotonic()
            progress.is_wanted = True
            answers.wait(30)
        return number

    try:
        with pytest.raises(Cancelled):
            list(on_a_pool(work, range(1000), progress))
        assert time.monotonic() - asked < 20  # 50 ms where nothing else runs; the file hangs for longer
    finally:
        answers.set()
