"""The icons: drawn from `resources/icons/*.svg` in the theme's colours, crisp on any screen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core import paths
from gui.theme import Theme

#: Sides in the window's units, and how many pixels of the screen make one unit.
_SIDES = (16, 24)
_SCALES = (1, 2, 3)
_APPLICATION_SIDES = (16, 24, 32, 48, 64, 128, 256)

_Mode, _State = QIcon.Mode, QIcon.State
#: Which of the theme's colours an icon has where.
_COLOURS = (
    (_Mode.Normal, _State.Off, "icon"),
    (_Mode.Active, _State.Off, "text"),  # under the mouse
    (_Mode.Selected, _State.Off, "text"),
    (_Mode.Disabled, _State.Off, "disabled"),
    (_Mode.Normal, _State.On, "accent"),
    (_Mode.Active, _State.On, "accent"),
    (_Mode.Selected, _State.On, "accent"),
    (_Mode.Disabled, _State.On, "disabled"),
)

_INKS = frozenset(colour for _, _, colour in _COLOURS)

_OURS = "lungfield"
_MARK = "mark-"  # what the style sheet draws into check boxes and arrows


class Icons(QObject):
    """Icons by name. After `changed` the theme is another one: ask again."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._made: dict[str, QIcon] = {}
        theme.changed.connect(self._forget)

    def get(self, name: str) -> QIcon:
        """The icon of `resources/icons/<name>.svg`. Raises KeyError where there is none."""
        if name not in self._made:
            if name.startswith((_OURS, _MARK)) or not _file(name).is_file():
                raise KeyError(name)
            self._made[name] = self._draw(_file(name))
        return self._made[name]

    def application(self) -> QIcon:
        """The application's own icon, in colour and the same in every theme."""
        if _OURS not in self._made:
            renderer = QSvgRenderer(str(_file(_OURS)))
            icon = QIcon()
            for side in _APPLICATION_SIDES:
                icon.addPixmap(QPixmap.fromImage(_rendered(renderer, side)))
            self._made[_OURS] = icon
        return self._made[_OURS]

    @Slot()
    def _forget(self) -> None:
        self._made.clear()
        self.changed.emit()

    def _draw(self, file: Path) -> QIcon:
        # Black takes the place of currentColor; only the shape is used
        drawing = file.read_bytes().replace(b"currentColor", b"#000000")
        renderer = QSvgRenderer(QByteArray(drawing))
        icon = QIcon()
        for scale in _SCALES:
            for side in _SIDES:
                shape = _rendered(renderer, side * scale)
                filled = {name: _filled(shape, self._theme.colour(name), scale) for name in _INKS}
                for mode, state, colour in _COLOURS:
                    icon.addPixmap(filled[colour], mode, state)
        return icon


def names() -> frozenset[str]:
    """All that `Icons.get` knows."""
    files = (paths.resources() / "icons").glob("*.svg")
    return frozenset(file.stem for file in files if not file.stem.startswith((_OURS, _MARK)))


def _file(name: str) -> Path:
    return paths.resources() / "icons" / f"{name}.svg"


def _rendered(renderer: QSvgRenderer, side: int) -> QImage:
    image = QImage(QSize(side, side), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    return image


def _filled(shape: QImage, colour: QColor, scale: int) -> QPixmap:
    """`shape` in one colour, as opaque as it was, with `scale` pixels to the window's unit."""
    image = QImage(shape)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), colour)
    painter.end()
    image.setDevicePixelRatio(scale)
    return QPixmap.fromImage(image)
