"""The place of the window where the radiograph is seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from core.imaging.pyramid import Pyramid
from core.settings import DragAxes
from gui.viewer.canvas import Canvas
from gui.viewer.display_state import DisplayState
from gui.viewer.evidence import Evidence
from gui.viewer.heat_state import HeatState
from gui.viewer.message import SURROUNDINGS, Message
from gui.viewer.view_state import ViewState


class Viewer(QWidget):
    """One canvas, two side by side (plain, and with the evidence), or a message where there is no picture.

    How the picture is shown is in the three states; they are shared with whoever else shows or changes it.
    """

    context_menu_requested = Signal(QPoint)  # on the screen

    def __init__(
        self, view: ViewState, display: DisplayState, heat: HeatState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._view, self._heat = view, heat
        self.canvas = Canvas(view, display, heat)
        self.evidence_canvas = Canvas(view, display, heat, leads=False)
        self.evidence_canvas.setAccessibleName(self.tr("Radiograph with evidence"))
        for canvas in (self.canvas, self.evidence_canvas):
            canvas.context_menu_requested.connect(self.context_menu_requested)
        self.message = Message()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.message)
        self._pages.addWidget(self._side_by_side_page())
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._pages)
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, SURROUNDINGS)
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        self._on_heat_changed()
        heat.changed.connect(self._on_heat_changed)

    def show_picture(self, pyramid: Pyramid | None) -> None:
        """Show a scan, fitted, turned as the last one was, without evidence yet; None for an empty canvas."""
        self.show_evidence(None)
        for canvas in (self.canvas, self.evidence_canvas):
            canvas.set_pyramid(pyramid)
        self._view.set_image_size(pyramid.size if pyramid else (0, 0))
        self._pages.setCurrentIndex(1)

    def show_evidence(self, heatmap: NDArray[np.float32] | None) -> None:
        """The evidence of the scan that is shown: float32 [h, w] log-odds; None while there is none."""
        evidence = Evidence(heatmap) if heatmap is not None else None
        for canvas in (self.canvas, self.evidence_canvas):
            canvas.set_evidence(evidence)

    def show_message(self, title: str, text: str = "") -> None:
        """Say why there is no picture, in its place."""
        for canvas in (self.canvas, self.evidence_canvas):
            canvas.set_pyramid(None)
            canvas.set_evidence(None)
        self.message.say(title, text)
        self._pages.setCurrentIndex(0)

    def set_drag(self, axes: DragAxes, up_darkens: bool) -> None:
        """What dragging with the left button changes, and in which direction; see `core.settings`."""
        for canvas in (self.canvas, self.evidence_canvas):
            canvas.drag_axes, canvas.drag_up_darkens = axes, up_darkens

    def _side_by_side_page(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.evidence_canvas, 1)
        return page

    def _on_heat_changed(self) -> None:
        two = self._heat.side_by_side and self._heat.shown
        self.evidence_canvas.setVisible(two)
        self.canvas.set_draws_evidence(not two)
