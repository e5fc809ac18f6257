"""The evidence as a picture to be laid over the scan."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from core.imaging.display import Orientation
from core.imaging.pyramid import View
from core.reading.overlay import FULL_SCALE, colour

_LONGEST_SIDE = 256  # of the coloured map; the evidence itself has some ten cells a side


class Evidence:
    """A reading's evidence map, coloured; keeps what it made last.

    Args:
        heatmap: float32 [h, w], log-odds for each cell of the upright picture.
    """

    def __init__(self, heatmap: NDArray[np.float32]) -> None:
        strength = heatmap * (heatmap.size / FULL_SCALE)
        factor = max(_LONGEST_SIDE // max(strength.shape), 1)
        size = (strength.shape[1] * factor, strength.shape[0] * factor)
        smooth = cv2.resize(strength, size, interpolation=cv2.INTER_CUBIC)
        self._strength = np.asarray(smooth, np.float32)
        self._coloured_as: tuple[float, float] | None = None
        self._coloured: NDArray[np.uint8] = np.empty((0, 0, 4), np.uint8)
        self._drawn_as: tuple[object, ...] | None = None
        self._drawn = QImage()

    def coloured(self, opacity: float, cut_off: float) -> NDArray[np.uint8]:
        """The whole map: uint8 [h', w', 4], blue, green, red and alpha, the colours already times alpha."""
        if self._coloured_as != (opacity, cut_off):
            rgb, alpha = colour(self._strength, cut_off=cut_off, strongest=opacity)
            layers = np.dstack([rgb[..., ::-1] * alpha[..., None], alpha])
            self._coloured = np.rint(np.clip(layers, 0, 1) * 255).astype(np.uint8)
            self._coloured_as = (opacity, cut_off)
        return self._coloured

    def drawn(
        self, view: View, image: tuple[int, int], orientation: Orientation, opacity: float, cut_off: float
    ) -> QImage:
        """What lies over `view`, turned as it is seen: premultiplied ARGB, one pixel a device pixel.

        Args:
            image: width and height of the upright picture, which the map covers.
        """
        asked = (view, image, orientation, opacity, cut_off)
        if asked != self._drawn_as:
            layers = self._cut_out(view, image, self.coloured(opacity, cut_off))
            layers = np.ascontiguousarray(orientation.apply(layers))
            height, width = layers.shape[:2]
            image_format = QImage.Format.Format_ARGB32_Premultiplied
            # A copy, because a QImage does not keep the array alive
            self._drawn = QImage(layers.data, width, height, 4 * width, image_format).copy()
            self._drawn_as = asked
        return self._drawn

    @staticmethod
    def _cut_out(view: View, image: tuple[int, int], layers: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = layers.shape[:2]
        across, down = width / (image[0] * view.scale), height / (image[1] * view.scale)
        matrix = np.array(
            [
                [across, 0, (view.left + 0.5) * across - 0.5],
                [0, down, (view.top + 0.5) * down - 0.5],
            ]
        )
        cut = cv2.warpAffine(
            layers,
            matrix,
            (view.width, view.height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(cut, np.uint8)
