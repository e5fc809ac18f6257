"""From what the person drops, pastes or names to files that can be read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from core.errors import LungfieldError, ScanError
from core.progress import Progress
from core.reading.finding import Found, Listing, find
from gui.jobs import Lane


def local_paths(mime: QMimeData) -> list[Path]:
    """The files and folders of this computer that a drop or the clipboard names."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def can_be_opened(mime: QMimeData) -> bool:
    """Whether `Opener.take` makes something of it."""
    return bool(local_paths(mime)) or mime.hasImage()


class Opener(QObject):
    """Finds the files in the background: a folder may be large, or on a slow network."""

    found = Signal(object)  # Listing with at least one file
    failed = Signal(object)  # the exception
    searching = Signal(bool)
    cancelled = Signal()  # nothing of what was still looked for comes

    def __init__(self, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._pasted = 0
        self._searching = False
        lane.idle.connect(self._on_idle)

    @property
    def is_idle(self) -> bool:
        return self._lane.is_idle

    @property
    def is_searching(self) -> bool:
        """Something is to come, or `failed`."""
        return self._searching

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
        if self._searching:
            self._lane.cancel_all()
            # Not when it has stopped: a slow network may hold the lane until then
            self._set_searching(False)
            self.cancelled.emit()

    def _start(self, work: partial[Listing]) -> None:
        job = self._lane.start(work)
        job.succeeded.connect(self._on_found)
        job.failed.connect(self.failed)
        self._set_searching(True)

    def _on_found(self, listing: Listing) -> None:
        for folder in listing.closed:
            self.failed.emit(
                LungfieldError(
                    self.tr("the folder {name} may not be searched").format(name=folder.name),
                    self.tr("its scans are missing from the list"),
                )
            )
        if listing.files:
            self.found.emit(listing)
        elif not listing.closed:
            self.failed.emit(ScanError(self.tr("there is no scan in what you opened")))

    def _on_idle(self) -> None:
        if self._searching:
            self._set_searching(False)

    def _set_searching(self, searching: bool) -> None:
        self._searching = searching
        self.searching.emit(searching)


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
