"""The words in the corners of a canvas, and how they are drawn so that they can be read on any picture."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gui.viewer.display_state import DisplayState
from gui.viewer.view_state import ViewState

_TEXT = QColor("#c8d0d6")
_HALO = QColor(11, 12, 14, 190)
_AROUND = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)]

_MARGIN = 10


def state_lines(view: ViewState, display: DisplayState, scale: float) -> list[str]:
    """How the picture is shown; what is as usual is not said, but for zoom and window.

    Args:
        scale: device pixels per image pixel.
    """
    shown, grey_levels = display.display, display.grey_levels
    changed = []
    if shown.inverted:
        changed.append(_tr("Inverted"))
    if shown.gamma != 1:
        changed.append(_tr("Gamma {value}").format(value=f"{shown.gamma:.2f}"))
    if shown.clahe > 0:
        changed.append(_tr("CLAHE {value}").format(value=f"{shown.clahe:.1f}"))
    if view.orientation.mirrored:
        changed.append(_tr("Mirrored"))
    if view.orientation.quarter_turns:
        changed.append(_tr("Rotated {degrees}°").format(degrees=90 * view.orientation.quarter_turns))
    window = _tr("W {width}  L {level}").format(
        width=round(display.width * grey_levels), level=round(display.level * grey_levels)
    )
    zoom = _tr("{percent} %").format(percent=f"{scale * 100:.0f}" if scale >= 0.095 else f"{scale * 100:.1f}")
    return [*(["  ".join(changed)] if changed else []), zoom, window]


def place_line(x: int, y: int, value: int) -> str:
    """The grey value of the pixel under the cursor."""
    return _tr("x {x}  y {y}   {value}").format(x=x, y=y, value=value)


def draw(painter: QPainter, area: QRectF, lines: list[str], side: Qt.AlignmentFlag) -> None:
    """Write `lines` at the bottom of `area`, on its left or right side."""
    inside = area.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    where = side | Qt.AlignmentFlag.AlignBottom
    text = "\n".join(lines)
    painter.setPen(_HALO)
    for x, y in _AROUND:
        painter.drawText(inside.translated(x, y), where, text)
    painter.setPen(_TEXT)
    painter.drawText(inside, where, text)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Captions", text)
