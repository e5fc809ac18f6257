"""The picture on the screen, at the scan's full size, to a file or the clipboard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QClipboard, QImage

from core.files import write_whole
from core.imaging.display import Display, Orientation, displayed
from core.imaging.scan import Scan
from core.progress import Progress
from core.reading.overlay import burnt_in, jpeg, png
from gui.jobs import Lane


@dataclass(frozen=True, eq=False)
class Shown:
    """What is on the screen, frozen when it was asked for.

    Attributes:
        heatmap: float32 [h, w] upright, as a Reading has it; None without the evidence.
        captions: burnt in below; the disclaimer follows always.
        cut_off, opacity: of the evidence, 0..1 each.
    """

    scan: Scan
    display: Display
    orientation: Orientation
    heatmap: NDArray[np.float32] | None
    captions: tuple[str, ...]
    cut_off: float
    opacity: float


class PictureSaver(QObject):
    """Makes the picture in the background."""

    saved = Signal(object)  # the Path written
    copied = Signal()
    failed = Signal(object)  # the exception

    def __init__(self, lane: Lane, clipboard: QClipboard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._clipboard = clipboard

    def save(self, shown: Shown, path: Path) -> None:
        """Write a JPEG where the name says so, else a PNG; whole or not at all. Closing waits for it."""
        job = self._lane.start(partial(_save, shown, path), finishes=True)
        job.succeeded.connect(self.saved)
        job.failed.connect(self.failed)

    def copy(self, shown: Shown) -> None:
        """Put it on the clipboard; a newer copy supersedes one that is not there yet."""
        job = self._lane.start(partial(_image, shown), "clipboard")
        job.succeeded.connect(self._to_clipboard)
        job.failed.connect(self.failed)

    def _to_clipboard(self, image: QImage) -> None:
        self._clipboard.setImage(image)
        self.copied.emit()


def drawn(shown: Shown) -> NDArray[np.uint8]:
    """The picture with captions, evidence and disclaimer burnt in: uint8 [H, W, 3]."""
    pixels = shown.orientation.apply(displayed(shown.scan.pixels, shown.display))
    heatmap = None if shown.heatmap is None else np.ascontiguousarray(shown.orientation.apply(shown.heatmap))
    return burnt_in(np.ascontiguousarray(pixels), heatmap, shown.captions, shown.cut_off, shown.opacity)


def _save(shown: Shown, path: Path, progress: Progress) -> Path:
    encode = jpeg if path.suffix.lower() in (".jpg", ".jpeg") else png
    picture = encode(drawn(shown))
    progress.check()
    write_whole(path, picture)
    return path


def _image(shown: Shown, _: Progress) -> QImage:
    picture = drawn(shown)
    height, width, _channels = picture.shape
    # A copy, because the image does not keep the array alive
    return QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
