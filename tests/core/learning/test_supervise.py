"""The process that trains: what it says, how it is told, and every way in which it may end."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import DatasetError, LungfieldError, ScanError
from core.learning import messages, runs
from core.learning.estimated import Estimate
from core.learning.job import TrainingJob
from core.learning.messages import Measuring, Previewing
from core.learning.recipe import Recipe
from core.learning.supervise import ChildBroke, ChildDied, Control, Worker, ask, own_program
from core.learning.watching import NoWatch, Position, Trained, Wrong
from core.log import logger
from core.progress import Cancelled, NullProgress
from tests.conftest import ROOT
from tests.datasets import write_dataset
from tests.eager import EAGER_PROGRAM

SMALL = Recipe(
    init="random",
    epochs=8,
    batch_size=8,
    lr=2e-3,
    size=64,
    standardise=True,
    validation_share=0.25,
    int8=False,
)
JOB = TrainingJob((Path("scans"),), Path("out"), SMALL, "cpu", "name")
DONE = {"tell": "done", "what": {"trained": ["model", "table", "early", 3]}}


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """Workers that are ended with the test."""
    made: list[Worker] = []
    yield made
    for worker in made:
        worker.kill()


@pytest.fixture
def talker(workers):
    """A worker whose process is a few lines of Python that speak the protocol: `say(object)`, `hear()`."""

    def make(code: str) -> Worker:
        start = (
            "import sys, json, os, time\n"
            "def say(what): print(json.dumps(what), flush=True)\n"
            "def hear(): return json.loads(sys.stdin.readline())\n"
            f"DONE = {DONE!r}\n"
        )
        workers.append(Worker([sys.executable, "-c", start + textwrap.dedent(code)]))
        return workers[-1]

    return make


@pytest.fixture
def child(workers, tmp_path):
    """A worker whose process is the real one, but for what it does: `do(command, telling)` in these lines."""

    def make(code: str) -> Worker:
        file = tmp_path / "child.py"
        body = textwrap.indent(textwrap.dedent(code), "    ")
        file.write_text(
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
            "import os, time\n"
            "from pathlib import Path\n"
            "from core.cli import main\n"
            "from core.errors import DatasetError\n"
            "from core.learning import worker\n"
            "from core.learning.watching import Trained\n"
            "worker._ORPHAN_SECONDS = 0.3\n"
            f"def do(command, telling):\n{body}\n"
            "worker._do = do\n"
            "sys.exit(main(['work']))\n"
        )
        workers.append(Worker([sys.executable, str(file)]))
        return workers[-1]

    return make


class Tape(NullProgress):
    """Progress and Watch that keep what they are told, and may do something about it."""

    def __init__(self) -> None:
        self.reports: list[tuple[float, str]] = []
        self.lines: list[str] = []
        self.positions: list[Position] = []
        self.epochs: list[dict] = []
        self.wrongs: list[tuple[Wrong, ...]] = []
        self.is_stopped = False

    def report(self, fraction, text=""):
        self.reports.append((fraction, text))

    def say(self, line):
        self.lines.append(line)

    def check(self):
        if self.is_stopped:
            raise Cancelled

    def position(self, position):
        self.positions.append(position)

    def epoch(self, result):
        self.epochs.append(dict(result))

    def wrong(self, scans):
        self.wrongs.append(tuple(scans))

    def is_enough(self):
        return False

    def paused_seconds(self):
        return 0.0


# -- what is said --------------------------------------------------------------------------------------

NAME_THAT_IS_NO_TEXT = Path(os.fsdecode(b"scan \xff \xc3\xa9.png"))


@pytest.mark.parametrize(
    "message",
    [
        messages.Message("progress", (0.25, "loading")),
        messages.Message("said", "two lines\nin one"),
        messages.Message("position", Position("epochs", 2, 5, 0.5, 0.4, None, 0.3)),
        messages.Message("epoch", {"epoch": 1, "val_auc": None, "datasets": {"ward": {"n": 3}}}),
        messages.Message("wrong", (Wrong(NAME_THAT_IS_NO_TEXT, 1, 0.25),)),
        messages.Message("wrong", ()),
        messages.Message("done", Trained(NAME_THAT_IS_NO_TEXT, Path("table"), "enough", 2)),
        messages.Message("cancelled"),
        messages.Message("broken", "ValueError"),
    ],
    ids=lambda message: message.kind,
)
def test_a_message_comes_back_as_it_was(message):
    line = messages.line_of(message)
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert messages.message_in(line) == message


def test_numpys_numbers_are_told_as_numbers():
    line = messages.line_of(messages.Message("epoch", {"epoch": np.int64(2), "loss": np.float32(0.5)}))
    assert messages.message_in(line) == messages.Message("epoch", {"epoch": 2, "loss": 0.5})


def test_pictures_come_back_as_they_were():
    pictures = np.random.default_rng(0).integers(0, 256, (2, 5, 5), np.uint8)
    message = messages.message_in(messages.line_of(messages.Message("done", pictures)))
    assert message is not None
    assert np.array_equal(message.what, pictures)


def test_a_refusal_keeps_its_kind_message_and_hint():
    message = messages.message_in(messages.line_of(messages.Message("refused", ScanError("bad", "look"))))
    assert message is not None
    error = message.what
    assert (type(error), error.message, error.hint) == (ScanError, "bad", "look")


@pytest.mark.parametrize(
    "command",
    [
        TrainingJob((NAME_THAT_IS_NO_TEXT,), Path("out"), Recipe(repeat=(2, 1)), "cuda", "n", True),
        Measuring(SMALL, 100, 20, "cpu", 1.5),
        Previewing(NAME_THAT_IS_NO_TEXT, SMALL, 6),
    ],
    ids=["train", "estimate", "preview"],
)
def test_a_command_comes_back_as_it_was(command):
    line = messages.line_of_command(command)
    assert messages.control_in(line) is None
    assert messages.command_in(line) == command


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello\n",
        b"[1, 2]\n",
        b'{"epoch": 3}\n',
        b'{"tell": "position", "what": {"nonsense": 1}}\n',
        b'{"tell": "done", "what": {}}\n',
        b'{"tell": "progress", "what": 3}\n',
        b"\xff\xfe\n",
        b"7\n",
    ],
)
def test_what_is_no_message_is_passed_over(line):
    assert messages.message_in(line) is None


# -- the owner's side ------------------------------------------------------------------------------------


def test_noise_between_messages_harms_nothing(talker):
    worker = talker(
        """
        hear()
        print("a library says hello", flush=True)
        os.write(1, b"\\xff\\x00 binary\\n")
        say({"tell": "said", "what": "one"})
        say({"something": "else"})
        say(DONE)
        """
    )
    tape = Tape()
    assert ask(worker, JOB, tape, tape) == Trained(Path("model"), Path("table"), "early", 3)
    assert tape.lines == ["one"]


@pytest.fixture
def logged(caplog, monkeypatch):
    monkeypatch.setattr(logger, "propagate", True)
    caplog.set_level(logging.INFO, logger.name)
    return caplog


def test_a_child_that_dies_without_a_word_is_told_with_what_to_do(talker, logged):
    with pytest.raises(ChildDied, match=r"unexpectedly \(SIGKILL\).*finished epochs are kept"):
        ask(talker("hear(); os.kill(os.getpid(), 9)"), JOB, NullProgress(), NoWatch())
    assert "status -9" in logged.text


def test_where_a_child_crashed_is_logged_and_no_name_of_a_file_that_it_wrote(talker, logged):
    worker = talker(
        """
        import faulthandler; faulthandler.enable()
        def deep(): os.abort()
        print("cannot read Doe^Jane.dcm", file=sys.stderr, flush=True)
        hear(); deep()
        """
    )
    with pytest.raises(ChildDied, match="SIGABRT"):
        ask(worker, JOB, NullProgress(), NoWatch())
    assert "Fatal Python error: Aborted" in logged.text
    assert "in deep" in logged.text
    assert "Doe" not in logged.text


def test_a_program_that_is_not_there(workers, tmp_path):
    workers.append(Worker([str(tmp_path / "nothing")]))
    with pytest.raises(LungfieldError, match="cannot be started"):
        ask(workers[0], JOB, NullProgress(), NoWatch())
    assert workers[0].pid is None


def test_a_child_that_hears_nothing_is_ended_at_once(talker):
    worker, tape = talker("hear(); say({'tell': 'said', 'what': 'busy'}); time.sleep(60)"), Tape()
    tape.say = lambda line: setattr(tape, "is_stopped", True)
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        ask(worker, JOB, tape, tape)
    assert worker.pid is None
    assert time.monotonic() - begun < 2  # with starting it


def test_one_that_measures_may_end_by_itself_and_is_kept(talker):
    worker = talker(
        """
        while True:
            hear()
            say({"tell": "said", "what": "busy"})
            assert hear() == {"control": "cancel"}
            say({"tell": "cancelled", "what": None})
        """
    )
    pids = []
    for _ in range(2):
        tape = Tape()
        tape.say = lambda line, tape=tape: setattr(tape, "is_stopped", True)
        with pytest.raises(Cancelled):
            ask(worker, Measuring(SMALL, 1, 1, "cpu", 0), tape)
        pids.append(worker.pid)
    assert pids[0] is not None
    assert pids[0] == pids[1]


def test_one_that_died_meanwhile_is_started_again(talker):
    worker = talker("hear(); say(DONE); sys.exit(3)")
    ask(worker, JOB, NullProgress(), NoWatch())
    os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
    assert isinstance(ask(worker, JOB, NullProgress(), NoWatch()), Trained)


def test_words_reach_the_child_in_their_order(talker):
    worker = talker(
        """
        hear()
        say({"tell": "said", "what": " ".join(hear()["control"] for _ in range(4))})
        say(DONE)
        """
    )
    tape, control = Tape(), Control()
    for say in (control.pause, control.go_on, control.pause, control.enough):
        say()
    ask(worker, JOB, tape, tape, control)
    assert tape.lines == ["pause go-on pause enough"]


def test_the_packaged_program_starts_itself(monkeypatch):
    assert own_program() == [sys.executable, str(ROOT / "main.py"), "work"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_program() == [sys.executable, "work"]


# -- the child's side -------------------------------------------------------------------------------------


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
    from core import paths

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
    while quiet < 10:  # a fifth of a second
        quiet = quiet + 1 if next(events) is None else 0
    worker.send("go-on")
    assert float(next(event for event in events if event).what) > 0.15
    worker.send("pause")
    worker.send("cancel")
    assert [event for event in events if event][-1].kind == "cancelled"


@pytest.mark.parametrize(
    ("code", "seconds"),
    [("telling.check(); time.sleep(0.02)", 3.0), ("time.sleep(0.02)", 4.0)],
    ids=["that looks", "that never looks"],
)
def test_a_child_whose_owner_has_gone_ends(child, code, seconds):
    worker = child(f"telling.say('busy')\nwhile True: {code}")
    worker.start(JOB)
    assert next(event for event in worker.events() if event)
    assert worker._process is not None
    worker._process.stdin.close()  # as the system does when the owner is killed
    begun = time.monotonic()
    worker._process.wait(20)
    assert time.monotonic() - begun < seconds


@pytest.mark.skipif(sys.platform == "win32", reason="its owner lowers the priority there")
def test_it_stands_back(child):
    worker = child("telling.say(str(os.getpriority(os.PRIO_PROCESS, 0)))\nraise MemoryError")
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
    job = runs.new_run([scans], SMALL, "cpu", "killed")
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
    assert 1 <= run.epochs_done < SMALL.epochs - 2

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
    assert run.epochs_done < trained.epochs < SMALL.epochs
    assert f"going on after epoch {run.epochs_done} of {SMALL.epochs}" in person.lines
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
