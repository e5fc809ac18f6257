"""How fast a long piece of work goes, and how long it still takes."""

from __future__ import annotations

import time
from collections import deque

#: The rate is that of the last so many seconds: what was known already flashes by, and
#: says nothing of the rest.
_SPAN = 20.0
#: A rate over fewer pieces, or less time, says nothing.
_FEWEST, _SHORTEST = 5, 1.0
#: Marks kept; enough for a rate, and no more memory for a long run than for a short one.
_MARKS = 200


class Pace:
    """Told how much is done, now and then; says how many a second."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque(maxlen=_MARKS)
        self.begin()

    def begin(self) -> None:
        """From now on, with nothing done."""
        self._marks.clear()
        self._marks.append((time.monotonic(), 0))

    def tell(self, done: int) -> None:
        """So many pieces are done by now."""
        now = time.monotonic()
        if len(self._marks) < 2 or now - self._marks[-1][0] >= _SPAN / _MARKS:
            self._marks.append((now, done))
        else:
            self._marks[-1] = (self._marks[-1][0], done)
        while len(self._marks) > 2 and now - self._marks[1][0] > _SPAN:
            self._marks.popleft()

    @property
    def rate(self) -> float | None:
        """Pieces a second; None where it is too early to say."""
        (since, before), done = self._marks[0], self._marks[-1][1]
        passed = time.monotonic() - since
        if done - before < _FEWEST or passed < _SHORTEST:
            return None
        return (done - before) / passed

    def left(self, pieces: int) -> float | None:
        """Seconds that so many more pieces will take; None where it is too early to say."""
        rate = self.rate
        return pieces / rate if rate else None


def duration(seconds: float) -> str:
    """`40 s`, `3:20 min`, `1:05:00 h`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02} h"
    return f"{minutes}:{rest:02} min" if minutes else f"{rest} s"
