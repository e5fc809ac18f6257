"""Small pictures of the scans in sight, made when they are needed and kept as long as there is room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from core.errors import ScanError
from core.imaging.decode import decode
from core.log import logger
from core.reading.finding import Found
from gui.jobs import Job, JobProgress, Lane
from gui.worklist.entry import THUMBNAIL, thumbnail

#: How many are kept of those that were looked at, and of those that came with a reading: 9 KB each.
_SEEN, _BROUGHT = 600, 400

#: How many may wait to be made: more than fit on a screen.
_WAITING = 80

#: How many failures are remembered.
_FAILURES = 20_000

Kept = TypeVar("Kept")


class Thumbnails(QObject):
    """Thumbnails by file. What they take does not grow with the worklist.

    Args:
        lane: decodes them; nothing else should wait there.
    """

    ready = Signal(object)  # Found: `image` has it now, or no more

    def __init__(self, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._seen: OrderedDict[Found, QImage] = OrderedDict()
        self._brought: OrderedDict[Found, QImage] = OrderedDict()
        self._failed: OrderedDict[Found, None] = OrderedDict()
        self._requests = _Requests()
        self._job: Job | None = None

    def image(self, found: Found) -> QImage | None:
        """A grey picture, its longer side THUMBNAIL pixels; where there is none yet it is asked for.

        Cheap enough to be called whenever the row is painted.
        """
        if (image := self._seen.get(found)) is not None:
            self._seen.move_to_end(found)
            return image
        if (image := self._brought.pop(found, None)) is not None:
            _keep(self._seen, found, image, _SEEN)
            return image
        if found not in self._failed:
            self._requests.put(found)
            self._start()
        return None

    def put(self, found: Found, grey: NDArray[np.uint8] | None) -> None:
        """Take one that was made elsewhere.

        Args:
            grey: uint8 [h, w]; None where the file could not be decoded, which is not tried again then.
        """
        self._requests.discard(found)
        if grey is None:
            self._remember_failure(found)
            return
        self._failed.pop(found, None)
        if found in self._seen:
            self._seen[found] = image_of(grey)
        else:
            # Apart from the others: those that come with the readings of a folder, which may be very many, do
            # not push out those that are in sight.
            _keep(self._brought, found, image_of(grey), _BROUGHT)
        self.ready.emit(found)

    def drop(self, found: Found) -> None:
        """Let go of one, whose file is another by now; it is made anew where it is in sight."""
        self._requests.discard(found)
        for kept in (self._seen, self._brought, self._failed):
            kept.pop(found, None)
        self.ready.emit(found)

    def keep_only(self, founds: Collection[Found]) -> None:
        """Make none of those asked for but these, which are in sight."""
        self._requests.keep_only(founds)

    def forget(self) -> None:
        """Let go of all, of failures too."""
        self._requests.keep_only(())
        for kept in (self._seen, self._brought, self._failed):
            kept.clear()

    def _start(self) -> None:
        if self._job is None and self._requests and not self._lane.is_closed:
            self._job = self._lane.start(partial(_make_all, self._requests))
            self._job.gave.connect(self._on_made)
            self._job.ended.connect(self._on_ended)

    def _on_made(self, made: tuple[Found, QImage | None]) -> None:
        found, image = made
        self._requests.done(found)
        if image is None:
            self._remember_failure(found)
        elif found not in self._seen:
            _keep(self._seen, found, image, _SEEN)
            self.ready.emit(found)

    def _on_ended(self, _: Job) -> None:
        self._job = None
        self._start()  # something may have been asked for when it had just found nothing more

    def _remember_failure(self, found: Found) -> None:
        for kept in (self._seen, self._brought):
            kept.pop(found, None)
        _keep(self._failed, found, None, _FAILURES)


class _Requests:
    """What is to be made, the newest first. Safe to use from any thread."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Found, None] = OrderedDict()
        self._begun: set[Found] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, found: Found) -> None:
        """Ask for it, or ask again; the oldest of too many is let go of."""
        with self._lock:
            if found not in self._begun:
                _keep(self._waiting, found, None, _WAITING)

    def discard(self, found: Found) -> None:
        with self._lock:
            self._waiting.pop(found, None)

    def keep_only(self, founds: Collection[Found]) -> None:
        with self._lock:
            for found in [each for each in self._waiting if each not in founds]:
                del self._waiting[found]

    def take(self) -> Found | None:
        """The newest, no longer waiting; None where nothing waits."""
        with self._lock:
            if not self._waiting:
                return None
            found, _ = self._waiting.popitem()
            self._begun.add(found)
            return found

    def done(self, found: Found) -> None:
        """It was made and has arrived: from now on it may be asked for again."""
        with self._lock:
            self._begun.discard(found)


def image_of(grey: NDArray[np.uint8]) -> QImage:
    """uint8 [h, w] as a picture that holds on to nothing of the array."""
    height, width = grey.shape
    data = np.ascontiguousarray(grey)
    return QImage(data.data, width, height, width, QImage.Format.Format_Grayscale8).copy()


def _make_all(requests: _Requests, progress: JobProgress) -> None:
    """Make what waits until nothing does; in the lane's thread."""
    while (found := requests.take()) is not None:
        progress.check()
        progress.give((found, _made(found)))


def _made(found: Found) -> QImage | None:
    try:
        # Twice as large, so that the last step down is an area average
        scan = decode(found.read(), found.where, min_side=2 * THUMBNAIL)
        return image_of(thumbnail(scan))
    except ScanError:
        return None  # its row says so when it is read
    except Exception:
        logger.exception("no thumbnail could be made of a scan")
        return None


def _keep(kept: OrderedDict[Found, Kept], key: Found, value: Kept, most: int) -> None:
    """As the newest; the oldest of too many are let go of."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
