"""The language: a translation that lies there is found and spoken; without one it is English."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication

from core.reading import words
from gui.language import Language, Languages

GERMAN = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context><name>NoticeDialog</name>
<message><source>Before you start</source><translation>Bevor es losgeht</translation></message>
</context>
<context><name>Words</name>
<message><source>NOT SURE</source><translation>UNSICHER</translation></message>
</context>
</TS>
"""


def said() -> str:
    return QCoreApplication.translate("NoticeDialog", "Before you start")


def cores_own() -> str:
    return words.said(0.5, 0.5, 0.1).headline


def qts_own() -> str:
    return QCoreApplication.translate("QPlatformTheme", "Cancel")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a German translation, made as the docstring says."""
    lrelease = Path(PySide6.__file__).parent / f"lrelease{'.exe' if sys.platform == 'win32' else ''}"
    if not lrelease.exists():
        pytest.skip("this PySide6 came without lrelease")
    source = tmp_path / "lungfield_de.ts"
    source.write_text(GERMAN, "utf-8")
    subprocess.run([lrelease, "-silent", source], check=True, timeout=60)
    return tmp_path


@pytest.fixture
def languages(qapp: QApplication, folder: Path) -> Iterator[Languages]:
    languages = Languages(qapp, folder)
    yield languages
    languages.apply("en")


def test_a_translation_is_found_beside_english(languages: Languages) -> None:
    assert languages.available() == [Language("en", "English"), Language("de", "Deutsch")]


def test_a_language_is_spoken_and_left_again(languages: Languages) -> None:
    languages.apply("de")
    assert (languages.current, said(), qts_own()) == ("de", "Bevor es losgeht", "Abbrechen")
    assert cores_own() == "UNSICHER"
    languages.apply("en")
    assert (languages.current, said(), qts_own()) == ("en", "Before you start", "Cancel")


def test_a_country_of_the_language_will_do(languages: Languages) -> None:
    languages.apply("de_AT")
    assert said() == "Bevor es losgeht"


@pytest.mark.parametrize("setting", ["fr", "xx", "../de", "de_"])
def test_what_there_is_not_is_english_or_its_nearest(languages: Languages, setting: str) -> None:
    languages.apply(setting)
    assert languages.current == ("de" if setting == "de_" else "en")


@pytest.mark.parametrize(
    ("desktop", "spoken"),
    [(["de-DE", "en"], "de"), (["en-GB", "de"], "en"), (["fr-FR", "de"], "de"), (["ja"], "en"), ([], "en")],
)
def test_the_desktops_first_language_that_there_is_is_taken(
    languages: Languages, monkeypatch: pytest.MonkeyPatch, desktop: list[str], spoken: str
) -> None:
    class Desktop:
        def uiLanguages(self) -> list[str]:  # noqa: N802 - Qt's name
            return desktop

    class Locale(QLocale):
        system = staticmethod(Desktop)

    monkeypatch.setattr("gui.language.QLocale", Locale)
    languages.apply("")
    assert languages.current == spoken


def test_a_damaged_translation_leaves_english(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "lungfield_de.qm").write_bytes(b"no translation")
    languages = Languages(qapp, tmp_path)
    languages.apply("de")
    assert said() == "Before you start"
    languages.apply("en")


def test_without_any_translation_there_is_english(qapp: QApplication, tmp_path: Path) -> None:
    assert Languages(qapp, tmp_path / "none").available() == [Language("en", "English")]
