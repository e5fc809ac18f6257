"""Decodes the scan to look at, at its full size, and keeps those looked at last."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, Signal

from core.imaging.decode import decode
from core.imaging.pyramid import Pyramid
from core.progress import Progress
from core.reading.finding import Found
from gui.jobs import Job, Lane

#: How much the scans kept may take; the one on the screen is kept whatever its size.
_KEPT_BYTES = 512 << 20


class Loader(QObject):
    """Gives the picture of the latest file asked for; earlier requests are superseded.

    Args:
        lane: for the scan asked for.
        lane_ahead: for the one that is probably asked for next.
    """

    loaded = Signal(object, object)  # Found, Pyramid
    failed = Signal(object, object)  # Found, the exception

    def __init__(self, lane: Lane, lane_ahead: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._lane_ahead = lane_ahead
        self._kept: OrderedDict[Found, Pyramid] = OrderedDict()
        self._wanted: Found | None = None
        self._job: Job | None = None

    def load(self, found: Found) -> None:
        """Have it decoded, unless it is kept: then `loaded` is emitted before this returns."""
        self._wanted = found
        if self._job:
            self._job.cancel()
            self._job = None
        if found in self._kept:
            self._kept.move_to_end(found)
            self.loaded.emit(found, self._kept[found])
            return
        self._job = self._lane.start(partial(_load, found), "viewer")
        self._job.succeeded.connect(self._on_loaded)
        self._job.failed.connect(self._on_failed)

    def look_ahead(self, found: Found) -> None:
        """Decode it while the person looks at another."""
        if found not in self._kept:
            job = self._lane_ahead.start(partial(_load, found), "ahead")
            job.succeeded.connect(self._keep)  # one that fails will be told when it is asked for

    def forget(self, found: Found | None = None) -> None:
        """Let go of one scan, or of all."""
        if found is None or found == self._wanted:
            self._wanted = None
            if self._job:
                self._job.cancel()
                self._job = None
        if found is None:
            self._kept.clear()
        else:
            self._kept.pop(found, None)

    def _on_loaded(self, answer: tuple[Found, Pyramid]) -> None:
        self._job = None
        self._keep(answer)
        self.loaded.emit(*answer)

    def _on_failed(self, error: BaseException) -> None:
        self._job = None
        self.failed.emit(self._wanted, error)

    def _keep(self, answer: tuple[Found, Pyramid]) -> None:
        found, pyramid = answer
        self._kept[found] = pyramid
        if self._wanted in self._kept:
            self._kept.move_to_end(self._wanted)
        while len(self._kept) > 1 and sum(each.nbytes for each in self._kept.values()) > _KEPT_BYTES:
            self._kept.popitem(last=False)


def _load(found: Found, progress: Progress) -> tuple[Found, Pyramid]:
    data = found.read()
    progress.check()
    scan = decode(data, str(found.path))
    progress.check()
    return found, Pyramid(scan)
