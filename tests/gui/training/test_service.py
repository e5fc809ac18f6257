"""Training in the background of the window: what it says, and how it ends."""

from __future__ import annotations

import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from core.errors import DatasetError
from core.learning import child, runs
from core.learning.child import ChildDied, Worker
from core.learning.recipe import Recipe
from core.learning.supervise import ChildBroke
from core.learning.watching import Position, Trained
from gui.training.service import TrainingService
from tests.datasets import write_dataset
from tests.gui.watch import Watch
from tests.working import EAGER_PROGRAM

RECIPE = Recipe(
    init="random", epochs=2, batch_size=8, size=64, standardise=True, validation_share=0.25, int8=False
)
PATIENCE_MS = 120_000

#: A process of Python's alone, which speaks the protocol; what it does is put in.
TALKER = """
import json, os, sys, time
def say(kind, what=None): print(json.dumps({"tell": kind, "what": what}), flush=True)
def hear(): return json.loads(sys.stdin.readline() or sys.exit())
def done(): say("done", {"trained": ["model", "table", "complete", 2]})
"""


class Tape:
    """Everything that a service says, in order. A QObject's signals want bound methods."""

    def __init__(self, service: TrainingService) -> None:
        self.said: list[tuple[str, object]] = []
        self.service = service
        for name in ("started", "epoch", "wrong", "paused", "succeeded", "failed", "cancelled", "changed"):
            getattr(service, name).connect(getattr(self, f"on_{name}"))

    def on_started(self, job):
        self.said.append(("started", job))

    def on_epoch(self, result):
        self.said.append(("epoch", result))

    def on_wrong(self, scans):
        self.said.append(("wrong", scans))

    def on_paused(self, paused):
        self.said.append(("paused", paused))

    def on_succeeded(self, trained):
        assert not self.service.is_running
        self.said.append(("succeeded", trained))

    def on_failed(self, error):
        assert not self.service.is_running
        self.said.append(("failed", error))

    def on_cancelled(self):
        assert not self.service.is_running
        self.said.append(("cancelled", None))

    def on_changed(self):
        self.said.append(("changed", (self.service.is_running, self.service.is_paused)))

    def of(self, *kinds: str) -> list[tuple[str, object]]:
        return [(kind, what) for kind, what in self.said if kind in kinds]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))


@pytest.fixture
def service(lanes, qapp, monkeypatch):
    monkeypatch.setattr(child, "own_program", lambda: EAGER_PROGRAM)
    made = TrainingService(lanes.lane("training", behind=True), lanes.lane("measuring", behind=True))
    yield made
    assert lanes.close()
    made.end()
    qapp.processEvents()


@pytest.fixture
def talks(monkeypatch, lanes, qapp):
    """A service whose processes run these lines."""
    made: list[TrainingService] = []

    def make(code: str) -> TrainingService:
        program = [sys.executable, "-c", TALKER + textwrap.dedent(code)]
        monkeypatch.setattr(child, "own_program", lambda: program)
        made.append(TrainingService(lanes.lane("training"), lanes.lane("measuring")))
        return made[-1]

    yield make
    assert lanes.close()
    for each in made:
        each.end()
    qapp.processEvents()


def job():
    return runs.new_run([Path("scans")], RECIPE, "cpu", "ward 7")


def test_a_run_says_what_it_does(talks, qtbot):
    service = talks(
        """
        command = hear()
        assert command["do"] == "train" and command["name"] == "ward 7"
        say("said", "scans are read")
        say("position", {"stage": "epochs", "epoch": 1, "epochs": 2, "of_all": 0.5, "loss": 0.3})
        say("epoch", {"epoch": 1, "val_auc": 0.9})
        say("wrong", [["a.png", 1, 0.25]])
        done()
        """
    )
    tape, asked = Tape(service), job()
    positions, lines = [], []
    service.position.connect(positions.append)
    service.said.connect(lines.append)
    with qtbot.waitSignal(service.succeeded, timeout=PATIENCE_MS):
        service.start(asked)
        assert service.is_running
    assert tape.said[:2] == [("started", asked), ("changed", (True, False))]
    assert tape.said[-1] == ("succeeded", Trained(Path("model"), Path("table"), "complete", 2))
    assert tape.of("epoch") == [("epoch", {"epoch": 1, "val_auc": 0.9})]
    assert [scan.path for scan in tape.of("wrong")[0][1]] == [Path("a.png")]
    assert positions == [service.last_position] == [Position("epochs", 1, 2, 0.0, 0.5, None, 0.3)]
    assert lines == ["scans are read"]
    assert service.job == asked


def test_only_one_at_a_time(talks, qtbot):
    service = talks("hear(); time.sleep(60)")
    service.start(job())
    with pytest.raises(RuntimeError):
        service.start(job())


def test_pause_go_on_and_enough_reach_it(talks, qtbot):
    service = talks(
        """
        hear()
        words = [hear()["control"] for _ in range(3)]
        say("said", " ".join(words))
        done()
        """
    )
    tape, lines = Tape(service), []
    service.said.connect(lines.append)
    service.pause()  # there is nothing to pause
    assert not service.is_paused
    with qtbot.waitSignal(service.succeeded, timeout=PATIENCE_MS):
        service.start(job())
        service.pause()
        service.pause()
        assert service.is_paused
        service.go_on()
        service.enough()
    assert lines == ["pause go-on enough"]
    assert [what for _, what in tape.of("paused")] == [True, False]


def test_what_ends_while_paused_is_paused_no_more(talks, qtbot):
    service = talks("hear(); time.sleep(60)")
    tape = Tape(service)
    service.start(job())
    service.pause()
    with qtbot.waitSignal(service.cancelled, timeout=PATIENCE_MS):
        service.cancel()
    assert tape.said[-3:] == [("paused", False), ("changed", (False, False)), ("cancelled", None)]


def test_cancel_is_answered_at_once_whatever_the_process_does(talks, qtbot, monkeypatch):
    patience = []
    stop = Worker.stop
    monkeypatch.setattr(
        Worker, "stop", lambda worker, seconds: (patience.append(seconds), stop(worker, seconds))
    )
    service = talks("hear(); say('said', 'busy'); time.sleep(60)")
    asked = job()
    with qtbot.waitSignal(service.said, timeout=PATIENCE_MS):
        service.start(asked)
    begun = time.perf_counter()
    with qtbot.waitSignal(service.cancelled, timeout=PATIENCE_MS):
        service.cancel()
    assert time.perf_counter() - begun < 30  # it sleeps for twice that
    assert patience == [0]
    assert [run.folder for run in runs.interrupted()] == [asked.out]


@pytest.mark.parametrize("epochs_done", [0, 1])
def test_what_is_refused_leaves_nothing_where_there_is_nothing_to_go_on_from(talks, qtbot, epochs_done):
    from safetensors.numpy import save_file

    service = talks(
        "hear(); say('refused', {'name': 'DatasetError', 'message': 'no scans', 'hint': 'add some'}); hear()"
    )
    asked = job()
    if epochs_done:
        file = asked.out / "interrupted.safetensors"
        save_file({"x": np.zeros(1)}, file, {"lungfield-run": '{"history": [1]}'})
    with qtbot.waitSignal(service.failed, timeout=PATIENCE_MS) as failed:
        service.start(asked)
    assert type(failed.args[0]) is DatasetError
    assert asked.out.exists() == bool(epochs_done)


def test_a_run_that_goes_on_has_its_earlier_epochs_from_the_start(talks, qtbot):
    from safetensors.numpy import save_file

    service = talks("hear(); say('epoch', {'epoch': 3}); hear(); done()")
    asked = job()
    save_file(
        {"x": np.zeros(1)}, asked.out / "interrupted.safetensors", {"lungfield-run": '{"history": [1, 2]}'}
    )
    (run,) = runs.interrupted()
    with qtbot.waitSignal(service.epoch, timeout=PATIENCE_MS):
        service.start(run.job)
        assert service.epochs_done == 2
    assert service.epochs_done == 3
    with qtbot.waitSignal(service.succeeded, timeout=PATIENCE_MS):
        service.enough()  # which it hears
    with qtbot.waitSignal(service.epoch, timeout=PATIENCE_MS):
        service.start(job())
        assert service.epochs_done == 0


def test_a_process_that_dies_leaves_a_run_that_can_go_on(talks, qtbot):
    service = talks("hear(); os.abort()")
    asked = job()
    with qtbot.waitSignal(service.failed, timeout=PATIENCE_MS) as failed:
        service.start(asked)
    assert type(failed.args[0]) is ChildDied
    assert [run.folder for run in runs.interrupted()] == [asked.out]
    assert not service.is_running


def test_a_bug_in_the_process_is_ours(talks, qtbot):
    service = talks("hear(); say('broken', 'KeyError'); hear()")
    with qtbot.waitSignal(service.failed, timeout=PATIENCE_MS) as failed:
        service.start(job())
    assert type(failed.args[0]) is ChildBroke


def test_an_older_preview_is_not_shown(talks, qtbot):
    service = talks(
        """
        from base64 import b64encode
        while True:
            command = hear()
            if command["path"] == "slow.png":
                say("said", "busy")
                assert hear()["control"] == "cancel"
                say("cancelled")
            else:
                data = b64encode(bytes(range(8))).decode()
                say("done", {"pictures": {"shape": [2, 2, 2], "data": data}})
        """
    )
    shown = []
    service.previewed.connect(shown.append)
    with qtbot.waitSignal(service.previewed, timeout=PATIENCE_MS):
        service.preview(Path("slow.png"), RECIPE, 2)
        qtbot.wait(200)
        service.preview(Path("quick.png"), RECIPE, 2)
    assert np.array_equal(shown, [np.arange(8).reshape(2, 2, 2)])


def test_what_is_measured_makes_way_for_a_run(talks, qtbot):
    service = talks(
        """
        if hear()["do"] == "estimate":
            time.sleep(60)
        done()
        """
    )
    service.estimate(RECIPE, 10, 2, "cpu", 1.0)
    qtbot.waitUntil(lambda: service._helper.pid is not None)
    with qtbot.waitSignal(service.succeeded, timeout=PATIENCE_MS):
        service.start(job())
    qtbot.waitUntil(lambda: service._helper.pid is None, timeout=PATIENCE_MS)


def test_a_real_run_holds_the_window_never_and_closing_ends_it_at_once(service, qtbot, tmp_path, lanes):
    scans = write_dataset(tmp_path / "ward", 8)
    asked = runs.new_run([scans], Recipe(**{**vars(RECIPE), "epochs": 50}), "cpu", "ward 7")
    tape, watch = Tape(service), Watch()
    watch.start()
    with qtbot.waitSignal(service.wrong, timeout=PATIENCE_MS):
        service.start(asked)
    watch.stop()
    assert watch.busiest < 50
    assert watch.longest < 2000  # it may wait for neither the process nor an epoch, which take longer
    assert tape.of("epoch")[0][1]["epoch"] == 1
    assert service.last_position is not None
    assert lanes.close()
    service.end()
    (run,) = runs.interrupted()
    assert run.folder == asked.out
