"""The thread that writes what waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from core.store.changes import Change
from core.store.pending import Pending

#: A change waits this long for others to be written with it: nothing is lost that is a second old.
_GATHER_SECONDS = 0.25

#: Changes in one transaction, which keeps other processes from writing.
_BATCH = 1000

#: After a failure nobody is kept waiting; it is tried again this much later.
_AGAIN_SECONDS = 15.0


class Writer:
    """Writes in batches, in a thread of its own, until `close`.

    Args:
        write: makes the changes durable; False where that is to be tried again later. Called in the
            thread only, also with no changes after `wake`.

    Attributes:
        writing: held while `write` runs and its changes are settled.
    """

    def __init__(self, pending: Pending, write: Callable[[list[Change]], bool]) -> None:
        self.writing = threading.Lock()
        self._pending = pending
        self._write = write
        self._changed = pending.changed
        self._hurry = 0  # written without delay, up to this one
        self._woken = self._closing = False
        self._attempts = 0
        self._failed_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    @property
    def has_failed(self) -> bool:
        """The last attempt did."""
        return self._failed_at is not None

    def wake(self) -> None:
        """Call `write` soon, whether anything waits or not."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def flush(self) -> None:
        """Wait until all that was added is written, or an attempt has failed."""
        if threading.current_thread() is self._thread:
            return
        with self._changed:
            wanted, attempts = self._pending.added, self._attempts
            self._hurry = wanted
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: (
                    self._pending.settled >= wanted
                    or (self.has_failed and self._attempts > attempts)
                    or not self._thread.is_alive()
                )
            )

    def close(self) -> None:
        """Write what waits, if that is possible, and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while self._wait():
            with self.writing:
                batch = self._pending.first(_BATCH)
                done = self._write(batch)
                with self._changed:
                    if done:
                        self._pending.settle(len(batch))
                    else:
                        self._hurry = 0
                    self._failed_at = None if done else time.monotonic()
                    self._attempts += 1
                    self._changed.notify_all()
            if self._closing and not done:
                return

    def _wait(self) -> bool:
        """Until there is something to do; False: nothing more will come."""
        with self._changed:
            while not self._woken:
                since = self._pending.waiting_since()
                if self._closing:
                    return since is not None
                if self._pending.settled < self._hurry:
                    return True
                due = None if since is None else since + _GATHER_SECONDS
                if since is not None and self._failed_at is not None:
                    due = self._failed_at + _AGAIN_SECONDS
                left = None if due is None else due - time.monotonic()
                if left is not None and left <= 0:
                    return True
                self._changed.wait(left)
            self._woken = False
            return True
