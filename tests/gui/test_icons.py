"""Icons: all that the window names, in the theme's colours, as sharp as the screen."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core import paths
from gui.icons import Icons, names
from gui.theme import Theme
from tests.themes import borrowed_theme

NEEDED = {
    *("open", "folder", "paste", "save", "copy", "settings", "info", "keyboard", "log", "close"),
    *("fit", "actual", "zoom-in", "zoom-out", "rotate-left", "rotate-right", "flip-h", "flip-v"),
    *("invert", "contrast", "reset", "clahe", "heatmap", "side-by-side", "previous", "next"),
    *("read", "read-as-displayed", "stop", "model", "warning", "error", "check", "unsure"),
    *("rejected", "waiting", "lungs"),
    *("agree", "note", "undo", "redo", "export", "dataset", "filter", "sort", "history", "table"),
    *("train", "evaluate", "library"),
}
Mode, State = QIcon.Mode, QIcon.State


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    with borrowed_theme(qapp) as theme:
        theme.apply("dark")
        yield theme


@pytest.fixture
def icons(theme: Theme) -> Icons:
    return Icons(theme)


def colours(image: QImage) -> set[str]:
    """The colours of all pixels that are nearly opaque."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() > 250}


def test_all_that_are_needed_are_there() -> None:
    assert names() == NEEDED


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_an_icon_keeps_to_the_set(name: str) -> None:
    root = ElementTree.parse(paths.resources() / "icons" / f"{name}.svg").getroot()
    assert root.attrib["viewBox"] == "0 0 24 24"
    assert (root.attrib["stroke"], root.attrib["stroke-width"]) == ("currentColor", "1.75")
    assert {each.attrib.get("fill", "none") for each in root.iter()} <= {"none", "currentColor"}


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_an_icon_draws_something_inside_its_square(icons: Icons, name: str) -> None:
    image = icons.get(name).pixmap(QSize(24, 24), 1.0).toImage()
    inked = [(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() > 60]
    assert len(inked) > 40
    assert all(0 < x < 23 and 0 < y < 23 for x, y in inked)


def test_no_two_icons_look_the_same(icons: Icons) -> None:
    drawn = {bytes(icons.get(name).pixmap(QSize(16, 16), 1.0).toImage().constBits()) for name in NEEDED}
    assert len(drawn) == len(NEEDED)


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("side", [16, 24])
def test_an_icon_has_a_pixel_for_each_of_the_screens(icons: Icons, side: int, scale: int) -> None:
    pixmap = icons.get("open").pixmap(QSize(side, side), float(scale))
    assert pixmap.size() == QSize(side * scale, side * scale)
    assert pixmap.devicePixelRatio() == scale


@pytest.mark.parametrize(
    ("mode", "state", "colour"),
    [
        (Mode.Normal, State.Off, "icon"),
        (Mode.Active, State.Off, "text"),
        (Mode.Selected, State.Off, "text"),
        (Mode.Disabled, State.Off, "disabled"),
        (Mode.Normal, State.On, "accent"),
        (Mode.Disabled, State.On, "disabled"),
    ],
)
def test_an_icon_tells_its_state_by_colour(
    icons: Icons, theme: Theme, mode: QIcon.Mode, state: QIcon.State, colour: str
) -> None:
    image = icons.get("stop").pixmap(QSize(24, 24), 2.0, mode, state).toImage()
    assert theme.colour(colour).name() in colours(image)


def test_an_icon_is_made_once(icons: Icons) -> None:
    assert icons.get("open").cacheKey() == icons.get("open").cacheKey()


def test_another_theme_gives_other_icons(icons: Icons, theme: Theme, qtbot: QtBot) -> None:
    dark = colours(icons.get("stop").pixmap(QSize(24, 24), 1.0).toImage())
    with qtbot.waitSignal(icons.changed):
        theme.apply("light")
    light = colours(icons.get("stop").pixmap(QSize(24, 24), 1.0).toImage())
    assert theme.colour("icon").name() in light
    assert not dark & light


@pytest.mark.parametrize("name", ["", "nothing", "lungfield", "mark-check", "../style"])
def test_an_unknown_name_is_an_error(icons: Icons, name: str) -> None:
    with pytest.raises(KeyError):
        icons.get(name)


@pytest.mark.parametrize("side", [16, 32, 48, 256])
def test_the_applications_icon_is_in_colour_at_every_size(icons: Icons, side: int) -> None:
    image = icons.application().pixmap(QSize(side, side), 1.0).toImage()
    assert image.size() == QSize(side, side)
    assert len(colours(image)) > 10
