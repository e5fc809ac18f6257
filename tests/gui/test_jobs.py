"""Background work: what a job says, in which thread, in what order, and how it all ends."""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal

from core.progress import Cancelled
from gui.jobs import Job, JobProgress, Lane, Lanes

SAID = ("progressed", "said", "gave", "succeeded", "failed", "cancelled")
LAST = {"succeeded", "failed", "cancelled"}


class Heard:
    """All that a job says, in order: the signal's name, then its values."""

    def __init__(self, job: Job) -> None:
        self.events: list[tuple[Any, ...]] = []
        self.over = 0
        for name in SAID:
            getattr(job, name).connect(lambda *values, name=name: self.events.append((name, *values)))
        job.ended.connect(self._on_ended)

    def _on_ended(self, job: Job) -> None:
        self.over += 1
        self.events.append(("ended", job.place))

    @property
    def last(self) -> list[tuple[Any, ...]]:
        return [event for event in self.events if event[0] in LAST]

    def of(self, name: str) -> list[Any]:
        return [event[1] if len(event) == 2 else event[1:] for event in self.events if event[0] == name]


def nothing(_: JobProgress) -> None:
    pass


def until(event: threading.Event, progress: JobProgress) -> str:
    """Work until the event is set, looking every millisecond whether to stop."""
    while not event.wait(0.001):
        progress.check()
    return "done"


def settle(qtbot, lane: Lane) -> None:
    qtbot.waitUntil(lambda: lane.is_idle, timeout=10_000)


def wait_in_thread(lane: Lane) -> None:
    """Until the lane's thread has done what was started, without anything being heard of it here."""
    done = threading.Event()

    def say_so(_: JobProgress) -> None:
        done.set()

    lane.start(say_so)
    assert done.wait(10)


def give_up(_: JobProgress) -> None:
    raise Cancelled


def divide(_: JobProgress) -> float:
    return 1 / 0


@pytest.mark.parametrize(
    ("work", "said"), [(nothing, "succeeded"), (divide, "failed"), (give_up, "cancelled")]
)
def test_a_job_ends_in_exactly_one_way(lane, qtbot, work, said):
    heard = Heard(lane.start(work, "here"))
    settle(qtbot, lane)
    qtbot.wait(20)
    assert [event[0] for event in heard.events] == [said, "ended"]


def test_succeeded_brings_what_the_work_returned(lane, qtbot):
    result = object()
    heard = Heard(lane.start(lambda _: result))
    settle(qtbot, lane)
    assert heard.of("succeeded")[0] is result


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt, GeneratorExit, BaseException])
def test_whatever_is_raised_comes_back_as_failed(lane, qtbot, kind):
    raised = kind("of the work")

    def work(_: JobProgress) -> None:
        raise raised

    heard = Heard(lane.start(work))
    after = Heard(lane.start(nothing))
    settle(qtbot, lane)
    assert heard.of("failed") == [raised]
    assert [event[0] for event in after.last] == ["succeeded"], "the lane goes on"


def test_work_runs_in_the_lanes_thread_and_is_heard_of_in_this_one(lane, qtbot):
    here, worked, heard_in = threading.get_ident(), [], []

    def work(progress: JobProgress) -> None:
        worked.append(threading.current_thread().name)
        progress.report(1.0)
        progress.say("a line")
        progress.give(1)

    for each in (work, divide, give_up):
        job = lane.start(each)
        for name in (*SAID, "ended"):
            getattr(job, name).connect(lambda *_: heard_in.append(threading.get_ident()))
    settle(qtbot, lane)
    assert worked == ["lane test"]
    assert heard_in == [here] * 9  # three parts, three ends, and three times `ended`


def test_jobs_run_in_order_and_one_at_a_time(lane, qtbot):
    running, began, at_once = [], [], []

    def work(number: int, _: JobProgress) -> None:
        running.append(number)
        began.append(number)
        time.sleep(0.002)
        at_once.append(len(running))
        running.remove(number)

    for number in range(20):
        lane.start(partial(work, number))
    settle(qtbot, lane)
    assert began == list(range(20))
    assert set(at_once) == {1}


def test_two_lanes_work_at_the_same_time(lanes, qtbot):
    met = threading.Barrier(2)
    pair = [lanes.lane(name) for name in ("one", "two")]
    heard = [Heard(each.start(lambda _: met.wait(10) >= 0)) for each in pair]
    for each in pair:
        settle(qtbot, each)
    assert [each.of("succeeded") for each in heard] == [[True], [True]]


# One supersedes another


def test_a_running_job_that_is_superseded_stops_and_says_nothing_else(lane, qtbot):
    began, never = threading.Event(), threading.Event()

    def work(progress: JobProgress) -> str:
        progress.report(0.5, "half")
        progress.say("a line")
        progress.give("a part")
        began.set()
        return until(never, progress)

    old = Heard(lane.start(work, "place"))
    assert began.wait(10)
    new = Heard(lane.start(nothing, "place"))
    settle(qtbot, lane)
    assert old.events == [("cancelled",), ("ended", "place")]
    assert new.events == [("succeeded", None), ("ended", "place")]


def test_a_waiting_job_that_is_superseded_is_never_begun(lane, qtbot):
    go, begun = threading.Event(), []
    lane.start(partial(until, go))
    old = Heard(lane.start(lambda _: begun.append("old"), "place"))
    new = Heard(lane.start(lambda _: begun.append("new"), "place"))
    go.set()
    settle(qtbot, lane)
    assert begun == ["new"]
    assert [event[0] for event in old.last + new.last] == ["cancelled", "succeeded"]


@pytest.mark.parametrize("end", [nothing, divide])
def test_a_finished_job_is_superseded_as_long_as_nobody_heard_of_it(lane, qtbot, end):
    def work(progress: JobProgress) -> None:
        progress.report(1.0)
        progress.say("a line")
        progress.give("a part")
        end(progress)

    old = Heard(lane.start(work, "place"))
    wait_in_thread(lane)
    assert old.events == []
    lane.start(nothing, "place")
    settle(qtbot, lane)
    assert old.events == [("cancelled",), ("ended", "place")]


@pytest.mark.parametrize(("first", "second"), [("left", "right"), ("", "")])
def test_jobs_for_different_places_or_for_none_leave_each_other_alone(lane, qtbot, first, second):
    heard = [Heard(lane.start(nothing, place)) for place in (first, second)]
    settle(qtbot, lane)
    assert [event[0] for each in heard for event in each.last] == ["succeeded", "succeeded"]


# Reports


def test_reports_that_follow_fast_are_thinned_out(lane, qtbot):
    took = []

    def work(progress: JobProgress) -> None:
        began = time.monotonic()
        for number in range(20_000):
            progress.report(number / 20_000, str(number))
        took.append(time.monotonic() - began)

    heard = Heard(lane.start(work))
    settle(qtbot, lane)
    assert 1 <= len(heard.of("progressed")) <= 1 + took[0] / 0.04


def test_the_last_report_always_comes(lane, qtbot):
    def work(progress: JobProgress) -> None:
        progress.report(0.25, "begun")
        progress.part(0.5, 1.0).part(0.5, 1.0).report(1.0, "all")

    heard = Heard(lane.start(work))
    settle(qtbot, lane)
    assert heard.of("progressed") == [(0.25, "begun"), (1.0, "all")]


def test_parts_of_a_result_come_all_and_in_order_and_before_the_end(lane, qtbot):
    parts = [object() for _ in range(300)]

    def work(progress: JobProgress) -> None:
        for part in parts:
            progress.give(part)

    heard = Heard(lane.start(work))
    settle(qtbot, lane)
    assert heard.events == [*(("gave", part) for part in parts), ("succeeded", None), ("ended", "")]


def test_no_line_that_is_said_gets_lost(lane, qtbot):
    def work(progress: JobProgress) -> None:
        for number in range(100):
            progress.part(0, 0.5).say(f"line {number}")

    heard = Heard(lane.start(work))
    settle(qtbot, lane)
    assert heard.of("said") == [f"line {number}" for number in range(100)]


# Cancelling


def test_cancel_answers_soon_where_the_work_looks(lane, qtbot):
    began, never = threading.Event(), threading.Event()

    def work(progress: JobProgress) -> str:
        began.set()
        return until(never, progress)

    job = lane.start(work)
    heard = Heard(job)
    assert began.wait(10)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    assert heard.of("succeeded") == []


def test_a_result_that_comes_after_cancel_is_not_passed_on(lane, qtbot):
    go = threading.Event()
    job = lane.start(lambda _: go.wait(10))  # does not look
    heard = Heard(job)
    job.cancel()
    go.set()
    settle(qtbot, lane)
    assert heard.events == [("cancelled",), ("ended", "")]


def test_cancelling_what_is_over_changes_nothing(lane, qtbot):
    job = lane.start(nothing)
    heard = Heard(job)
    settle(qtbot, lane)
    job.cancel()
    qtbot.wait(20)
    assert heard.events == [("succeeded", None), ("ended", "")]


def test_cancel_all_reaches_running_and_waiting_jobs(lane, qtbot):
    never = threading.Event()
    heard = [Heard(lane.start(partial(until, never))) for _ in range(3)]
    lane.cancel_all()
    settle(qtbot, lane)
    assert [event[0] for each in heard for event in each.last] == ["cancelled"] * 3


# Idle


def test_idle_is_said_once_and_after_the_last_job(lane, qtbot):
    said = []
    lane.idle.connect(lambda: said.append("idle"))
    for _ in range(3):
        lane.start(nothing).ended.connect(lambda _: said.append("ended"))
    settle(qtbot, lane)
    assert said == ["ended", "ended", "ended", "idle"]


def test_a_lane_is_not_idle_where_the_end_of_a_job_starts_another(lane, qtbot):
    said = []
    lane.idle.connect(lambda: said.append("idle"))
    lane.start(nothing).ended.connect(
        lambda _: lane.start(nothing).ended.connect(lambda _: said.append("second"))
    )
    settle(qtbot, lane)
    assert said == ["second", "idle"]


def test_a_lane_is_busy_until_the_end_was_heard(lane, qtbot):
    assert lane.is_idle
    job = lane.start(nothing)
    wait_in_thread(lane)
    assert not lane.is_idle
    assert not job.is_over
    settle(qtbot, lane)
    assert job.is_over


def test_a_slot_that_fails_stops_nothing(lane, qtbot):
    def fail(_: object) -> None:
        raise ValueError("in the slot")

    with qtbot.captureExceptions() as raised:
        job = lane.start(nothing)
        job.succeeded.connect(fail)
        heard = [Heard(job), Heard(lane.start(nothing))]
        settle(qtbot, lane)
    assert [kind for kind, *_ in raised] == [ValueError]
    assert [each.over for each in heard] == [1, 1]


# Closing


def test_closing_stops_what_runs_and_what_waits(lanes, qtbot):
    lane, begun, never, ran = lanes.lane("closing"), threading.Event(), threading.Event(), []

    def work(progress: JobProgress) -> str:
        begun.set()
        return until(never, progress)

    heard = [Heard(lane.start(work)), Heard(lane.start(ran.append))]
    assert begun.wait(10)
    assert lanes.close()
    settle(qtbot, lane)
    assert [event[0] for each in heard for event in each.last] == ["cancelled", "cancelled"]
    assert ran == []


def test_closing_waits_for_what_finishes(lanes, qtbot):
    lane, begun, ran = lanes.lane("closing"), threading.Event(), []

    def work(progress: JobProgress) -> None:
        begun.set()
        time.sleep(0.05)
        progress.check()
        ran.append("running")

    jobs = [
        lane.start(work, finishes=True),
        lane.start(lambda _: ran.append("never")),
        lane.start(lambda _: ran.append("waiting"), finishes=True),
    ]
    heard = [Heard(job) for job in jobs]
    assert begun.wait(10)
    assert lanes.close()
    settle(qtbot, lane)
    assert ran == ["running", "waiting"]
    assert [event[0] for each in heard for event in each.last] == ["succeeded", "cancelled", "succeeded"]


def test_closing_ends_the_thread(lanes):
    lanes.lane("brief").start(nothing)
    assert "lane brief" in {thread.name for thread in threading.enumerate()}
    lanes.close()
    assert "lane brief" not in {thread.name for thread in threading.enumerate()}


def test_closing_twice_is_closing_once(lanes):
    lanes.lane("used").start(nothing)
    lanes.lane("unused")
    assert lanes.close()
    assert lanes.close()


def test_a_closed_lane_takes_nothing(lanes):
    lane = lanes.lane("closed")
    lanes.close()
    with pytest.raises(RuntimeError, match="closed"):
        lane.start(nothing)


def test_closing_tells_of_work_that_does_not_stop(lanes):
    go = threading.Event()
    lanes.lane("stubborn").start(lambda _: go.wait(10))
    assert not lanes.close(0.05)
    go.set()
    assert lanes.close()


def test_no_thread_is_made_before_there_is_work(qapp):
    before = threading.active_count()
    made = Lanes()
    made.lane("never used")
    assert threading.active_count() == before


# What is kept, and where it dies


def test_the_work_is_let_go_before_its_end_is_heard(lane, qtbot):
    class Large:
        pass

    def work(_: Large, __: JobProgress) -> None:
        pass

    large, alive, go = Large(), [], threading.Event()
    left = weakref.ref(large)
    lane.start(lambda _: go.wait(10))
    job = lane.start(partial(work, large))
    del large
    job.succeeded.connect(lambda _: alive.append(left()))
    # In the lane's thread, which is then still busy with the job when its end is heard of here
    job._told.connect(lambda *_: time.sleep(0.05), Qt.ConnectionType.DirectConnection)
    go.set()
    settle(qtbot, lane)
    assert alive == [None]


@pytest.mark.parametrize("work", [nothing, divide])
def test_a_job_dies_in_the_thread_it_lives_in(lane, qtbot, monkeypatch, work):
    died_in: list[int] = []
    run = Job.run

    def run_and_linger(job: Job) -> None:
        run(job)
        time.sleep(0.03)  # the end is heard meanwhile

    monkeypatch.setattr(Job, "run", run_and_linger)
    for _ in range(5):
        weakref.finalize(lane.start(work), lambda: died_in.append(threading.get_ident()))
    settle(qtbot, lane)
    qtbot.waitUntil(lambda: len(died_in) == 5)
    assert set(died_in) == {threading.get_ident()}


def test_a_failed_job_is_freed_without_the_garbage_collector(lane, qtbot):
    """It would run in any thread, and a QObject must die in its own."""
    died = []
    gc.disable()
    try:
        weakref.finalize(lane.start(divide), died.append, "died")
        settle(qtbot, lane)
        qtbot.waitUntil(lambda: died == ["died"])
    finally:
        gc.enable()


class _Bell(QObject):
    rung = Signal(object)


def test_emitting_a_signal_costs_no_reference(qapp):
    """PySide6 6.12.0 loses one of True each time, until Python 3.11 aborts; later ones do not count them."""
    bell = _Bell()
    before = sys.getrefcount(True)
    for _ in range(200):
        bell.rung.emit(None)
    assert abs(sys.getrefcount(True) - before) < 100
