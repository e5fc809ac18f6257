"""How the window looks: the colours of the dark and the light theme, as a palette and a style sheet.

Fusion draws; the palette colours it, and `resources/style.qss` adds what a palette cannot say. That one
file serves both themes: its @tokens are filled in from the tables here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from core import paths
from core.settings import ThemeName

#: Neutral, nearly black greys with a cool tint: beside a radiograph nothing may shine.
DARK: Mapping[str, str] = {
    "window": "#16191c",
    "base": "#101316",  # lists, fields
    "surface": "#1d2125",  # cards, menus, dialogs' panels
    "raised": "#282d32",  # buttons
    "raised_hover": "#31373d",
    "pressed": "#20252a",
    "hairline": "#30363c",
    "control": "#6d767e",  # outlines of what can be operated
    "text": "#e2e6e9",
    "muted": "#9aa4ac",
    "disabled": "#757e86",
    "icon": "#c3cad0",
    "accent": "#4dbdab",  # teal: neither evidence colour, and told from the blue one
    "on_accent": "#06201c",
    "primary": "#1b7f71",
    "primary_hover": "#178573",
    "primary_pressed": "#156a5e",
    "on_primary": "#ffffff",
    "selection": "#1e4540",
    "hover": "#22282d",
    "canvas": "#0b0c0e",  # around a radiograph, in both themes
    "on_canvas": "#b6bec5",
    "scroll": "#565e66",
    "scroll_hover": "#79828a",
    "info": "#8fb8d8",
    "info_surface": "#1a2630",
    "warning": "#e3b95c",
    "warning_surface": "#2d2616",
    "error": "#f2868a",
    "error_surface": "#351d1f",
    "verdict_normal": "#6fbdec",
    "verdict_pneumonia": "#f5924a",
    "verdict_unsure": "#e0c468",
    "verdict_rejected": "#c0addd",
    "verdict_failed": "#f2868a",
    "verdict_idle": "#9aa4ac",
}

#: Soft greys: never white, which would glare beside a dark radiograph.
LIGHT: Mapping[str, str] = {
    "window": "#e6e9eb",
    "base": "#f5f6f7",
    "surface": "#eff1f2",
    "raised": "#f5f6f7",
    "raised_hover": "#fcfcfd",
    "pressed": "#d9dde0",
    "hairline": "#c9ced3",
    "control": "#7b848c",
    "text": "#1b2024",
    "muted": "#525b63",
    "disabled": "#747c83",
    "icon": "#3b444b",
    "accent": "#0c6f63",
    "on_accent": "#ffffff",
    "primary": "#0f766a",
    "primary_hover": "#128073",
    "primary_pressed": "#0a5f55",
    "on_primary": "#ffffff",
    "selection": "#bfe0da",
    "hover": "#dce1e4",
    "canvas": "#0b0c0e",
    "on_canvas": "#b6bec5",
    "scroll": "#9aa2a9",
    "scroll_hover": "#757e86",
    "info": "#1c557f",
    "info_surface": "#d9e6f0",
    "warning": "#6f4f00",
    "warning_surface": "#f3e6c4",
    "error": "#a3231f",
    "error_surface": "#f6dcda",
    "verdict_normal": "#0d5a8c",
    "verdict_pneumonia": "#9a3f00",
    "verdict_unsure": "#6b5200",
    "verdict_rejected": "#5a4585",
    "verdict_failed": "#a3231f",
    "verdict_idle": "#525b63",
}

#: Sizes of type against the desktop's own, so that larger fonts stay larger.
_TYPE_SIZES = {"verdict_size": 1.9, "headline_size": 1.55, "title_size": 1.08, "caption_size": 0.9}

_TOKEN = re.compile(r"@(\w+)")

_ROLES: Mapping[QPalette.ColorRole, str] = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "base",
    QPalette.ColorRole.AlternateBase: "surface",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "error",
    QPalette.ColorRole.ToolTipBase: "surface",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.Light: "raised_hover",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Mid: "hairline",
    QPalette.ColorRole.Dark: "control",
    QPalette.ColorRole.Shadow: "canvas",
}
_DISABLED_ROLES: Mapping[QPalette.ColorRole, str] = {
    QPalette.ColorRole.WindowText: "disabled",
    QPalette.ColorRole.Text: "disabled",
    QPalette.ColorRole.ButtonText: "disabled",
    QPalette.ColorRole.Highlight: "hairline",
    QPalette.ColorRole.HighlightedText: "disabled",
    QPalette.ColorRole.Link: "disabled",
}


class Theme(QObject):
    """Dresses the application, and tells when its colours change.

    Nothing is touched before the first `apply`.
    """

    changed = Signal()

    def __init__(self, app: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._name: ThemeName = "system"
        self._dark: bool | None = None
        app.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def name(self) -> ThemeName:
        """What was asked for."""
        return self._name

    @property
    def is_dark(self) -> bool:
        """Whether what is shown is dark."""
        return self._dark is not False

    def apply(self, name: ThemeName) -> None:
        """Dress the application in a theme; "system" follows the desktop's, dark where that is unknown."""
        self._name = name
        hints = self._app.styleHints()
        if name == "system":
            hints.unsetColorScheme()
        else:  # the title bar, which the desktop draws, follows too
            hints.setColorScheme(Qt.ColorScheme.Dark if name == "dark" else Qt.ColorScheme.Light)
        self._dress()

    def colour(self, name: str) -> QColor:
        """A colour of the tables above as it is now. Raises KeyError for an unknown name."""
        return QColor(self._tokens[name])

    @property
    def _tokens(self) -> Mapping[str, str]:
        return DARK if self.is_dark else LIGHT

    @Slot()
    def _follow(self) -> None:
        if self._name == "system" and self._dark is not None:
            self._dress()

    def _dress(self) -> None:
        light = Qt.ColorScheme.Light
        dark = self._name == "dark" or (
            self._name == "system" and self._app.styleHints().colorScheme() != light
        )
        if dark == self._dark:
            return
        first = self._dark is None
        self._dark = dark
        if first:
            self._app.setStyle("Fusion")
        self._app.setPalette(palette(self._tokens))
        size = QFontInfo(self._app.font()).pointSizeF()
        self._app.setStyleSheet(style_sheet(self._tokens, size))
        self.changed.emit()


def palette(tokens: Mapping[str, str]) -> QPalette:
    """A theme's colours for what Fusion and custom painting ask for."""
    made = QPalette()
    for role, token in _ROLES.items():
        made.setColor(role, QColor(tokens[token]))
    for role, token in _DISABLED_ROLES.items():
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens[token]))
    return made


def style_sheet(tokens: Mapping[str, str], point_size: float) -> str:
    """`resources/style.qss` with its @tokens filled in.

    Args:
        point_size: the size of the desktop's font.

    Raises:
        KeyError: the file names a token that there is not.
    """
    sizes = {name: f"{point_size * factor:.1f}pt" for name, factor in _TYPE_SIZES.items()}
    known = {**tokens, **sizes, "icons": (paths.resources() / "icons").as_posix()}
    text = (paths.resources() / "style.qss").read_text("utf-8")
    return _TOKEN.sub(lambda found: known[found[1]], text)


def restyle(widget: QWidget, **properties: str) -> None:
    """Give a widget dynamic properties, and let the style sheet look at it again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
