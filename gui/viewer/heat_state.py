"""How the evidence is drawn."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class HeatState(QObject):
    """Whether, how strongly and where the evidence is shown.

    Args:
        shown: draw it at all.
        opacity: 0..1, of the strongest colour.
        cut_off: 0..1, share of the full scale below which nothing is drawn.
        side_by_side: the plain picture stands beside the one with the evidence.
    """

    changed = Signal()

    def __init__(
        self,
        shown: bool = True,
        opacity: float = 0.6,
        cut_off: float = 0.08,
        side_by_side: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._shown = shown
        self._opacity = _share(opacity)
        self._cut_off = _share(cut_off)
        self._side_by_side = side_by_side

    @property
    def shown(self) -> bool:
        return self._shown

    @property
    def opacity(self) -> float:
        return self._opacity

    @property
    def cut_off(self) -> float:
        return self._cut_off

    @property
    def side_by_side(self) -> bool:
        return self._side_by_side

    def set_shown(self, shown: bool) -> None:
        if shown != self._shown:
            self._shown = shown
            self.changed.emit()

    def set_opacity(self, opacity: float) -> None:
        if (opacity := _share(opacity)) != self._opacity:
            self._opacity = opacity
            self.changed.emit()

    def set_cut_off(self, cut_off: float) -> None:
        if (cut_off := _share(cut_off)) != self._cut_off:
            self._cut_off = cut_off
            self.changed.emit()

    def set_side_by_side(self, side_by_side: bool) -> None:
        if side_by_side != self._side_by_side:
            self._side_by_side = side_by_side
            self.changed.emit()

    def toggle(self) -> None:
        self.set_shown(not self._shown)

    def toggle_side_by_side(self) -> None:
        self.set_side_by_side(not self._side_by_side)


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)
