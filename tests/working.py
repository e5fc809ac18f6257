"""For the tests of the process that trains."""

from __future__ import annotations

import sys
from pathlib import Path

from core.learning.job import TrainingJob
from core.learning.recipe import Recipe
from core.learning.watching import NoWatch, Position, Wrong
from core.progress import Cancelled, NullProgress
from tests.conftest import ROOT

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

#: The real process for `core.learning.child.Worker`, but for standing back: on a machine that does other
#: things it would take long.
EAGER_PROGRAM = [
    sys.executable,
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "from core.cli import main, work\n"
    "work.stand_back = lambda: None\n"
    "sys.exit(main(['work']))",
]


class Tape(NullProgress, NoWatch):
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
