"""The two themes: legible, complete, and following what was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from core import paths
from gui.theme import DARK, LIGHT, Theme, restyle, style_sheet
from tests.themes import borrowed_theme

THEMES = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
SURFACES = ("window", "base", "surface")


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    with borrowed_theme(qapp) as theme:
        yield theme


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours, 1..21."""

    def luminance(colour: str) -> float:
        channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_formula_agrees_with_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_themes_name_the_same_colours() -> None:
    assert DARK.keys() == LIGHT.keys()
    assert all(re.fullmatch("#[0-9a-f]{6}", value) for value in (*DARK.values(), *LIGHT.values()))


@THEMES
@pytest.mark.parametrize("surface", [*SURFACES, "hover", "selection"])
def test_text_is_legible(tokens: Mapping[str, str], surface: str) -> None:
    assert contrast(tokens["text"], tokens[surface]) >= 4.5


@THEMES
@pytest.mark.parametrize("surface", SURFACES)
def test_coloured_words_are_legible(tokens: Mapping[str, str], surface: str) -> None:
    words = ["muted", "accent", "info", "warning", "error", *(n for n in tokens if n.startswith("verdict_"))]
    weak = {name: contrast(tokens[name], tokens[surface]) for name in words}
    assert {name: ratio for name, ratio in weak.items() if ratio < 4.5} == {}


@THEMES
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("text", "raised"),
        ("text", "raised_hover"),
        ("text", "pressed"),
        ("on_primary", "primary"),
        ("on_primary", "primary_hover"),
        ("on_primary", "primary_pressed"),
        ("on_accent", "accent"),
        ("on_canvas", "canvas"),
        ("text", "info_surface"),
        ("text", "warning_surface"),
        ("text", "error_surface"),
        ("info", "info_surface"),
        ("warning", "warning_surface"),
        ("error", "error_surface"),
    ],
)
def test_words_on_a_ground_of_their_own_are_legible(tokens: Mapping[str, str], ink: str, ground: str) -> None:
    assert contrast(tokens[ink], tokens[ground]) >= 4.5


@THEMES
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("control", ["control", "icon", "accent", "primary", "disabled"])
def test_controls_stand_out(tokens: Mapping[str, str], surface: str, control: str) -> None:
    assert contrast(tokens[control], tokens[surface]) >= 3


@THEMES
@pytest.mark.parametrize(
    ("mark", "grounds"),
    [
        ("check", ["primary", "disabled"]),
        ("dot", ["primary"]),
        ("dash", ["primary"]),
        ("up", ["base"]),
        ("down", ["base", "window"]),
    ],
)
def test_the_marks_that_serve_both_themes_stand_out_in_each(
    tokens: Mapping[str, str], mark: str, grounds: list[str]
) -> None:
    root = ElementTree.parse(paths.resources() / "icons" / f"mark-{mark}.svg").getroot()
    assert all(contrast(root.attrib["stroke"], tokens[ground]) >= 3 for ground in grounds)


@THEMES
def test_the_accent_is_told_from_the_evidence(tokens: Mapping[str, str]) -> None:
    hues = [QColor(colour).hslHue() for colour in (tokens["accent"], "#56b4e9", "#e66100")]
    assert all(abs(hues[0] - hue) > 25 for hue in hues[1:])


@THEMES
def test_the_style_sheet_is_filled_in(tokens: Mapping[str, str]) -> None:
    sheet = style_sheet(tokens, 10)
    assert "@" not in sheet
    assert tokens["accent"] in sheet
    for picture in re.findall(r'url\("(.*?)"\)', sheet):
        assert picture.endswith(".svg")
        assert (paths.resources() / "icons" / picture.rpartition("/")[2]).is_file()


def test_larger_fonts_stay_larger() -> None:
    sizes = [
        float(re.search(r'role="headline"\] \{ font-size: ([\d.]+)pt', style_sheet(DARK, points))[1])
        for points in (9, 18)
    ]
    assert sizes[1] == pytest.approx(2 * sizes[0], rel=0.01)


@pytest.mark.parametrize(("name", "dark"), [("dark", True), ("light", False)])
def test_a_theme_that_is_asked_for_is_shown(theme: Theme, qapp: QApplication, name: str, dark: bool) -> None:
    theme.apply(name)
    tokens = DARK if dark else LIGHT
    assert theme.is_dark is dark
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == tokens["window"]
    assert theme.colour("accent").name() == tokens["accent"]


def test_a_change_is_told_once(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.apply("dark")
    with qtbot.assertNotEmitted(theme.changed):
        theme.apply("dark")
    with qtbot.waitSignal(theme.changed):
        theme.apply("light")


class Desktop:
    """A desktop whose colour scheme can be set."""

    def __init__(self, scheme: Qt.ColorScheme) -> None:
        self.scheme = scheme

    def colorScheme(self) -> Qt.ColorScheme:  # noqa: N802 - Qt's name
        return self.scheme

    def setColorScheme(self, scheme: Qt.ColorScheme) -> None:  # noqa: N802 - Qt's name
        """Asks for dark or light window frames; the desktop itself stays as it is."""

    def unsetColorScheme(self) -> None:  # noqa: N802 - Qt's name
        """Asks for window frames like the desktop's."""


@pytest.mark.parametrize(("name", "follows"), [("system", True), ("dark", False)])
def test_the_desktop_is_followed_while_that_is_asked_for(
    theme: Theme, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, name: str, follows: bool
) -> None:
    tell = qapp.styleHints().colorSchemeChanged
    desktop = Desktop(Qt.ColorScheme.Dark)
    monkeypatch.setattr(theme._app, "styleHints", lambda: desktop, raising=False)
    theme.apply(name)
    assert theme.is_dark
    desktop.scheme = Qt.ColorScheme.Light
    tell.emit(desktop.scheme)
    assert theme.is_dark is not follows


def test_an_unknown_desktop_is_dark(theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme._app, "styleHints", lambda: Desktop(Qt.ColorScheme.Unknown), raising=False)
    theme.apply("system")
    assert theme.is_dark


def test_an_unknown_colour_is_an_error(theme: Theme) -> None:
    with pytest.raises(KeyError):
        theme.colour("pink")


def test_a_label_takes_the_look_of_its_role(theme: Theme, qtbot: QtBot) -> None:
    theme.apply("dark")
    label = QLabel("PNEUMONIA")
    qtbot.addWidget(label)
    restyle(label, role="verdict", verdict="pneumonia")
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK["verdict_pneumonia"]
    restyle(label, verdict="normal")
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK["verdict_normal"]
    assert label.font().pointSizeF() > QApplication.font().pointSizeF()
