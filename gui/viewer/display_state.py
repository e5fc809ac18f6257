"""How the grey values of the scan on the screen are shown, and what the person changes about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.imaging.display import (
    CLAHE_RANGE,
    GAMMA_RANGE,
    PRESETS,
    Display,
    preset_window,
)
from core.imaging.pyramid import Pyramid
from core.imaging.scan import FULL_RANGE, Scan, Window

#: What a window's width and level can be set to, in the units of `Scan.pixels`. A file's own window may be
#: outside of it.
WIDEST = 2.0
LEVELS = (-0.5, 1.5)


class DisplayState(QObject):
    """The display of one scan. Without a scan nothing can be changed, and `display` is the plain one.

    Width and level are in the units of `Scan.pixels`, 0..1 for all that the file can hold; a person reads
    them as grey values of the file, times `grey_levels`.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scan: Scan | None = None
        self._windows: dict[str, Window] = {}
        self._display = self._initial = Display()
        self._preset = ""

    @property
    def available(self) -> bool:
        """A scan is there."""
        return self._scan is not None

    @property
    def display(self) -> Display:
        return self._display

    @property
    def initial(self) -> Display:
        """What the scan is shown with first: the file's own window, nothing else."""
        return self._initial

    @property
    def is_changed(self) -> bool:
        return self._display != self._initial

    @property
    def preset(self) -> str:
        """Name of the preset whose window is in use; empty where the window is another."""
        return self._preset

    @property
    def has_own_window(self) -> bool:
        """The file says how it asks to be displayed; pictures do not."""
        return self._scan is not None and self._scan.window != FULL_RANGE

    @property
    def grey_levels(self) -> int:
        """The largest grey value that the file can hold, 255 for 8 bits."""
        return int(2 ** (self._scan.bits if self._scan else 8) - 1)

    @property
    def width(self) -> float:
        return self._display.window.high - self._display.window.low

    @property
    def level(self) -> float:
        return (self._display.window.high + self._display.window.low) / 2

    @property
    def narrowest(self) -> float:
        """The smallest width that can be set: one grey value."""
        return 1 / self.grey_levels

    def set_scan(self, scan: Scan, pyramid: Pyramid) -> None:
        """Show `scan`, of which `pyramid` was built, with its initial display."""
        self._scan = scan
        self._windows = {name: preset_window(name, scan.window, pyramid.histogram) for name in PRESETS}
        self._initial = self._display = Display(window=scan.window)
        self._preset = self._first_preset()
        self.changed.emit()

    def clear(self) -> None:
        """There is no scan any more."""
        self._scan = None
        self._windows = {}
        self._initial = self._display = Display()
        self._preset = ""
        self.changed.emit()

    def set_display(self, display: Display) -> None:
        """Everything at once, such as what was set when this scan was last shown."""
        names = [name for name, window in self._windows.items() if window == display.window]
        first = self._first_preset()
        self._change(display, first if first in names else next(iter(names), ""))

    def set_width(self, width: float) -> None:
        """Around the same level; at least one grey value."""
        self._set_window(width, self.level)

    def set_level(self, level: float) -> None:
        """With the same width."""
        self._set_window(self.width, level)

    def drag(self, dx: float, dy: float) -> None:
        """Change the width by `dx` and the level by `dy`, both as shares of the scan's own range.

        That range holds all but the thousandths of the pixels at either end (preset "auto"), so that a scan
        that uses a small part of what its file can hold is as easy to adjust as another.
        """
        if not self._windows:
            return
        auto = self._windows["auto"]
        full = auto.high - auto.low
        self._set_window(self.width + dx * full, self.level + dy * full)

    def set_gamma(self, gamma: float) -> None:
        self._change(replace(self._display, gamma=float(np.clip(gamma, *GAMMA_RANGE))))

    def set_clahe(self, clip_limit: float) -> None:
        """0 is off."""
        self._change(replace(self._display, clahe=float(np.clip(clip_limit, *CLAHE_RANGE))))

    def set_inverted(self, inverted: bool) -> None:
        self._change(replace(self._display, inverted=inverted))

    def toggle_inverted(self) -> None:
        self.set_inverted(not self._display.inverted)

    def apply_preset(self, name: str) -> None:
        """The window of one of PRESETS; gamma, CLAHE and inversion stay.

        Raises:
            ValueError: there is no such preset.
        """
        if name not in PRESETS:
            raise ValueError(f"no preset {name!r}")
        if self._windows:
            self._change(replace(self._display, window=self._windows[name]), name)

    def reset(self) -> None:
        """As the scan was shown first."""
        self._change(self._initial, self._first_preset())

    def _first_preset(self) -> str:
        if self._scan is None:
            return ""
        return "full" if self._scan.window == FULL_RANGE else "file"

    def _set_window(self, width: float, level: float) -> None:
        # What is not being changed stays, even where the file put it outside of the limits
        if width != self.width:
            width = float(np.clip(width, self.narrowest, WIDEST))
        if level != self.level:
            level = float(np.clip(level, *LEVELS))
        window = replace(self._display.window, low=level - width / 2, high=level + width / 2)
        self._change(replace(self._display, window=window))

    def _change(self, display: Display, preset: str = "") -> None:
        if self._scan is None:
            return
        if not preset and display.window == self._display.window:
            preset = self._preset
        if (display, preset) == (self._display, self._preset):
            return
        self._display, self._preset = display, preset
        self.changed.emit()
