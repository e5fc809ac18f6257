"""The language of the window.

To make a translation: `pyside6-lupdate gui/*.py gui/*/*.py core/reading/words.py -ts lungfield_de.ts`,
translate that file in Qt Linguist, `pyside6-lrelease lungfield_de.ts`, and put the .qm into
`resources/translations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from core import paths, wording

#: The language that the source is written in.
ENGLISH = "en"


@dataclass(frozen=True)
class Language:
    """A language that the window speaks: its code, such as "de" or "pt_BR", and its own name for itself."""

    code: str
    name: str


class Languages(QObject):
    """Which languages there are, and which one is spoken.

    Args:
        folder: where the translations lie; by default those that ship.
    """

    def __init__(
        self, app: QCoreApplication, folder: Path | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        wording.speak_with(QCoreApplication.translate)  # what core says of a reading is spoken likewise
        self._app = app
        self._folder = folder or paths.resources() / "translations"
        self._installed: list[QTranslator] = []
        self._current = ENGLISH

    @property
    def current(self) -> str:
        """The code of the language that is spoken now."""
        return self._current

    def available(self) -> list[Language]:
        """English first, then the translated ones by code."""
        codes = sorted(file.stem.removeprefix("lungfield_") for file in self._folder.glob("lungfield_*.qm"))
        return [Language(code, _own_name(code)) for code in [ENGLISH, *codes]]

    def apply(self, setting: str) -> None:
        """Speak a language, as far as it is translated; English where it is not.

        Widgets that are made from now on speak it; those there are get a LanguageChange event.

        Args:
            setting: a code; empty for the desktop's language.
        """
        for translator in self._installed:
            self._app.removeTranslator(translator)
        self._installed = []
        self._current = self._best([setting] if setting else QLocale.system().uiLanguages())
        if self._current != ENGLISH:
            # The last to be installed is asked first: our words go before Qt's
            self._install(
                f"qtbase_{self._current}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            )
            self._install(f"lungfield_{self._current}", str(self._folder))

    def _best(self, wanted: Sequence[str]) -> str:
        """The first of the wanted languages that there is, exactly or without its country."""
        codes = {language.code for language in self.available()}
        for each in wanted:
            code = each.replace("-", "_")
            for candidate in (code, code.partition("_")[0]):
                if candidate in codes:
                    return candidate
        return ENGLISH

    def _install(self, name: str, folder: str) -> None:
        translator = QTranslator(self)
        # «de_AT» finds «de» by itself. A file that is missing or damaged leaves the words in English
        if translator.load(name, folder):
            self._app.installTranslator(translator)
            self._installed.append(translator)


def _own_name(code: str) -> str:
    if code == ENGLISH:
        return "English"
    name = QLocale(code).nativeLanguageName()
    return name[:1].upper() + name[1:] if name else code
