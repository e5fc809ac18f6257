"""What is asked before the window closes, because something would be lost or stop."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from core.errors import LungfieldError
from core.reading.words import as_sentence

translate = QCoreApplication.translate


def gives_up_reviews(window: QWidget, why: LungfieldError) -> bool:
    """Whether the person closes although reviews are in memory only, because of `why`."""
    what_to_do = translate("Closing", "You can export them first, as a table or as a DATASET.")
    return _closes(
        window,
        translate("Closing", "Your reviews are in memory only and are lost when Lungfield is closed."),
        f"{as_sentence(str(why))} {what_to_do}",
    )


def interrupts_training(window: QWidget, epochs: int) -> bool:
    """Whether the person closes although a model is fine-tuned.

    Args:
        epochs: that were finished.
    """
    kept = (
        translate(
            "Closing", "The finished epochs ({n}) are kept: at the next start you can go on from there."
        )
        if epochs
        else translate("Closing", "No epoch is finished yet: at the next start you can begin it again.")
    )
    return _closes(
        window,
        translate("Closing", "A model is being fine-tuned, which ends when Lungfield is closed."),
        kept.format(n=epochs),
    )


def interrupts_evaluation(window: QWidget) -> bool:
    """Whether the person closes although a model is evaluated."""
    return _closes(
        window,
        translate("Closing", "A model is being evaluated, which ends when Lungfield is closed."),
        translate("Closing", "Nothing of it is kept: at the next start you can begin it again."),
    )


def interrupts_export(window: QWidget) -> bool:
    """Whether the person closes although scans are exported."""
    return _closes(
        window,
        translate("Closing", "Scans are being exported, which ends when Lungfield is closed."),
        translate("Closing", "Nothing of it is kept: at the next start you can begin it again."),
    )


def _closes(window: QWidget, text: str, details: str) -> bool:
    question = QMessageBox(
        QMessageBox.Icon.Warning,
        translate("Closing", "Lungfield"),
        text,
        QMessageBox.StandardButton.Close | QMessageBox.StandardButton.Cancel,
        window,
    )
    question.setInformativeText(details)
    question.setDefaultButton(QMessageBox.StandardButton.Cancel)
    return question.exec() == QMessageBox.StandardButton.Close
