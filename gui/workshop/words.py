"""What the line at the bottom says of a fine-tuning."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from core.learning.watching import Position
from core.pace import duration
from gui.training.words import stage_line

translate = QCoreApplication.translate


def training_words(position: Position | None, paused: bool) -> str:
    """How far it is, in a few words; `position` is None before the first is told."""
    if position is None:
        return translate("Workshop", "Fine-tuning begins…")
    words = translate("Workshop", "Fine-tuning") + ": " + stage_line(position)
    if paused:
        return words + " · " + translate("Workshop", "paused")
    if position.seconds_left is not None:
        words += " · " + translate("Workshop", "{left} left").format(left=duration(position.seconds_left))
    return words
