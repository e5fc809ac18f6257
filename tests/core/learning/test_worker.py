"""The process that trains, from inside, and for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import paths
from core.errors import DatasetError, LungfieldError, ScanError
from core.learning import runs
from core.learning.child import ChildDied, Worker
from core.learning.estimated import Estimate
from core.learning.job import TrainingJob
from core.learning.messages import Measuring, Previewing
from core.learning.supervise import ChildBroke, Control, ask
from core.learning.watching import NoWatch, Trained
from core.progress import NullProgress
from tests.conftest import ROOT
from tests.datasets import write_dataset
from tests.working import EAGER_PROGRAM, JOB, SMALL, Tape


@pytest.fixture
def child(workers, tmp_path):
    """A worker whose process is the real one, but for what it does: `do(command, telling)` in these lines."""

    def make(code: str, stands_back: bool = False) -> Worker:
        file = tmp_path / "child.py"
        body = textwrap.indent(textwrap.dedent(code), "    ")
        file.write_text(
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
            "import os, time\n"
            "from pathlib import Path\n"
            "from core.cli import main, work\n"
            "from core.errors import DatasetError\n"
            "from core.learning import worker\n"
            "from core.learning.watching import Trained\n"
            "worker._ORPHAN_SECONDS = 0.3\n"
            # Or it would hear late, where others want the processor
            + ("" if stands_back else "work.stand_back = lambda: None\n")
            + f"def do(command, telling):\n{body}\n"
            "worker._do = do\n"
            "sys.exit(main(['work']))\n"
        )
        workers.append(Worker([sys.executable, str(file)]))
        return workers[-1]

    return make


def test_what_libraries_print_comes_to_no_harm(child):
    worker = child(
        """
        print("python says", flush=True)
        os.write(1, b"C says without an end of line")
        os.system("echo a shell says")
        assert sys.stdin.read() == ""  # nor can they take the owner's words away
        telling.say("what is meant")
        return Trained(Path("model"), Path("table"), "complete", 1)
        """
    )
    tape = Tape()
    assert isinstance(ask(worker, JOB, tape, tape), Trained)
    assert tape.lines == ["what is meant"]


def test_every_end_is_told_as_what_it_is(child):
    worker = child(
        """
        name = command.name
        if name == "refused":
            raise DatasetError("no scans", "add some")
        if name == "memory":
            raise MemoryError
        if name == "bug":
            {}["of our own making"]
        telling.report(1.0, "all")
        return Trained(Path("model"), Path("table"), "complete", 1)
        """
    )

    def does(name: str) -> object:
        return ask(worker, TrainingJob((), Path("out"), SMALL, name=name), NullProgress(), NoWatch())

    with pytest.raises(DatasetError, match="no scans: add some"):
        does("refused")
    with pytest.raises(LungfieldError, match="memory"):
        does("memory")
    with pytest.raises(ChildBroke, match="KeyError"):
        does("bug")
    pid = worker.pid
    assert isinstance(does("well"), Trained)
    assert worker.pid == pid  # it outlives what it refused, and its bugs
    log = (paths.logs() / "lungfield.log").read_text("utf-8")
    assert "of our own making" in log
    assert "Traceback" in log


def test_it_waits_while_paused_and_stops_when_cancelled(child):
    worker = child(
        """
        for number in range(100_000):
            telling.check()
            telling.say(str(telling.paused_seconds()))
            time.sleep(0.005)
        """
    )
    worker.start(Measuring(SMALL, 1, 1, "cpu", 0))
    events = worker.events()
    assert next(event for event in events if event).what == "0.0"
    worker.send("pause")
    quiet = 0
    while quiet < 50:  # a second
        quiet = quiet + 1 if next(events) is None else 0
    worker.send("go-on")
    assert float(next(event for event in events if event).what) > 0.5
    worker.send("pause")
    worker.send("cancel")
    assert [event for event in events if event][-1].kind == "cancelled"


@pytest.mark.parametrize(
    "code", ["telling.check(); time.sleep(0.02)", "time.sleep(0.02)"], ids=["that looks", "that never looks"]
)
def test_a_child_whose_owner_has_gone_ends(child, code):
    worker = child(f"telling.say('busy')\nwhile True: {code}")
    worker.start(JOB)
    assert next(event for event in worker.events() if event)
    assert worker._process is not None
    worker._process.stdin.close()  # as the system does when the owner is killed
    worker._process.wait(60)


@pytest.mark.skipif(sys.platform == "win32", reason="its owner lowers the priority there")
def test_it_stands_back(child):
    worker = child(
        "telling.say(str(os.getpriority(os.PRIO_PROCESS, 0)))\nraise MemoryError", stands_back=True
    )
    tape = Tape()
    with pytest.raises(LungfieldError):
        ask(worker, JOB, tape, tape)
    assert tape.lines == ["19"]


def test_it_is_not_among_what_people_are_shown():
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--help"], capture_output=True, text=True, check=True
    )
    assert "self-test" in done.stdout
    assert "work" not in done.stdout.split()


# -- for real ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("real") / "ward", 16)


@pytest.fixture(scope="module")
def trainer() -> Iterator[Worker]:
    """The real process; starting it costs seconds, so the tests share it."""
    worker = Worker(EAGER_PROGRAM)
    # Started here: what listens to it is older than the tests, which must leave no thread
    with pytest.raises(ScanError):
        ask(worker, Previewing(Path("nowhere.png"), SMALL, 3), NullProgress())
    yield worker
    worker.close()


#: Not over before the test has had its turn.
LONG = replace(SMALL, epochs=60)


class Person(Tape):
    """Does something when an epoch is told."""

    def __init__(self, epoch: int, act: Callable[[], None]) -> None:
        super().__init__()
        self._epoch, self._act = epoch, act

    def epoch(self, result):
        super().epoch(result)
        if result["epoch"] == self._epoch:
            self._act()


def test_it_previews(trainer, scans):
    pictures = ask(trainer, Previewing(next(scans.rglob("*.png")), SMALL, 3), NullProgress())
    assert isinstance(pictures, np.ndarray)
    assert (pictures.shape, pictures.dtype) == ((3, 64, 64), np.uint8)


def test_it_measures(trainer):
    estimate = ask(trainer, Measuring(SMALL, 100, 20, "cpu", 1.0), NullProgress())
    assert isinstance(estimate, Estimate)
    assert estimate.seconds > 0


def test_a_run_whose_process_is_killed_goes_on_pauses_and_stops_when_it_is_enough(
    trainer, scans, tmp_path, monkeypatch
):
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path))
    job = runs.new_run([scans], LONG, "cpu", "killed")
    killed = trainer.pid

    def kill() -> None:
        assert runs.is_held(job.out)
        assert runs.interrupted() == []
        os.kill(trainer.pid, signal.SIGKILL)

    person = Person(2, kill)
    with pytest.raises(ChildDied, match="SIGKILL"):
        ask(trainer, job, person, person)
    (run,) = runs.interrupted()
    assert (run.folder, run.job.name, run.job.resume) == (job.out, "killed", True)
    # The second was told; whether it was kept, and others begun, is a matter of milliseconds
    assert 1 <= run.epochs_done < LONG.epochs - 2

    control = Control()

    def say() -> None:
        control.pause()
        control.enough()
        control.go_on()

    person = Person(run.epochs_done + 1, say)
    trained = ask(trainer, run.job, person, person, control)
    assert trainer.pid not in (None, killed)
    trainer.close()
    assert isinstance(trained, Trained)
    assert trained.ending == "enough"
    assert run.epochs_done < trained.epochs < LONG.epochs
    assert f"going on after epoch {run.epochs_done} of {LONG.epochs}" in person.lines
    assert [result["epoch"] for result in person.epochs] == list(range(1, trained.epochs + 1))
    stages = list(dict.fromkeys(position.stage for position in person.positions))
    assert stages == ["loading", "epochs", "finishing"]
    assert any(position.loss for position in person.positions)
    assert all(wrong.path.is_relative_to(scans) for wrongs in person.wrongs for wrong in wrongs)
    assert trained.model.exists()
    assert trained.held_out.exists()
    assert runs.interrupted() == []
    (waiting,) = runs.waiting()
    assert waiting.trained == trained
