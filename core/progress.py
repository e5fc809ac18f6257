"""How background work tells how far it is, and learns that it should stop.

Core receives a `Progress`, never a widget or a terminal: the command line passes a bar, the window
passes signals, tests pass `NullProgress`.
"""

from __future__ import annotations

from typing import Protocol


class Cancelled(Exception):  # noqa: N818 - a request that was granted, not an error
    """The person asked to stop. Raised by `Progress.check`; the only exception with that meaning."""


class Progress(Protocol):
    """What a job reports to."""

    def report(self, fraction: float, text: str = "") -> None:
        """Say that `fraction` (0..1) of the work is done; `text` is one short line."""

    def say(self, line: str) -> None:
        """Tell the person a fact worth keeping, such as the result of an epoch."""

    def check(self) -> None:
        """Raise `Cancelled` if the person asked to stop. Cheap: call it once an image or batch."""

    def part(self, start: float, end: float) -> Progress:
        """A Progress whose 0..1 is `start`..`end` of this one."""


class NullProgress:
    """A Progress that nobody watches and nobody cancels."""

    def report(self, fraction: float, text: str = "") -> None:
        pass

    def say(self, line: str) -> None:
        pass

    def check(self) -> None:
        pass

    def part(self, start: float, end: float) -> Progress:
        return SubProgress(self, start, end)


class SubProgress:
    """A stretch of another Progress."""

    def __init__(self, parent: Progress, start: float, end: float) -> None:
        self._parent = parent
        self._start = start
        self._end = end

    def report(self, fraction: float, text: str = "") -> None:
        self._parent.report(self._start + fraction * (self._end - self._start), text)

    def say(self, line: str) -> None:
        self._parent.say(line)

    def check(self) -> None:
        self._parent.check()

    def part(self, start: float, end: float) -> Progress:
        return SubProgress(self, start, end)
