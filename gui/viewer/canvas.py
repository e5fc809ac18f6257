"""Paints the picture, and turns what the mouse does on it into changes of the state."""

from __future__ import annotations

from math import floor

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.imaging.pyramid import Pyramid, Renderer
from core.settings import DragAxes
from gui.viewer import captions
from gui.viewer.display_state import DisplayState
from gui.viewer.evidence import Evidence
from gui.viewer.geometry import Geometry, Point, Size
from gui.viewer.heat_state import HeatState
from gui.viewer.message import SURROUNDINGS
from gui.viewer.view_state import ViewState

_STILL = 3  # a press that moves by less than this many pixels is a click
_NOTCH = 1.2  # enlargement by one notch of the wheel
_BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_COMING_BACK = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class Canvas(QWidget):
    """One view of the picture: left drag sets window and level, right or middle drag pans, the wheel zooms.

    Args:
        leads: this canvas's size is what the state goes by.
    """

    context_menu_requested = Signal(QPoint)  # on the screen

    def __init__(
        self,
        view: ViewState,
        display: DisplayState,
        heat: HeatState,
        leads: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.drag_axes: DragAxes = "width-level"
        self.drag_up_darkens = False
        self._view, self._display, self._heat = view, display, heat
        self._leads = leads
        self._renderer: Renderer | None = None
        self._evidence: Evidence | None = None
        self._draws_evidence = True
        self._pressed: QPointF | None = None  # where the mouse was when it last was acted upon
        self._button = Qt.MouseButton.NoButton
        self._dragging = False
        self._hover: QPointF | None = None
        self._reached_by_key = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Radiograph"))
        self.setAccessibleDescription(
            self.tr(
                "Drag to change window and level, drag with the right button to move, turn the wheel to zoom"
            )
        )
        for state in (view, display, heat):
            state.changed.connect(self._on_changed)

    def set_pyramid(self, pyramid: Pyramid | None) -> None:
        """The picture to show."""
        self._renderer = Renderer(pyramid) if pyramid else None
        self.update()

    def set_evidence(self, evidence: Evidence | None) -> None:
        """What to lay over the picture while the state says so."""
        self._evidence = evidence
        self.update()

    def set_draws_evidence(self, draws: bool) -> None:
        """False for the plain one of two canvases."""
        self._draws_evidence = draws
        self.update()

    def geometry_now(self) -> Geometry:
        """Where the picture lies in this canvas, in device pixels."""
        return self._view.geometry(self._viewport())

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(800, 800)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(160, 120)

    # ---- painting ----

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(event.rect(), SURROUNDINGS)
        if self._renderer:
            geometry = self.geometry_now()
            self._paint_picture(painter, geometry, self._renderer)
            lines = captions.state_lines(self._view, self._display, geometry.scale)
            captions.draw(painter, QRectF(self.rect()), lines, Qt.AlignmentFlag.AlignLeft)
            place = self._place_line(geometry)
            captions.draw(painter, QRectF(self.rect()), place, Qt.AlignmentFlag.AlignRight)
        if self.hasFocus() and self._reached_by_key:
            painter.setPen(self.palette().highlight().color())
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_picture(self, painter: QPainter, geometry: Geometry, renderer: Renderer) -> None:
        box = geometry.visible(self._viewport())
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        view = geometry.view(box)
        grey = renderer.render(view, self._display.display)
        seen = np.ascontiguousarray(geometry.orientation.apply(grey))
        height, width = seen.shape
        picture = QImage(seen.data, width, height, width, QImage.Format.Format_Grayscale8)
        painter.save()
        shrink = 1 / self.devicePixelRatioF()
        painter.setWorldTransform(QTransform.fromScale(shrink, shrink))
        painter.drawImage(box[0], box[1], picture)
        if self._evidence and self._draws_evidence and self._heat.shown:
            over = self._evidence.drawn(
                view, geometry.image, geometry.orientation, self._heat.opacity, self._heat.cut_off
            )
            painter.drawImage(box[0], box[1], over)
        painter.restore()

    def _place_line(self, geometry: Geometry) -> list[str]:
        if self._hover is None or self._renderer is None:
            return []
        x, y = (floor(side) for side in geometry.to_image(self._device(self._hover)))
        pixels = self._renderer.pyramid.scan.pixels
        if not (0 <= y < pixels.shape[0] and 0 <= x < pixels.shape[1]):
            return []
        return [captions.place_line(x, y, round(float(pixels[y, x]) * self._display.grey_levels))]

    # ---- mouse ----

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed is None:  # a second button does not disturb a drag
            self._button, self._pressed, self._dragging = event.button(), event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._hover_at(event.position())
        if self._pressed is None:
            return
        moved = event.position() - self._pressed
        if not self._dragging and moved.manhattanLength() < _STILL:
            return
        self._dragging = True
        self._pressed = event.position()
        if self._button == Qt.MouseButton.LeftButton:
            self._drag_window(moved)
        elif self._button in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            ratio = self.devicePixelRatioF()
            self._view.pan(moved.x() * ratio, moved.y() * ratio)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != self._button:
            return
        clicked = self._pressed is not None and not self._dragging
        self._button, self._pressed, self._dragging = Qt.MouseButton.NoButton, None, False
        self.unsetCursor()
        if clicked and event.button() == Qt.MouseButton.RightButton:
            self.context_menu_requested.emit(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton or self._renderer is None:
            return
        if self._view.fit:
            self._view.actual_size(self._image_point(event.position()))
        else:
            self._view.fit_to_window()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        notches = event.angleDelta().y() / 120 or event.pixelDelta().y() / 60
        if notches and self._renderer:
            self._view.zoom(_NOTCH**notches, self._image_point(event.position()))
            self._hover_at(event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture and self._renderer:
                self._view.zoom(max(1 + event.value(), 0.1), self._image_point(event.position()))
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._tell_size()
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        # The right button pans, and asks for the menu itself when it is let go without having moved
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.context_menu_requested.emit(event.globalPos())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._hover_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        if event.reason() not in _COMING_BACK:
            self._reached_by_key = event.reason() in _BY_KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._tell_size()

    def _drag_window(self, moved: QPointF) -> None:
        # Across the canvas is all of the scan's range, in either direction
        across, up = moved.x() / max(self.width(), 1), -moved.y() / max(self.width(), 1)
        width, level = (across, up) if self.drag_axes == "width-level" else (up, across)
        self._display.drag(width, level if self.drag_up_darkens else -level)

    def _hover_at(self, place: QPointF | None) -> None:
        if place != self._hover:
            self._hover = place
            height = 3 * self.fontMetrics().height() + 20  # where the words are
            self.update(QRect(self.width() // 2, self.height() - height, self.width(), height))

    # ---- sizes ----

    def _on_changed(self) -> None:
        self.update()

    def _tell_size(self) -> None:
        if self._leads:
            self._view.set_viewport(self._viewport())

    def _viewport(self) -> Size:
        ratio = self.devicePixelRatioF()
        return round(self.width() * ratio), round(self.height() * ratio)

    def _device(self, place: QPointF) -> Point:
        ratio = self.devicePixelRatioF()
        return place.x() * ratio, place.y() * ratio

    def _image_point(self, place: QPointF) -> Point:
        """The point of the picture at, or nearest to, a place of the canvas."""
        x, y = self.geometry_now().to_image(self._device(place))
        width, height = self._view.image_size
        return min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))
