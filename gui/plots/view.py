"""Shows a figure that is drawn in the background, and marks on it that follow a slider at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.jobs import Job, Lane
from gui.plots.picture import Drawing, Plot, PlottedAxes, plot
from gui.theme import Theme

#: A picture of another size is drawn anew when the size has been the same for so long.
_SETTLED_MS = 150

_RADIUS = 5.5


@dataclass(frozen=True)
class Marker:
    """A value that is marked on a figure.

    Attributes:
        axes: the number of the axes in the figure, from 0; nothing is marked where there are none of it.
        across: the value.
        up: None marks it by an upright line over the whole height.
        colour: what it is painted in on the light, and on the dark theme.
    """

    axes: int
    across: float
    up: float | None = None
    colour: tuple[str, str] = ("#d55e00", "#f5924a")


class PlotView(QWidget):
    """A figure. What was drawn last stays until the next is there; only what is in sight is drawn.

    Args:
        lane: draws, one figure after the other; a newer one of this view supersedes the one before.
        name: for those who don't see it, such as "ROC curve".
    """

    drawn = Signal()
    failed = Signal(object)  # the exception; the view says so in a word
    clicked = Signal(int, float, float)  # the number of the axes, and the values under the mouse

    def __init__(self, lane: Lane, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lane = lane
        self._theme = theme
        self._draw: Drawing | None = None
        self._job: Job | None = None
        self._plot: Plot | None = None
        self._said = ""
        self._stale = False
        self._markers: tuple[Marker, ...] = ()
        self._settled = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settled.timeout.connect(self._redraw)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._redraw)

    @property
    def axes(self) -> tuple[PlottedAxes, ...]:
        """Those of the picture that is seen; none before the first."""
        return self._plot.axes if self._plot else ()

    @property
    def markers(self) -> tuple[Marker, ...]:
        return self._markers

    @property
    def is_drawing(self) -> bool:
        return self._job is not None

    @property
    def text(self) -> str:
        """What stands in the place of a figure; empty where there is one."""
        return "" if self._plot else self._said

    def show_drawing(self, draw: Drawing, description: str = "") -> None:
        """Show a figure as soon as it is drawn.

        Args:
            draw: called on the lane with the size, perhaps several times: for every size and theme anew.
            description: what is to be seen on it, for those who don't see it.
        """
        self._draw = draw
        self.setAccessibleDescription(description)
        self._redraw()

    def say(self, text: str) -> None:
        """Show words in the place of a figure."""
        self._drop()
        self._draw = self._plot = None
        self._said = text
        self.setAccessibleDescription(text)
        self.update()

    def set_markers(self, markers: Iterable[Marker]) -> None:
        """Mark these values instead of those before; nothing is drawn anew for it."""
        markers = tuple(markers)
        if markers != self._markers:
            self._markers = markers
            self.update()

    def place(self, marker: Marker) -> QPointF | None:
        """Where on the widget a value is; None while no picture with such axes is there."""
        if marker.axes >= len(self.axes):
            return None
        axes = self.axes[marker.axes]
        shares = axes.place(marker.across, axes.up[0] if marker.up is None else marker.up)
        return QPointF(shares.x() * self.width(), shares.y() * self.height())

    # Drawing the figure

    @Slot()
    def _redraw(self) -> None:
        """Ask for a picture of the size and in the theme of now; later where nobody would see it."""
        if self._draw is None or self._lane.is_closed:
            return
        if not self.isVisible() or self.width() < 2 or self.height() < 2:
            self._drop()
            self._stale = True
            return
        self._settled.stop()
        self._stale = False
        work = partial(plot, self._draw, self.size(), self.devicePixelRatioF(), self._theme.is_dark)
        self._job = job = self._lane.start(work, f"plot {id(self)}")
        job.succeeded.connect(self._on_plotted)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)

    def _drop(self) -> None:
        """What is being drawn is not wanted any more."""
        self._settled.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _on_plotted(self, plotted: Plot) -> None:
        self._plot = plotted
        self.update()
        self.drawn.emit()

    def _on_failed(self, error: BaseException) -> None:
        self._plot = None
        self._said = self.tr("This figure could not be drawn")
        self.update()
        self.failed.emit(error)

    def _on_ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None

    # What Qt tells

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(360, 320)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(200, 170)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if self._stale:
            self._settled.start(0)  # its size may be another one in a moment

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        super().hideEvent(event)
        if self._job is not None or self._settled.isActive():
            self._drop()
            self._stale = True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if self._draw is not None and self.isVisible():
            self._settled.start(_SETTLED_MS if self._plot else 0)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._redraw()
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        place = QPointF(event.position().x() / self.width(), event.position().y() / self.height())
        for number, axes in enumerate(self.axes):
            if event.button() == Qt.MouseButton.LeftButton and axes.box.contains(place):
                self.clicked.emit(number, *axes.value(place))
                return
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        if self._plot is None:
            painter.setPen(self._theme.colour("muted"))
            words = self._said or (self.tr("Drawing…") if self._draw else "")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), self._plot.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for marker in self._markers:
            self._paint_marker(painter, marker)

    def _paint_marker(self, painter: QPainter, marker: Marker) -> None:
        place = self.place(marker)
        if place is None:
            return
        colour = QColor(marker.colour[self._theme.is_dark])
        if marker.up is None:
            painter.setPen(QPen(colour, 1.6, Qt.PenStyle.DashLine))
            height = self.axes[marker.axes].box.height() * self.height()
            painter.drawLine(place, QPointF(place.x(), place.y() - height))
            return
        painter.setPen(QPen(self._theme.colour("surface"), 1.5))
        painter.setBrush(colour)
        painter.drawEllipse(place, _RADIUS, _RADIUS)
