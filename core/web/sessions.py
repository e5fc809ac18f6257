"""The pages that are open."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from core.web.desk import Seen


class Session:
    """An open page: what it has read last, and whether that is to stop."""

    def __init__(self) -> None:
        self.seen: Sequence[Seen] = ()
        self.stop = threading.Event()
        self.is_over = False

    def begin(self) -> None:
        """Something else is read from now on."""
        self.seen = ()
        if not self.is_over:
            self.stop.clear()

    def end(self) -> None:
        """The page was closed: stop at once, and forget."""
        self.is_over = True
        self.seen = ()
        self.stop.set()


class Sessions:
    """The open pages. What was read for one is forgotten when it is closed. Used from any thread."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}
        self._closed: set[str] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many are open and have asked for something."""
        return len(self._open)

    def of(self, key: str | None) -> Session:
        """The session that a request with this key is from; begun where there is none.

        What a page asked for may come to its turn after it was closed: then it is stopped, and not kept.
        """
        with self._lock:
            if key in self._closed:
                over = Session()
                over.end()
                return over
            return self._open.setdefault(key or "", Session())

    def end(self, key: str | None) -> None:
        """Its page was closed."""
        with self._lock:
            session = self._open.pop(key or "", None)
            if key:
                self._closed.add(key)
        if session:
            session.end()
