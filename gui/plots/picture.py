"""A figure as a picture of pixels that still knows where its axes are. Drawn on a lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage

from core.progress import Progress

if TYPE_CHECKING:  # loading it takes a second, which only a lane may spend
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Width and height in inches -> a Figure of that size. Called on a lane, so it may hold no widget.
Drawing = Callable[[float, float], "Figure"]

#: Pixels of the window's own units to an inch: letters of 9 points are as large as those around the figure.
DPI = 96.0


@dataclass(frozen=True)
class PlottedAxes:
    """Where one of the figure's axes lie, and what they span; both are linear.

    Attributes:
        box: in shares of the picture, 0..1, from its top left corner.
        across, up: the values at the left and the right edge, at the bottom and the top.
    """

    box: QRectF
    across: tuple[float, float]
    up: tuple[float, float]

    def place(self, across: float, up: float) -> QPointF:
        """Where a value is: in shares of the picture."""
        right = (across - self.across[0]) / (self.across[1] - self.across[0])
        high = (up - self.up[0]) / (self.up[1] - self.up[0])
        return QPointF(
            self.box.left() + right * self.box.width(), self.box.bottom() - high * self.box.height()
        )

    def value(self, place: QPointF) -> tuple[float, float]:
        """What is at a place, which is given in shares of the picture: across and up."""
        right = (place.x() - self.box.left()) / self.box.width()
        high = (self.box.bottom() - place.y()) / self.box.height()
        return (
            self.across[0] + right * (self.across[1] - self.across[0]),
            self.up[0] + high * (self.up[1] - self.up[0]),
        )


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure that was drawn.

    Attributes:
        image: see-through where the figure is empty, so that it lies on any surface.
        axes: in the figure's own order.
    """

    image: QImage
    axes: tuple[PlottedAxes, ...]


def plot(draw: Drawing, size: QSize, ratio: float, dark: bool, progress: Progress) -> Plot:
    """Draw a figure for the screen; in a lane.

    Args:
        size: in the window's units, at least 1 x 1.
        ratio: pixels of the screen to the window's unit.
        dark: for the dark theme; figures are drawn for paper, and repainted.
    """
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from core.scoring import style

    progress.check()
    figure = draw(size.width() / DPI, size.height() / DPI)
    progress.check()
    figure.set_size_inches(size.width() / DPI, size.height() / DPI)
    figure.set_dpi(DPI * ratio)
    style.repaint(figure, dark)
    figure.patch.set_alpha(0)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    height, width, _ = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)  # a copy, with memory of its own
    image.setDevicePixelRatio(ratio)
    return Plot(image, tuple(_plotted(axes) for axes in figure.axes))


def _plotted(axes: Axes) -> PlottedAxes:
    whole, inside = axes.figure.bbox, axes.bbox
    box = QRectF(
        inside.x0 / whole.width,
        1 - inside.y1 / whole.height,
        inside.width / whole.width,
        inside.height / whole.height,
    )
    return PlottedAxes(box, axes.get_xlim(), axes.get_ylim())
