"""Where a picture lies in a widget: pure arithmetic, in device pixels.

Image coordinates: x to the right, y down, pixel (i, j) covers [j, j + 1] × [i, i + 1] of the file's upright
picture. Widget coordinates: device pixels from the widget's top left corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from core.imaging.display import Orientation
from core.imaging.pyramid import View

Point = tuple[float, float]
Size = tuple[int, int]  # width, height
Box = tuple[int, int, int, int]  # left, top, right, bottom, the latter two exclusive


def fit_scale(image: Size, orientation: Orientation, viewport: Size) -> float:
    """Device pixels per image pixel at which the whole turned picture just fits; 1 where either is empty."""
    width, height = orientation.size(image)
    if min(width, height, *viewport) <= 0:
        return 1.0
    return min(viewport[0] / width, viewport[1] / height)


@dataclass(frozen=True)
class Geometry:
    """How a picture of `image` pixels is placed in a widget.

    Attributes:
        image: width and height of the upright picture.
        orientation: how it is turned to be seen.
        scale: device pixels per image pixel.
        origin: top left corner of the turned picture, in whole device pixels, so that its edges are sharp
            and at a scale of 1 image pixels are device pixels.
    """

    image: Size
    orientation: Orientation
    scale: float
    origin: tuple[int, int]

    @classmethod
    def around(
        cls, image: Size, orientation: Orientation, scale: float, centre: Point, viewport: Size
    ) -> Geometry:
        """The placement that has the image point `centre` in the middle of the widget."""
        x, y = orientation.point(centre, image)
        left, top = viewport[0] / 2 - x * scale, viewport[1] / 2 - y * scale
        return cls(image, orientation, scale, (round(left), round(top)))

    @property
    def seen_size(self) -> tuple[float, float]:
        """Width and height of the picture in the widget, in device pixels."""
        width, height = self.orientation.size(self.image)
        return width * self.scale, height * self.scale

    def to_widget(self, point: Point) -> Point:
        """Where an image point is in the widget."""
        x, y = self.orientation.point(point, self.image)
        return self.origin[0] + x * self.scale, self.origin[1] + y * self.scale

    def to_image(self, point: Point) -> Point:
        """Which image point is at a place of the widget; it may lie outside of the picture."""
        x, y = (point[0] - self.origin[0]) / self.scale, (point[1] - self.origin[1]) / self.scale
        return self.orientation.undo_point((x, y), self.image)

    def visible(self, viewport: Size) -> Box:
        """The device pixels whose middle lies on the picture and in the widget; empty where none does."""
        edges = []
        for start, length, room in zip(self.origin, self.seen_size, viewport, strict=True):
            first = min(max(start, 0), room)
            edges.append((first, min(max(ceil(start + length - 0.5), first), room)))
        return edges[0][0], edges[1][0], edges[0][1], edges[1][1]

    def view(self, box: Box) -> View:
        """What of the upright picture is in a box of the widget. It still has to be turned to be seen."""
        whole = (self.image[0] * self.scale, self.image[1] * self.scale)
        corners = [
            self.orientation.undo_point((x - self.origin[0], y - self.origin[1]), whole)
            for x, y in (box[:2], box[2:])
        ]
        left, top = (min(pair) for pair in zip(*corners, strict=True))
        width, height = self.orientation.size((box[2] - box[0], box[3] - box[1]))
        return View(self.scale, left, top, width, height)
