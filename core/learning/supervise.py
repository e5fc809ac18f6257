"""A process that trains, measures and previews, for the one that shows the window.

Importing torch holds a process for some tenths of a second whatever thread does it, and a crash, or the
system when memory is short, ends all of it. So another process does it: it can be told to pause and to stop,
can be ended at any moment (what a run keeps is written whole), and gives its memory back.
"""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.learning import messages
from core.learning.child import Worker
from core.learning.estimated import Estimate
from core.learning.job import TrainingJob
from core.learning.messages import Command, Measuring, Message, Previewing
from core.learning.watching import Trained, Watch
from core.progress import Cancelled, Progress

#: So long a child that is asked to stop may take before it is ended. One that trains loses nothing by that,
#: and the person waits; one that measures or previews is wanted again at once, and starting it takes seconds.
_GRACE, _LONG_GRACE = 0.0, 1.0


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
            if message is not None and message.kind in messages.ENDS:
                return _ended(message)
            progress.check()
            for word in control.take() if control else ():
                worker.send(word)
            if watch and not said_enough and watch.is_enough():
                said_enough = True
                worker.send("enough")
            if message is not None:
                _pass_on(message, progress, watch)
    except Cancelled:
        worker.stop(_GRACE if isinstance(command, TrainingJob) else _LONG_GRACE)
        raise
    raise AssertionError("events end with an end")


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
