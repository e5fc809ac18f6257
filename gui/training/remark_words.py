"""What was found in the scans to learn from, in words, with what will be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from core.datasets.inspected import Remark, RemarkKind
from gui.training.words import number

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Told:
    """A remark in words.

    Attributes:
        found: what it is, a sentence.
        done: what is done about it, or what the person has to do; a sentence.
        kind: "info", "warning" or "error": the colour.
    """

    found: str
    done: str
    kind: str


def told(remark: Remark) -> Told:
    """What was found, and what will be done about it."""
    if remark.kind == "missing-class":
        return _missing_class(remark)
    if remark.kind == "few-patients":
        return _few_patients(remark)
    one, many, done, kind = _known()[remark.kind]
    if not done:
        done = (
            translate("Training", "It is left out.")
            if remark.count == 1
            else translate("Training", "They are left out.")
        )
    found = (one if remark.count == 1 else many).format(n=number(remark.count), about=remark.about)
    return Told(found, done, kind)


def _known() -> Mapping[RemarkKind, tuple[str, str, str, str]]:
    """Of one, of several, what is done (empty: left out), and the colour."""
    return {
        "unreadable": (
            translate("Training", "One file cannot be read as a scan."),
            translate("Training", "{n} files cannot be read as scans."),
            "",
            "warning",
        ),
        "duplicate": (
            translate("Training", "One file is a copy of another."),
            translate("Training", "{n} files are copies of others."),
            translate("Training", "Each scan is used once."),
            "info",
        ),
        "contradiction": (
            translate("Training", "One file is the same scan as another of the other class."),
            translate("Training", "{n} files are the same scans in both classes."),
            translate("Training", "Which is right cannot be told: they are left out of both."),
            "warning",
        ),
        "shared-patient": (
            translate("Training", "One patient has scans to learn from and scans to check on."),
            translate("Training", "{n} patients have scans to learn from and scans to check on."),
            translate(
                "Training",
                "Their scans are only checked on: a model does too well on patients that it has seen.",
            ),
            "info",
        ),
        "small-validation": (
            translate("Training", "The folder val holds a single scan to check on."),
            translate("Training", "The folder val holds only {n} scans to check on."),
            translate(
                "Training",
                "That says too little. They are learnt from, and other patients are set aside to check on.",
            ),
            "info",
        ),
        "no-validation": (
            translate("Training", "No scans are set aside to check on."),
            translate("Training", "No scans are set aside to check on."),
            translate(
                "Training", "Some patients are set aside by chance, each with all of his or her scans."
            ),
            "info",
        ),
        "not-found": (
            translate("Training", "One row of the table names a file that is not there."),
            translate("Training", "{n} rows of the table name files that are not there."),
            "",
            "warning",
        ),
        "bad-label": (
            translate("Training", "One row of the table says neither NORMAL nor PNEUMONIA: {about}."),
            translate("Training", "{n} rows of the table say neither NORMAL nor PNEUMONIA: {about}."),
            "",
            "warning",
        ),
        "one-name": (
            translate("Training", "Two sources have the same name."),
            translate("Training", "Two sources have the same name."),
            translate("Training", "They are told apart by a number."),
            "info",
        ),
    }


def _missing_class(remark: Remark) -> Told:
    label, _, part = remark.about.partition(" ")
    found = {
        "": translate("Training", "There are no {label} scans."),
        "(val)": translate("Training", "There are no {label} scans to check itself on."),
        "(test)": translate("Training", "There are no {label} scans to test on."),
    }[part].format(label=label)
    if part == "(test)":
        done = translate("Training", "It is tested on those set aside from the rest instead.")
        return Told(found, done, "warning")
    if remark.fatal:
        done = translate("Training", "It learns from both kinds: add a folder that has them.")
        return Told(found, done, "error")
    done = translate("Training", "What it has is used all the same; the other sources have them.")
    return Told(found, done, "warning")


def _few_patients(remark: Remark) -> Told:
    found = translate("Training", "There are too few patients to learn from some and check on others.")
    done = translate(
        "Training", "Add scans of at least two patients of each class; dozens are needed to learn."
    )
    return Told(found, done, "error")
