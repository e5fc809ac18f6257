"""Progress on a terminal."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from core import progress


class TerminalProgress:
    """A bar with the time left on stderr, where that is a terminal, and lines that stay on stdout.

    Ctrl-C reaches the program as KeyboardInterrupt, so `check` has nothing to do.
    """

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        # Else what is said goes on to a file or a program, past the bar
        self._is_over_bar = self._console.is_terminal and sys.stdout.isatty()
        self._bar = Progress(
            BarColumn(30),
            TextColumn("{task.percentage:3.0f}%"),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            redirect_stdout=self._is_over_bar,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("", total=1.0)

    def __enter__(self) -> TerminalProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def report(self, fraction: float, text: str = "") -> None:
        # Square brackets in a file's name are not markup.
        self._bar.update(self._task, completed=fraction, description=text.replace("[", r"\["))

    def say(self, line: str) -> None:
        if self._is_over_bar:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, flush=True)

    def check(self) -> None:
        pass

    def part(self, start: float, end: float) -> progress.Progress:
        return progress.SubProgress(self, start, end)
