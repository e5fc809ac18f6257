"""The pages that are open."""

from __future__ import annotations

import threading

from core.web.desk import Seen


class Session:
    """An open page: what it has read, and whether it was told to stop."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.stop = threading.Event()


class Sessions:
    """The open pages. What was read for one is forgotten when it is closed. Used from any thread."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._open)

    def of(self, key: str | None) -> Session:
        """The session that a request with this key is from; begun where there is none."""
        with self._lock:
            return self._open.setdefault(key or "", Session())

    def end(self, key: str | None) -> None:
        """Its page was closed: stop what it asked for, and forget."""
        with self._lock:
            session = self._open.pop(key or "", None)
        if session:
            session.stop.set()
