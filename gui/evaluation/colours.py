"""In what the curves of the figures are drawn, for what is painted beside them and on them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from gui.theme import Theme


@dataclass(frozen=True)
class Colour:
    """As `core.scoring.style` has it; importing that would load matplotlib.

    Attributes:
        light, dark: on the two themes.
    """

    light: str
    dark: str
    dashed: bool = False

    @property
    def both(self) -> tuple[str, str]:
        return self.light, self.dark

    def seen(self, theme: Theme) -> QColor:
        return QColor(self.dark if theme.is_dark else self.light)


#: The threshold on the curve of a single model; the curves of the first and the second of two.
ONE = Colour("#d55e00", "#f5924a")
INK = Colour("#1b2024", "#e2e6e9")
FIRST = Colour("#00796b", "#4dbdab")
SECOND = Colour("#8a4a9e", "#cf9be0", dashed=True)
