"""How the scans are varied while the model learns, shown on one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QImage, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.dialogs.parts import words
from gui.training.service import TrainingService
from gui.training.setup import TrainingSetup
from gui.worklist.thumbnails import image_of

#: How many pictures are shown, the first of them unchanged; their side and what is between, in the window's
#: units.
PICTURES, _SIDE, _GAP = 6, 132, 6

#: A change is shown after so long without another.
_SHOW_AFTER_MS = 400


class AugmentationPreview(QWidget):
    """Asks the service for pictures of the first scan that is learnt from, while it is in sight."""

    def __init__(self, setup: TrainingSetup, service: TrainingService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setup = setup
        self._service = service
        self._asked: object = None
        self._turn = 0
        self.line = words("", "caption")
        self.strip = Strip()
        self.other = QPushButton(self.tr("&Other examples"))
        self.other.setProperty("role", "link")
        self._wait = QTimer(self, singleShot=True, interval=_SHOW_AFTER_MS)
        self._wait.timeout.connect(self._ask)
        above = QHBoxLayout()
        above.addWidget(self.line)
        above.addWidget(self.other, 0, Qt.AlignmentFlag.AlignTop)
        above.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(above)
        column.addWidget(self.strip)
        self.other.clicked.connect(self._on_other)
        setup.recipe_changed.connect(self._update)
        setup.found_changed.connect(self._update)
        service.previewed.connect(self._on_previewed)
        service.preview_failed.connect(self._on_failed)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._update()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        super().hideEvent(event)
        self._wait.stop()

    def _update(self) -> None:
        if self.isVisible() and self._wanted() != self._asked:
            self._wait.start()

    def _wanted(self) -> object:
        """What the pictures depend on; None where there is nothing to show."""
        found, recipe = self._setup.inspection, self._setup.recipe
        scan = next((s.path for s in found.samples if s.split == "train"), None) if found else None
        return (scan, recipe.augment, recipe.size, self._turn) if scan else None

    def _ask(self) -> None:
        wanted, recipe = self._wanted(), self._setup.recipe
        self._asked = wanted
        varies = recipe.augment != "none"
        self.other.setVisible(bool(wanted) and varies)
        self.strip.setVisible(bool(wanted) and varies)
        if not wanted:
            self.line.setText(self.tr("Once there are scans, one of them is shown here as it is varied."))
        elif not varies:
            self.line.setText(self.tr("Every scan is shown as it is, each time."))
        else:
            self.line.setText(self.tr("A scan of yours, and how it is varied:"))
            path = wanted[0]  # type: ignore[index]
            self._service.preview(path, replace(recipe, seed=recipe.seed + self._turn), PICTURES)

    def _on_other(self) -> None:
        self._turn += 1
        self._ask()

    def _on_previewed(self, pictures: NDArray[np.uint8]) -> None:
        self.strip.show_pictures([image_of(picture) for picture in pictures])

    def _on_failed(self, _: BaseException) -> None:
        self.strip.show_pictures([])
        self.line.setText(self.tr("This scan could not be shown."))


class Strip(QWidget):
    """Pictures in a row, as large as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures: list[QImage] = []
        self.setAccessibleName(self.tr("A scan and how it is varied"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_pictures(self, pictures: list[QImage]) -> None:
        self.pictures = pictures
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(PICTURES * (_SIDE + _GAP) - _GAP, _SIDE)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(PICTURES * (_SIDE // 2 + _GAP) - _GAP, _SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = min(_SIDE, (self.width() - (PICTURES - 1) * _GAP) / PICTURES)
        for place in range(PICTURES):
            box = QRectF(place * (side + _GAP), 0, side, side)
            if place < len(self.pictures):
                painter.drawImage(box, self.pictures[place])
            else:
                painter.fillRect(box, self.palette().color(QPalette.ColorRole.Base))
