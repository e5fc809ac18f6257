"""Which part of the picture is seen, how large and how turned; shared by the canvases side by side."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.imaging.display import Orientation
from gui.viewer.geometry import Geometry, Point, Size, fit_scale

#: Device pixels per image pixel, at most; a picture so small that it fits at more may be fitted.
MAX_SCALE = 32.0

#: How much smaller than fitted, or than 1:1 where that is smaller, the picture can be made.
_SMALLEST = 0.8


class ViewState(QObject):
    """Zoom, place and orientation of the picture.

    While `fit` is set the scale follows each canvas's size. Sizes and distances on the screen are device
    pixels; image coordinates are those of `geometry`.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._image: Size = (0, 0)
        self._viewport: Size = (0, 0)
        self._orientation = Orientation()
        self._fit = True
        self._scale = 1.0
        self._centre: Point = (0.0, 0.0)

    @property
    def image_size(self) -> Size:
        """Width and height of the upright picture; (0, 0) without one."""
        return self._image

    @property
    def orientation(self) -> Orientation:
        return self._orientation

    @property
    def fit(self) -> bool:
        """The picture is as large as its canvas allows, and in the middle of it."""
        return self._fit

    @property
    def scale(self) -> float:
        """Device pixels per image pixel on the first canvas; 1 is 1:1."""
        return self._scale_on(self._viewport)

    @property
    def centre(self) -> Point:
        """The image point in the middle of every canvas."""
        return (self._image[0] / 2, self._image[1] / 2) if self._fit else self._centre

    def geometry(self, viewport: Size | None = None) -> Geometry:
        """Where the picture lies in a canvas of `viewport` device pixels; the first canvas if not given."""
        size = viewport or self._viewport
        return Geometry.around(self._image, self._orientation, self._scale_on(size), self.centre, size)

    def set_viewport(self, size: Size) -> None:
        """The first canvas has this size in device pixels; its owner calls this when it changes."""
        if size != self._viewport:
            self._viewport = size
            self.changed.emit()

    def set_image_size(self, size: Size) -> None:
        """Another picture is shown: fit it. The orientation stays."""
        self._image = size
        self._fit = True
        self.changed.emit()

    def fit_to_window(self) -> None:
        self._fit = True
        self.changed.emit()

    def actual_size(self, at: Point | None = None) -> None:
        """1:1, one image pixel on one device pixel; the image point `at` stays where it is."""
        self._set_scale(1.0, at)

    def zoom(self, factor: float, at: Point | None = None) -> None:
        """Enlarge by `factor`, within limits; the image point `at` stays where it is, by default the middle.

        The middle of a canvas never leaves the picture, so at its border `at` may move.
        """
        fitted = fit_scale(self._image, self._orientation, self._viewport)
        smallest, largest = min(fitted, 1.0) * _SMALLEST, max(fitted, MAX_SCALE)
        self._set_scale(min(max(self.scale * factor, smallest), largest), at)

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture over the screen by device pixels, to the right and down."""
        seen = self._orientation.point(self.centre, self._image)
        moved = (seen[0] - dx / self.scale, seen[1] - dy / self.scale)
        centre = self._orientation.undo_point(moved, self._image)
        self._scale = self.scale
        self._fit = False
        self._set_centre(centre)

    def set_orientation(self, orientation: Orientation) -> None:
        """Show the picture turned like this, whatever it was before."""
        self._orientation = orientation
        self.changed.emit()

    def rotate(self, quarter_turns: int) -> None:
        """Turn what is seen clockwise; negative is anticlockwise."""
        self.set_orientation(self._orientation.rotated(quarter_turns))

    def flip_horizontally(self) -> None:
        """Exchange left and right of what is seen."""
        self.set_orientation(self._orientation.flipped_horizontally())

    def flip_vertically(self) -> None:
        """Exchange top and bottom of what is seen."""
        self.set_orientation(self._orientation.flipped_vertically())

    def reset(self) -> None:
        """Upright and fitted."""
        self._orientation = Orientation()
        self._fit = True
        self.changed.emit()

    def _scale_on(self, viewport: Size) -> float:
        return fit_scale(self._image, self._orientation, viewport) if self._fit else self._scale

    def _set_scale(self, scale: float, at: Point | None) -> None:
        x, y = self.centre
        at_x, at_y = at or (x, y)
        share = self.scale / scale
        self._scale = scale
        self._fit = False
        self._set_centre((at_x + (x - at_x) * share, at_y + (y - at_y) * share))

    def _set_centre(self, centre: Point) -> None:
        width, height = self._image
        self._centre = (min(max(centre[0], 0.0), float(width)), min(max(centre[1], 0.0), float(height)))
        self.changed.emit()
