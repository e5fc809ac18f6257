"""Changes that are not on the disk yet, and what they mean for what is asked meanwhile."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from core.store.changes import Change, Seen


@dataclass(frozen=True)
class Waiting:
    """What waits at one moment.

    Attributes:
        by_scan: the changes to each scan, by hash, the oldest first.
        owners: the hash of the scan that was last seen at each path.
    """

    by_scan: dict[str, tuple[Change, ...]]
    owners: dict[bytes, str]

    def of(self, hashes: Iterable[str]) -> dict[str, tuple[Change, ...]]:
        """The changes to those of the scans that have some."""
        return {each: self.by_scan[each] for each in hashes if each in self.by_scan}


class Pending:
    """In the order they came; used by any thread.

    Attributes:
        changed: notified of every change to the fields below; hold it to read more than one of them.
        added, settled: how many changes ever came, and how many of these are done with.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.added = self.settled = 0
        self._order: deque[tuple[float, Change]] = deque()
        self._by_scan: dict[str, list[Change]] = {}

    def add(self, changes: Iterable[Change]) -> int:
        """How many ever came, with these."""
        now = time.monotonic()
        with self.changed:
            for change in changes:
                self._order.append((now, change))
                self._by_scan.setdefault(change.sha256, []).append(change)
                self.added += 1
            self.changed.notify_all()
            return self.added

    def first(self, most: int) -> list[Change]:
        """The oldest."""
        with self.changed:
            return [change for _, change in islice(self._order, most)]

    def waiting_since(self) -> float | None:
        """When the oldest came, on the monotonic clock; None where none waits."""
        with self.changed:
            return self._order[0][0] if self._order else None

    def settle(self, count: int) -> None:
        """The oldest `count` are done with."""
        with self.changed:
            for _ in range(count):
                _, change = self._order.popleft()
                of_scan = self._by_scan[change.sha256]
                of_scan.pop(0)  # within a scan too the oldest comes first
                if not of_scan:
                    del self._by_scan[change.sha256]
            self.settled += count
            self.changed.notify_all()

    def forget(self, which: Callable[[Change], bool]) -> None:
        """Drop those; they count as settled."""
        with self.changed:
            kept = [(when, change) for when, change in self._order if not which(change)]
            self.settled += len(self._order) - len(kept)
            self._order = deque(kept)
            self._by_scan = {}
            for _, change in kept:
                self._by_scan.setdefault(change.sha256, []).append(change)
            self.changed.notify_all()

    def of(self, sha256: str) -> tuple[Change, ...]:
        """Those to one scan, the oldest first."""
        with self.changed:
            return tuple(self._by_scan.get(sha256, ()))

    def waiting(self) -> Waiting:
        """All of them."""
        with self.changed:
            owners = {
                change.path: change.sha256
                for _, change in self._order
                if isinstance(change, Seen) and change.path is not None
            }
            return Waiting({scan: tuple(changes) for scan, changes in self._by_scan.items()}, owners)

    def __len__(self) -> int:
        return len(self._order)
