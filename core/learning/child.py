"""A child process that does what it is told, as the one that started it sees it."""

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
from typing import IO

from core.errors import LungfieldError
from core.learning import messages
from core.learning.messages import Command, Message
from core.log import logger
from core.paths import resources

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
        was_alive = True
        while True:
            try:
                line = self._heard.get(timeout=_LOOK)
            except queue.Empty:
                # A process that it started may hold the pipe open: its end is not always heard
                if not was_alive:
                    raise self._died() from None
                was_alive = self._process is not None and self._process.poll() is None
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
        for pipe in (self._process.stdin, self._words):
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


def own_program() -> list[str]:
    """This program as the one that works for another."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "work"]
    return [sys.executable, str(resources().parent / "main.py"), "work"]


def _listen(stdout: IO[bytes], heard: queue.SimpleQueue[bytes | None]) -> None:
    """In a thread of its own: pipes cannot be waited for with a time limit on every system."""
    with stdout:
        for line in stdout:
            heard.put(line)
    heard.put(None)


def _told(status: int | None) -> str:
    """A signal by its name, as it is looked up."""
    if status is not None and status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
    return f"status {status}"


def _without_a_console() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return 0
