"""`main.py work`: trains, measures and previews for the process that started it. Not for people.

It is spoken to on stdin and answers on stdout, as `core.learning.messages` says. Once stdin ends, so does
this.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import signal
import sys
from typing import IO

from core.cli import DONE


def run(chosen: argparse.Namespace) -> int:
    """Do what is asked for until nobody asks any more; the exit status."""
    del chosen
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the owner, and its end is told by stdin
    asked, answers = _take_over()
    faulthandler.enable(sys.__stderr__ or 2)
    stand_back()
    from core.learning.worker import serve

    serve(asked, answers)
    return DONE


def _take_over() -> tuple[IO[bytes], IO[bytes]]:
    """Stdin and stdout for messages alone: whatever a library reads or prints comes from nowhere and goes to
    stderr. By number, because a program without a console has no `sys.stdout`."""
    asked, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(asked, "rb"), os.fdopen(answers, "wb", buffering=0)


def stand_back() -> None:
    """Let whoever reads have the processor first; training alone is as fast as ever.

    Measured on two cores (`benchmarks/while_training.py`): a reading beside it takes 1.25 times as long
    without this, 1.0 to 1.1 times with it. SCHED_BATCH and SCHED_IDLE are no better, and it is the same
    whether OpenMP's threads spin while they wait. On Windows the owner has seen to it.
    """
    if sys.platform != "win32":
        os.setpriority(os.PRIO_PROCESS, 0, 19)
