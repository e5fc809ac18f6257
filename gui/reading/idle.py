"""What the reading panel says where there is no reading."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.reading.state import Status

translate = QCoreApplication.translate


def idle(status: Status) -> tuple[str, str]:
    """Headline and one line for a state in which there is no reading; two empty strings for the others."""
    known = {
        "empty": (
            translate("Words", "No scan"),
            translate("Words", "Drop a chest X-ray on the window to read it."),
        ),
        "no-model": (
            translate("Words", "No model"),
            translate("Words", "There is no model to read with. Choose or import one in the settings."),
        ),
        "loading-model": (
            translate("Words", "Loading the model"),
            translate("Words", "The scan is read as soon as it is there."),
        ),
        "unread": (
            translate("Words", "Not read"),
            translate("Words", "Reading was stopped before this scan."),
        ),
        "waiting": (translate("Words", "In line"), translate("Words", "Other scans are being read first.")),
        "reading": (translate("Words", "Reading"), translate("Words", "This takes a moment.")),
        "failed": (
            translate("Words", "Could not be read"),
            translate("Words", "The file is damaged, or is no scan."),
        ),
    }
    return known.get(status, ("", ""))
