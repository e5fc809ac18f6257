"""What fine-tuning finds and does, in a clinician's words."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QLocale

from core.datasets.dataset import Split
from core.datasets.inspected import Inspection
from core.learning.watching import Ending, Position
from core.reading.words import as_sentence
from gui.errors import Problem

translate = QCoreApplication.translate

#: Results on fewer scans are not worth much: one scan is more than three percent of them.
_FEW = 30


def number(count: int) -> str:
    return QLocale().toString(count)


def part_name(split: Split) -> str:
    """What a part of a DATASET is for."""
    known: dict[Split, str] = {
        "train": translate("Training", "Learns from"),
        "val": translate("Training", "Checks itself on"),
        "test": translate("Training", "Kept for the test"),
    }
    return known[split]


def part_purpose(split: Split) -> str:
    """The same, for a tool tip."""
    known: dict[Split, str] = {
        "train": translate("Training", "Training: the scans that the model learns from."),
        "val": translate(
            "Training",
            "Validation: other patients, on whom it is measured after each epoch; the best one is kept.",
        ),
        "test": translate(
            "Training",
            "Test: never learnt from and never chosen by; the old and the new model are compared on it.",
        ),
    }
    return known[split]


def summary(inspection: Inspection) -> str:
    """What there is, in one line."""
    learns = sum(sum(inspection.counts(name, "train")) for name in inspection.datasets)
    checks = sum(sum(inspection.counts(name, "val")) for name in inspection.datasets)
    if not learns:
        return translate("Training", "There is nothing to learn from yet.")
    line = translate("Training", "It learns from {learns} scans and checks itself on {checks}.")
    if checks < _FEW:
        line += " " + translate("Training", "So few to check on say little about how good it is.")
    return line.format(learns=number(learns), checks=number(checks))


def about_time(seconds: float) -> str:
    """A length of time that is not known exactly: "about 40 seconds", "about 3 hours"."""
    if seconds < 10:
        return translate("Training", "a few seconds")
    if seconds < 55:
        return translate("Training", "about {n} seconds").format(n=10 * max(round(seconds / 10), 1))
    minutes = round(seconds / 60)
    if minutes <= 1:
        return translate("Training", "about a minute")
    if minutes < 57:
        shown = minutes if minutes < 10 else 5 * round(minutes / 5)
        return translate("Training", "about {n} minutes").format(n=shown)
    hours = seconds / 3600
    if hours < 1.25:
        return translate("Training", "about an hour")
    if hours < 10:
        halves = round(2 * hours) / 2
        return translate("Training", "about {n} hours").format(n=QLocale().toString(halves, "g", 3))
    if hours < 36:
        return translate("Training", "about {n} hours").format(n=round(hours))
    return translate("Training", "about {n} days").format(n=max(math.ceil(hours / 24), 2))


def stage_line(position: Position) -> str:
    """What a run does now."""
    if position.stage == "loading":
        return translate("Training", "Opening the scans…")
    if position.stage == "features":
        return translate("Training", "Looking at each scan once…")
    if position.stage == "finishing":
        return translate("Training", "Measuring the new model…")
    return translate("Training", "Epoch {n} of {all}").format(n=max(position.epoch, 1), all=position.epochs)


def time_left(seconds: float | None) -> str:
    if seconds is None:
        return translate("Training", "Working out how long it takes…")
    return translate("Training", "{time} left").format(time=_begun(about_time(seconds)))


def ending_line(ending: Ending, epochs: int, of: int) -> str:
    """Why a run ended, a sentence."""
    known: dict[Ending, str] = {
        "complete": translate("Training", "All {of} epochs are done."),
        "early": translate(
            "Training", "It stopped after epoch {n} of {of}: further ones no longer made it better."
        ),
        "enough": translate("Training", "It stopped after epoch {n} of {of}, as you asked."),
        "broke-down": translate(
            "Training",
            "It stopped after epoch {n} of {of}, because its numbers ran away. What it had before "
            "is kept; a smaller learning rate may get further.",
        ),
    }
    return known[ending].format(n=epochs, of=of)


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def another_start() -> str:
    """What to do where the model or the device that a training begins with cannot be had."""
    return translate("Training", "choose another start or device under How it learns")


def problem_line(problem: Problem) -> str:
    """What went wrong and what to do, as sentences."""
    hint = f" {as_sentence(problem.hint)}" if problem.hint else ""
    return as_sentence(problem.message) + hint
