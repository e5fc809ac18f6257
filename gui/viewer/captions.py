"""The words in the corners of a canvas, and how they are drawn so that they can be read on any picture."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gui.viewer.display_state import DisplayState
from gui.viewer.view_state import ViewState

translate = QCoreApplication.translate

_TEXT = QColor("#c8d0d6")
_PLATE = QColor(11, 12, 14, 170)  # behind the words, which would be lost on a bright picture

_MARGIN = 10


def state_lines(view: ViewState, display: DisplayState, scale: float) -> list[str]:
    """How the picture is shown; what is as usual is not said, but for zoom and window.

    Args:
        scale: device pixels per image pixel.
    """
    shown, grey_levels = display.display, display.grey_levels
    changed = []
    if shown.inverted:
        changed.append(translate("Captions", "Inverted"))
    if shown.gamma != 1:
        changed.append(translate("Captions", "Gamma {value}").format(value=f"{shown.gamma:.2f}"))
    if shown.clahe > 0:
        changed.append(translate("Captions", "CLAHE {value}").format(value=f"{shown.clahe:.1f}"))
    if view.orientation.mirrored:
        changed.append(translate("Captions", "Mirrored"))
    if view.orientation.quarter_turns:
        changed.append(
            translate("Captions", "Rotated {degrees}°").format(degrees=90 * view.orientation.quarter_turns)
        )
    window = translate("Captions", "W {width}  L {level}").format(
        width=round(display.width * grey_levels), level=round(display.level * grey_levels)
    )
    zoom = translate("Captions", "{percent} %").format(
        percent=f"{scale * 100:.0f}" if scale >= 0.095 else f"{scale * 100:.1f}"
    )
    return [*(["  ".join(changed)] if changed else []), zoom, window]


def place_line(x: int, y: int, value: int) -> str:
    """The grey value of the pixel under the cursor."""
    return translate("Captions", "x {x}  y {y}   {value}").format(x=x, y=y, value=value)


def draw(painter: QPainter, area: QRectF, lines: list[str], side: Qt.AlignmentFlag) -> None:
    """Write `lines` at the bottom of `area`, on its left or right side."""
    inside = area.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    where = side | Qt.AlignmentFlag.AlignBottom
    text = "\n".join(lines)
    plate = painter.boundingRect(inside, where, text)
    if text:
        painter.fillRect(plate.adjusted(-5, -3, 5, 3), _PLATE)
    painter.setPen(_TEXT)
    painter.drawText(inside, where, text)
