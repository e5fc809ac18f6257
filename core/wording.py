"""The words that core has for a person, in the language that is spoken.

The window speaks several languages and core knows no Qt: it is given the window's translator. Without one, as
on the command line and in the browser demo, words are as the source has them.
"""

from __future__ import annotations

from collections.abc import Callable

#: From a context and the English text to the text that is shown.
Translator = Callable[[str, str], str]


def _english(context: str, text: str) -> str:
    del context
    return text


_translator: Translator = _english


def translate(context: str, text: str) -> str:
    """`text` in the language that is spoken; `context` tells apart equal words that mean different things."""
    return _translator(context, text)


def speak_with(translator: Translator) -> None:
    """Let `translate` ask `translator` from now on."""
    global _translator
    _translator = translator
