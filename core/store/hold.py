"""Whether other processes have the store open: a damaged file is not renamed under their hands.

Where a store is renamed while somebody has it open, SQLite, closing it, deletes the log of the file that
has come to its place. Windows itself refuses to rename what is open, so there is nothing to do there.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl


class Hold:
    """A lock on a small file beside the store, shared by all that have it open.

    Made alone it keeps others waiting until `share`: they find a store that is whole.
    """

    def __init__(self, path: Path) -> None:
        self._file = -1
        with contextlib.suppress(OSError):
            self._file = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        if not self.alone():
            self.share()

    def alone(self) -> bool:
        """Take it from all others, where no other has it. True too where it cannot be told."""
        return self._lock(exclusively=True)

    def share(self) -> None:
        """Have it beside others; waits while one has it alone."""
        self._lock(exclusively=False)

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _lock(self, exclusively: bool) -> bool:
        if sys.platform != "win32" and self._file >= 0:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusively else fcntl.LOCK_SH)
            except BlockingIOError:
                return False
            except OSError:  # a file system without locks
                return True
        return True
