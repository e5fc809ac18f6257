"""From what the person drops, pastes or names to files that can be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from core.errors import LungfieldError, ScanError
from core.progress import Progress
from core.reading.finding import Found, Listing, find
from gui.jobs import Job, Lane


def local_paths(mime: QMimeData) -> list[Path]:
    """The files and folders of this computer that a drop or the clipboard names."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def can_be_opened(mime: QMimeData) -> bool:
    """Whether `Opener.take` makes something of it."""
    return bool(local_paths(mime)) or mime.hasImage()


class Opener(QObject):
    """Finds the files in the background: a folder may be large, or on a slow network.

    Args:
        lanes: what is opened while one of them searches is looked for in the next that is free.
    """

    # Listing with at least one file; whether nothing that was opened later has been found before
    found = Signal(object, bool)
    failed = Signal(object)  # the exception
    searching = Signal(bool)
    cancelled = Signal()  # nothing of what was still looked for comes

    def __init__(self, lanes: Sequence[Lane], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = lanes
        self._pasted = 0
        self._started = 0
        self._latest = 0  # which of those started was found, the last of them
        self._awaited: set[Job] = set()

    @property
    def is_idle(self) -> bool:
        return all(lane.is_idle for lane in self._lanes)

    @property
    def is_searching(self) -> bool:
        """Something is to come, or `failed`."""
        return bool(self._awaited)

    def open(self, paths: Iterable[Path]) -> None:
        """Find the scans under these files and folders."""
        self._start(partial(_find, tuple(paths)))

    def take(self, mime: QMimeData) -> None:
        """Open what was dropped or lies on the clipboard: files and folders, else a picture."""
        if paths := local_paths(mime):
            self.open(paths)
        elif mime.hasImage():
            self._pasted += 1
            self._start(
                partial(_pasted, _image_in(mime), self.tr("Pasted picture {n}").format(n=self._pasted))
            )
        elif mime.hasUrls():
            self.failed.emit(
                ScanError(
                    self.tr("only files on this computer can be opened"),
                    self.tr("save the picture first, then drop the file"),
                )
            )
        else:
            self.failed.emit(
                ScanError(self.tr("there is no picture on the clipboard"), self.tr("copy one, or a file"))
            )

    def cancel(self) -> None:
        """Bring nothing of what is still looked for."""
        if self._awaited:
            for job in self._awaited:
                job.cancel()
            # Not when they have stopped: a slow network may hold a lane until then
            self._awaited.clear()
            self.searching.emit(False)
            self.cancelled.emit()

    def _start(self, work: partial[Listing]) -> None:
        self._started += 1
        lane = next((lane for lane in self._lanes if lane.is_idle), self._lanes[-1])
        job = lane.start(work)
        job.succeeded.connect(partial(self._on_found, self._started))
        job.failed.connect(self.failed)
        job.ended.connect(self._on_ended)
        self._awaited.add(job)
        self.searching.emit(True)

    def _on_found(self, number: int, listing: Listing) -> None:
        for folder in listing.closed:
            self.failed.emit(
                LungfieldError(
                    self.tr("the folder {name} may not be searched").format(name=folder.name),
                    self.tr("its scans are missing from the list"),
                )
            )
        if listing.files:
            self._latest = max(self._latest, number)
            self.found.emit(listing, number == self._latest)
        elif not listing.closed:
            self.failed.emit(ScanError(self.tr("there is no scan in what you opened")))

    def _on_ended(self, job: Job) -> None:
        if job in self._awaited:
            self._awaited.remove(job)
            if not self._awaited:
                self.searching.emit(False)


def _image_in(mime: QMimeData) -> QImage:
    """The picture in it; a null one where what calls itself a picture is none, or is gone by now."""
    data = mime.imageData()
    if isinstance(data, QPixmap):
        return data.toImage()
    return QImage(data) if isinstance(data, QImage) else QImage()


def _find(paths: tuple[Path, ...], progress: Progress) -> Listing:
    return find(paths, progress)


def _pasted(image: QImage, name: str, _: Progress) -> Listing:
    """A picture in memory as the bytes of a PNG, so that it goes the way of every other scan."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if image.isNull() or not image.save(buffer, "PNG", 100):  # 100: the least compression, the least time
        raise ScanError("the picture on the clipboard cannot be used", "save it to a file and open that")
    return Listing([Found(Path(name), PurePath(name), content.data())])
