"""What is known of a scan of the worklist, as one word for how it looks and one line for who reads it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.reading.words import percent
from gui.worklist.entry import Entry

translate = QCoreApplication.translate


def verdict_of(entry: Entry, band: float) -> str:
    """ "idle", "failed", "rejected", "unsure", "normal" or "pneumonia"."""
    reading = entry.reading
    if entry.status == "failed":
        return "failed"
    if reading is None or entry.status not in ("ok", "rejected"):
        return "idle"
    if not reading.verdict.accepted:
        return "rejected"
    return "unsure" if reading.is_unsure(band) else reading.label.lower()


def state_words(entry: Entry, verdict: str) -> str:
    """One line on the state of an entry."""
    reading = entry.reading
    if verdict == "failed":
        # The row has the name already
        return entry.reason.removeprefix(f"{entry.name} is ").removeprefix(f"{entry.name} ")
    if verdict == "idle" or reading is None:
        return {
            "waiting": translate("worklist", "waiting"),
            "reading": translate("worklist", "reading…"),
        }.get(entry.status, translate("worklist", "not read"))
    if verdict == "rejected":
        return "; ".join(reading.verdict.reasons)
    label = translate("worklist", "not sure") if verdict == "unsure" else reading.label
    return f"{label}   {percent(reading.probability)}"


def aloud(entry: Entry, band: float) -> str:
    """The same for those who cannot see the row's marks."""
    words = state_words(entry, verdict_of(entry, band))
    return f"{words}, {translate('worklist', 'read as displayed')}" if entry.displayed else words
