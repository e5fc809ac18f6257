"""What is set, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from core.imaging.display import Display, Orientation

translate = QCoreApplication.translate


def contrast_words(display: Display, grey_levels: int, orientation: Orientation) -> str:
    """Contrast and orientation in one line, such as "window 120, level 60, gamma 1.40, rotated 90°".

    Args:
        grey_levels: the largest grey value that the file can hold; window and level are given in these.
    """
    window = display.window
    width, level = window.high - window.low, (window.high + window.low) / 2
    parts = [
        translate("wording", "window {width:.0f}, level {level:.0f}").format(
            width=width * grey_levels, level=level * grey_levels
        )
    ]
    if display.clahe:
        parts.append(translate("wording", "CLAHE {limit:.1f}").format(limit=display.clahe))
    if display.gamma != 1:
        parts.append(translate("wording", "gamma {gamma:.2f}").format(gamma=display.gamma))
    if display.inverted:
        parts.append(translate("wording", "inverted"))
    if orientation.mirrored:
        parts.append(translate("wording", "mirrored"))
    if orientation.quarter_turns:
        parts.append(
            translate("wording", "rotated {degrees}°").format(degrees=90 * orientation.quarter_turns)
        )
    return ", ".join(parts)
