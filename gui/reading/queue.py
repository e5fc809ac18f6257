"""The scans that wait to be read. Filled by the GUI thread, emptied by the reading lane."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from core.reading.finding import Found


class ReadingQueue:
    """First in, first out, but for the one the person looks at. Safe to use from any thread."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Found, None] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, founds: Iterable[Found]) -> None:
        """Add them at the end; those already waiting keep their place."""
        with self._lock:
            for found in founds:
                self._waiting.setdefault(found)

    def hurry(self, found: Found) -> None:
        """Read it next, if it waits."""
        with self._lock:
            if found in self._waiting:
                self._waiting.move_to_end(found, last=False)

    def discard(self, found: Found) -> None:
        with self._lock:
            self._waiting.pop(found, None)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self) -> Found | None:
        """The next one, no longer waiting; None where there is none."""
        with self._lock:
            return self._waiting.popitem(last=False)[0] if self._waiting else None
