"""Text from a file that may be foreign, fit to be shown."""

from __future__ import annotations

#: Letters of a name and of a note.
MAX_NAME = 200
MAX_NOTE = 4000


def readable(text: object, letters: int) -> str:
    """Foreign text in so many letters, without what steers a terminal or turns the direction of writing.

    Line breaks and tabs become spaces.
    """
    words = " ".join(str(text)[: 4 * letters].split())
    return "".join(letter for letter in words if letter.isprintable())[:letters]


def readable_lines(text: object, letters: int) -> str:
    """As `readable`, with its line breaks."""
    lines = str(text)[: 4 * letters].splitlines()
    return "\n".join(readable(line, letters) for line in lines)[:letters].strip()
