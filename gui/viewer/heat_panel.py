"""How the evidence is drawn: on and off, opacity, cut-off, and what the colours mean."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.reading.overlay import FULL_SCALE
from gui.controls import NumberSlider
from gui.viewer.colour_bar import ColourBar
from gui.viewer.heat_state import HeatState


class HeatPanel(QWidget):
    """Shows a `HeatState` and changes it as the person asks."""

    def __init__(self, heat: HeatState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heat = heat
        self._shown = QCheckBox(self.tr("Show"))
        self._shown.setAccessibleName(self.tr("Show evidence"))
        self._shown.setToolTip(self.tr("Where in the picture the answer comes from (H)"))
        self._side_by_side = QCheckBox(self.tr("Side by side"))
        self._side_by_side.setToolTip(self.tr("The plain picture beside the one with the evidence (S)"))
        self._opacity = NumberSlider(
            self.tr("Opacity"), self.tr("Opacity of the strongest colour"), suffix=self.tr(" %"), parent=self
        )
        self._opacity.set_range(0, 100, 5)
        self._cut_off = NumberSlider(
            self.tr("Cut-off"),
            self.tr("Evidence weaker than this is not drawn, in log-odds"),
            decimals=1,
            parent=self,
        )
        self._cut_off.set_range(0, FULL_SCALE, 0.5)
        self._bar = ColourBar()
        self._lay_out()

        self._shown.clicked.connect(heat.set_shown)
        self._side_by_side.clicked.connect(heat.set_side_by_side)
        self._opacity.changed_by_hand.connect(self._on_opacity)
        self._cut_off.changed_by_hand.connect(self._on_cut_off)
        heat.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Evidence"))
        title.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self._shown)
        head.addWidget(self._side_by_side)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        self._opacity.add_to(grid, 0)
        self._cut_off.add_to(grid, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(grid)
        column.addWidget(self._bar)

    def _on_opacity(self, percent: float) -> None:
        self._heat.set_opacity(percent / 100)

    def _on_cut_off(self, log_odds: float) -> None:
        self._heat.set_cut_off(log_odds / FULL_SCALE)

    def _show(self) -> None:
        heat = self._heat
        self._shown.setChecked(heat.shown)
        self._side_by_side.setChecked(heat.side_by_side)
        self._opacity.show_value(100 * heat.opacity)
        self._cut_off.show_value(FULL_SCALE * heat.cut_off)
        for control in (self._opacity, self._cut_off):
            control.set_enabled(heat.shown)
        self._bar.setEnabled(heat.shown)
        self._bar.show_colours(heat.opacity, heat.cut_off)
