"""A process that trains, measures and previews, for the one that shows the window.

Importing torch holds a process for some tenths of a second whatever thread does it, and a crash, or the
system when memory is short, ends all of it. So another process does it: it can be told to pause and to stop,
can be ended at any moment (what a run keeps is written whole), and gives its memory back.
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import LungfieldError
from core.learning import messages
from core.learning.estimated import Estimate
from core.learning.job import TrainingJob
from core.learning.messages import Command, Measuring, Message, Previewing
from core.learning.watching import Trained, Watch
from core.log import logger
from core.paths import resources
from core.progress import Cancelled, Progress

#: So long a child that is asked to stop may take before it is ended. One that trains loses nothing by that,
#: and the person waits; one that measures or previews is wanted again at once, and starting it takes seconds.
_GRACE, _LONG_GRACE = 0.0, 1.0

#: How often who waits for a child looks whether it is still wanted.
_LOOK = 0.02

#: What Python and the C++ library say when they are ended by a fault. Nothing else that a child wrote on
#: stderr is logged: it may name a file.
_LAST_WORDS = re.compile(
    rb"""^(Fatal\ Python\ error:\ .*|(Current\ t|T)hread\ 0x.*|\ \ File\ ".*",\ line\ \d+\ in\ .*
         |terminate\ called\ .*|Windows\ fatal\ exception:.*)""",
    re.VERBOSE,
)


class ChildDied(LungfieldError):  # noqa: N818 - told as what happened
    """The process ended without a word: a crash, or the system took it down."""


class ChildBroke(Exception):  # noqa: N818 - told as what happened
    """A bug of ours in the child, which has logged it with its traceback."""


class Control:
    """Words for a child, from any thread; taken to it by the thread that supervises."""

    def __init__(self) -> None:
        self._words: queue.SimpleQueue[messages.Control] = queue.SimpleQueue()

    def pause(self) -> None:
        self._words.put("pause")

    def go_on(self) -> None:
        self._words.put("go-on")

    def enough(self) -> None:
        """Stop after this epoch and keep what there is."""
        self._words.put("enough")

    def take(self) -> Iterator[messages.Control]:
        with contextlib.suppress(queue.Empty):
            while True:
                yield self._words.get_nowait()


class Worker:
    """A child process, started by the first command; it does one after the other. For one thread at a time.

    Args:
        program: what to start; by default `main.py work` of this program.
    """

    def __init__(self, program: Sequence[str] = ()) -> None:
        self._program = list(program) or own_program()
        self._process: subprocess.Popen[bytes] | None = None
        self._words: IO[bytes] | None = None
        self._ear: threading.Thread | None = None
        self._heard: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    @property
    def pid(self) -> int | None:
        """The number of the process; None where none runs."""
        return self._process.pid if self._process else None

    def start(self, command: Command) -> None:
        """Have it do this; `events` says what comes of it.

        Raises:
            LungfieldError: the system starts no process.
        """
        if self._process is not None and self._process.poll() is not None:
            self.kill()  # died while nobody looked
        if self._process is None:
            self._open()
        self._write(messages.line_of_command(command))

    def send(self, word: messages.Control) -> None:
        self._write(messages.line_of_control(word))

    def events(self) -> Iterator[Message | None]:
        """What it says, to the one that ends the command; None whenever there was nothing for a moment.

        Raises:
            ChildDied: it will say nothing more.
        """
        while True:
            try:
                line = self._heard.get(timeout=_LOOK)
            except queue.Empty:
                yield None
                continue
            if line is None:
                raise self._died()
            if message := messages.message_in(line):
                yield message
                if message.kind in messages.ENDS:
                    return

    def stop(self, seconds: float) -> None:
        """Ask it to give up what it does, and end it if it has not within that time."""
        if not seconds:
            self.kill()
            return
        self.send("cancel")
        until = time.monotonic() + seconds
        with contextlib.suppress(ChildDied):
            for message in self.events():
                if message is None and time.monotonic() > until:
                    break
                if message is not None and message.kind in messages.ENDS:
                    return
        self.kill()

    def close(self, seconds: float = 0.5) -> None:
        """Let it end by itself, but not for long. May be called again."""
        if self._process and self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill()

    def kill(self) -> int | None:
        """End it now, and wait for that; its status. May be called again."""
        if self._process is None:
            return None
        self._process.kill()
        status = self._process.wait()
        if self._ear:
            self._ear.join(1)  # not for ever: a process that it started may hold the pipe
        for pipe in (self._process.stdin, self._process.stdout, self._words):
            if pipe:
                with contextlib.suppress(OSError):  # what could not be said to it any more
                    pipe.close()
        self._process = self._words = self._ear = None
        self._heard = queue.SimpleQueue()
        return status

    def _open(self) -> None:
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `kill`
        try:
            # In no session of its own: Linux weighs priorities within a session only (autogroup)
            self._process = subprocess.Popen(
                self._program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._words,
                creationflags=_without_a_console(),
                env=_environment(),
            )
        except OSError as error:
            self._words.close()
            raise LungfieldError("the process that trains cannot be started", error.strerror or "") from error
        self._ear = threading.Thread(
            target=_listen, args=(self._process.stdout, self._heard), name="work ear", daemon=True
        )
        self._ear.start()

    def _write(self, line: bytes) -> None:
        # One that has died is noticed where its words are read
        if self._process and self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def _died(self) -> ChildDied:
        words = self._last_words()
        status = self.kill()
        logger.error("the process that trains ended with status %s%s", status, words)
        return ChildDied(
            f"the process that trains ended unexpectedly ({_told(status)}); memory may have been short",
            "finished epochs are kept; close other programs before you go on, or choose a smaller batch size",
        )

    def _last_words(self) -> str:
        if self._words is None:
            return ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process:
                self._process.wait(1)  # it may still be saying them
        self._words.seek(max(0, self._words.seek(0, os.SEEK_END) - 16_384))
        lines = [line for line in self._words.read().splitlines() if _LAST_WORDS.match(line)]
        return "".join(f"\n{line.decode('utf-8', 'replace')}" for line in lines)


def train_in_process(job: TrainingJob, progress: Progress, watch: Watch, control: Control) -> Trained:
    """`core.learning.run.train` in a process of its own.

    Args:
        watch: told in this thread.
        control: what the person says meanwhile.

    Raises:
        ChildDied: the process crashed or was ended; `resume` goes on.
        ChildBroke: a bug of ours in it.
        LungfieldError, Cancelled: as `train` does.
    """
    worker = Worker()
    try:
        result = ask(worker, job, progress, watch, control)
    finally:
        worker.close()
    assert isinstance(result, Trained)
    return result


def estimate_in_process(worker: Worker, command: Measuring, progress: Progress) -> Estimate:
    """`core.learning.estimate.estimate`, by a worker that is kept for the next time; raises as above."""
    result = ask(worker, command, progress)
    assert isinstance(result, Estimate)
    return result


def preview_in_process(worker: Worker, command: Previewing, progress: Progress) -> NDArray[np.uint8]:
    """`core.learning.preview.augmented`: uint8 [count, S, S]; raises as above."""
    result = ask(worker, command, progress)
    assert isinstance(result, np.ndarray)
    return result


def ask(
    worker: Worker,
    command: Command,
    progress: Progress,
    watch: Watch | None = None,
    control: Control | None = None,
) -> Trained | Estimate | NDArray[np.uint8]:
    """Have a worker do this, and wait for it; raises as `train_in_process` does."""
    progress.check()
    worker.start(command)
    said_enough = False
    try:
        for message in worker.events():
            progress.check()
            for word in control.take() if control else ():
                worker.send(word)
            if watch and not said_enough and watch.is_enough():
                said_enough = True
                worker.send("enough")
            if message is not None and message.kind in messages.ENDS:
                return _ended(message)
            if message is not None:
                _pass_on(message, progress, watch)
    except Cancelled:
        worker.stop(_GRACE if isinstance(command, TrainingJob) else _LONG_GRACE)
        raise
    raise AssertionError("events end with an end")


def own_program() -> list[str]:
    """This program as the one that works for another."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "work"]
    return [sys.executable, str(resources().parent / "main.py"), "work"]


def _ended(message: Message) -> Any:
    """What was asked for; raises what came instead."""
    if message.kind == "refused":
        raise message.what
    if message.kind == "broken":
        raise ChildBroke(message.what)
    if message.kind == "cancelled":
        raise Cancelled
    return message.what


def _pass_on(message: Message, progress: Progress, watch: Watch | None) -> None:
    kind, what = message.kind, message.what
    if kind == "progress":
        progress.report(*what)
    elif kind == "said":
        progress.say(what)
    elif watch is not None:
        if kind == "position":
            watch.position(what)
        elif kind == "epoch":
            watch.epoch(what)
        elif kind == "wrong":
            watch.wrong(what)


def _listen(stdout: IO[bytes], heard: queue.SimpleQueue[bytes | None]) -> None:
    """In a thread of its own: pipes cannot be waited for with a time limit on every system."""
    for line in stdout:
        heard.put(line)
    heard.put(None)


def _told(status: int | None) -> str:
    """A signal by its name, as it is looked up."""
    if status is not None and status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
    return f"status {status}"


def _environment() -> dict[str, str]:
    # Threads of a training that wait for each other must not keep the processor from who reads
    return {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0", **os.environ}


def _without_a_console() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return 0
