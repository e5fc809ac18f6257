"""The process that trains, from outside: what is heard of it, and every way in which it may end."""

from __future__ import annotations

import logging
import os
import signal
import sys
import textwrap
import time
from pathlib import Path

import pytest

from core.errors import LungfieldError
from core.learning.child import ChildDied, Worker, own_program
from core.learning.messages import Measuring
from core.learning.supervise import Control, ask
from core.learning.watching import NoWatch, Trained
from core.log import logger
from core.progress import Cancelled, NullProgress
from tests.conftest import ROOT
from tests.working import JOB, SMALL, Tape

DONE = {"tell": "done", "what": {"trained": ["model", "table", "early", 3]}}


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


def test_a_child_that_dies_is_noticed_though_what_it_started_holds_its_pipe(talker):
    worker = talker(
        """
        import subprocess
        hear()
        say({"tell": "said", "what": str(subprocess.Popen(["sleep", "300"]).pid)})
        os.kill(os.getpid(), 9)
        """
    )
    tape = Tape()
    with pytest.raises(ChildDied):
        ask(worker, JOB, tape, tape)
    os.kill(int(tape.lines[0]), signal.SIGKILL)  # raises where it had ended


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
    assert time.monotonic() - begun < 30  # it sleeps for twice that


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
