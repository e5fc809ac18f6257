"""The process that trains, from the inside: what `core.learning.supervise` talks to."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO, Any

from core.errors import LungfieldError
from core.learning import messages, runs
from core.learning.job import TrainingJob
from core.learning.messages import Command, Measuring, Message
from core.learning.watching import Position, Wrong
from core.log import logger
from core.progress import Cancelled, Progress, SubProgress

#: Positions and reports that follow each other faster than this are not told, but for the last of each stage.
_TELL_EVERY = 0.05

#: So long the work may go on after its owner has gone, before the process is ended in the midst of it.
_ORPHAN_SECONDS = 8.0


class Line:
    """The line to the owner: a thread of its own listens, any may tell."""

    def __init__(self, asked: IO[bytes], answers: IO[bytes]) -> None:
        self._asked = asked
        self._answers = answers
        self._telling = threading.Lock()
        self._news = threading.Condition()
        self._commands: list[Command] = []
        self._is_over = self._is_paused = self._is_cancelled = False
        self.is_enough = False
        self.paused_seconds = 0.0
        threading.Thread(target=self._listen, name="owner", daemon=True).start()

    def next_command(self) -> Command | None:
        """Waits for it; None where there will be none any more."""
        with self._news:
            self._news.wait_for(lambda: self._commands or self._is_over)
            self.paused_seconds = 0.0
            return None if self._is_over else self._commands.pop(0)

    def check(self) -> None:
        """Wait for as long as it is paused.

        Raises:
            Cancelled: the owner says so, or has gone.
        """
        with self._news:
            if self._is_paused:
                begun = time.monotonic()
                self._news.wait_for(lambda: self._is_cancelled or not self._is_paused)
                self.paused_seconds += time.monotonic() - begun
            if self._is_cancelled:
                raise Cancelled

    def tell(self, kind: str, what: Any = None) -> None:
        with self._telling:
            try:
                _write_all(self._answers, messages.line_of(Message(kind, what)))
            except OSError:  # the owner has gone
                self._hear_the_end()

    def _listen(self) -> None:
        try:
            for line in self._asked:
                self._hear(line)
            self._hear_the_end()
            time.sleep(_ORPHAN_SECONDS)
        except Exception:
            logger.exception("the owner was not understood")
        os._exit(1)  # nothing is lost: files are written whole

    def _hear(self, line: bytes) -> None:
        word = messages.control_in(line)
        with self._news:
            if word is None:
                # What was said before is for what was done before
                self._is_paused = self._is_cancelled = self.is_enough = False
                self._commands.append(messages.command_in(line))
            elif word == "cancel":
                self._is_cancelled = True
            elif word == "enough":
                self.is_enough = True
            else:
                self._is_paused = word == "pause"
            self._news.notify_all()

    def _hear_the_end(self) -> None:
        with self._news:
            self._is_over = self._is_cancelled = True
            self._news.notify_all()


class Telling:
    """The `Progress` and the `Watch` of what is done for the owner."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._reported = self._placed = 0.0
        self._stage: object = None

    def report(self, fraction: float, text: str = "") -> None:
        now = time.monotonic()
        if fraction >= 1 or now - self._reported >= _TELL_EVERY:
            self._reported = now
            self._line.tell("progress", (fraction, text))

    def say(self, line: str) -> None:
        self._line.tell("said", line)

    def check(self) -> None:
        self._line.check()

    def part(self, start: float, end: float) -> Progress:
        return SubProgress(self, start, end)

    def position(self, position: Position) -> None:
        now = time.monotonic()
        is_last = position.of_all >= 1
        if is_last or position.stage != self._stage or now - self._placed >= _TELL_EVERY:
            self._placed, self._stage = now, position.stage
            self._line.tell("position", position)

    def epoch(self, result: Mapping[str, Any]) -> None:
        self._line.tell("epoch", dict(result))

    def wrong(self, scans: Sequence[Wrong]) -> None:
        self._line.tell("wrong", tuple(scans))

    def is_enough(self) -> bool:
        return self._line.is_enough

    def paused_seconds(self) -> float:
        return self._line.paused_seconds


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Do one command after another until `asked` ends."""
    line = Line(asked, answers)
    while (command := line.next_command()) is not None:
        line.tell(*_outcome(command, Telling(line)))


def _outcome(command: Command, telling: Telling) -> tuple[str, Any]:
    """The message that ends it."""
    try:
        return "done", _do(command, telling)
    except Cancelled:
        return "cancelled", None
    except LungfieldError as error:
        return "refused", error
    except MemoryError:
        return "refused", LungfieldError(
            "the memory of this computer does not suffice",
            "close other programs, choose a smaller batch size or smaller pictures, or fewer scans",
        )
    except Exception as error:
        # Exception: what ends the process is told by its end
        logger.exception("the process that trains failed")
        return "broken", f"{type(error).__name__} in the process that trains"


def _do(command: Command, telling: Telling) -> Any:
    """What is asked for. Torch is imported here, when the owner can be heard already."""
    telling.check()
    if isinstance(command, TrainingJob):
        return _train(command, telling)
    if isinstance(command, Measuring):
        from core.learning.estimate import estimate

        return estimate(
            command.recipe, command.scans, command.held, command.device, command.decode_seconds, telling
        )
    from core.learning.preview import augmented

    return augmented(command.path, command.recipe, command.count, command.recipe.seed)


def _train(job: TrainingJob, telling: Telling) -> Any:
    with runs.held(job.out):
        runs.tidy(job.out)
        from core.learning.run import train

        telling.check()
        trained = train(job, telling, telling)
        runs.write_trained(job.out, trained)
        return trained


def _write_all(stream: IO[bytes], data: bytes) -> None:
    """An unbuffered pipe may take less than it is given."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]
