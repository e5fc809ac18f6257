"""The store as the window has it: opened, told of, and closed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from core.errors import LungfieldError
from core.store.store import open_store

_LOOK_MS = 2000


class Storing(QObject):
    """Owns the store.

    Args:
        keep: in the person's own folder; else in one that is gone when this is closed, where nothing of the
            person's may be touched.
    """

    problem = Signal(object)  # a LungfieldError, in the thread this object lives in
    kept = Signal(object)  # None: all is kept; else the LungfieldError that says why it is in memory only

    # From whatever thread notices. Queued, so that nobody is told before the window can tell it
    _noticed = Signal(object)

    def __init__(self, keep: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._noticed.connect(self.problem, Qt.ConnectionType.QueuedConnection)
        self._folder = None if keep else tempfile.TemporaryDirectory(prefix="lungfield-")
        path = Path(self._folder.name, "lungfield.sqlite3") if self._folder else None
        self.store = open_store(path, self._on_noticed)
        self._memory_only: LungfieldError | None = None
        # The store tries again by itself, and says nothing of it
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self.look)
        self._look.start()

    def look(self) -> None:
        """Say whether all is kept, if that is another answer than before."""
        now = self.store.problem if self.store.path is None else None
        if (now is None) != (self._memory_only is None):
            self._memory_only = now
            self.kept.emit(now)

    def close(self) -> None:
        """Write what waits. May be called again."""
        self._look.stop()
        self.store.close()
        if self._folder:
            self._folder.cleanup()

    def _on_noticed(self, problem: LungfieldError) -> None:
        self._noticed.emit(problem)
