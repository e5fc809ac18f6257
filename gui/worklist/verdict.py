"""What is known of a scan of the worklist: as one word for how it looks, and in words for who reads it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from core.reading.reader import Reading
from core.reading.words import percent
from gui.worklist.entry import Entry, Status

translate = QCoreApplication.translate


def verdict_of(entry: Entry, band: float) -> str:
    """ "idle", "failed", "rejected", "unsure", "normal" or "pneumonia"."""
    return verdict_by(entry.status, entry.settled, band)


def verdict_by(status: Status, settled: Reading | None, band: float) -> str:
    """`verdict_of` an entry by what it has."""
    if settled is None:
        return "failed" if status == "failed" else "idle"
    if settled.verdict.reasons:
        return "rejected"
    return "unsure" if settled.is_unsure(band) else settled.label.lower()


def state_words(entry: Entry, verdict: str, with_percent: bool = True) -> str:
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
    return f"{label}   {percent(reading.probability)}" if with_percent else label


def review_words(entry: Entry) -> str:
    """What the person said of it, in a few words; empty where nothing was said."""
    if entry.review is None:
        return ""
    if not entry.review.label:
        return translate("worklist", "note")
    if entry.agrees:
        return translate("worklist", "agreed")
    if entry.agrees is None:
        return entry.review.label
    return translate("worklist", "corrected to {label}").format(label=entry.review.label)


def title(column: str) -> str:
    """What a column is called."""
    return {
        "scan": translate("worklist", "Scan"),
        "label": translate("worklist", "Label"),
        "probability": translate("worklist", "Probability"),
        "confidence": translate("worklist", "Confidence"),
        "status": translate("worklist", "Status"),
        "review": translate("worklist", "Review"),
        "folder": translate("worklist", "Folder"),
    }[column]


def explanation(column: str) -> str:
    """What a column says; empty where its title says it."""
    return {
        "probability": translate("worklist", "How probable pneumonia is"),
        "confidence": translate("worklist", "How probable it is that the label is right"),
        "review": translate("worklist", "What you said of the reading"),
    }.get(column, "")


def cell_words(entry: Entry, column: str, verdict: str) -> str:
    """What a row says in one of its columns; empty where there is nothing to say."""
    if column == "scan":
        return entry.name
    if column == "folder":
        return entry.folder
    if column == "review":
        words = review_words(entry)
        return words[:1].upper() + words[1:]
    if column == "status":
        return _status_words(entry, verdict)
    reading = entry.settled
    if reading is None:
        return ""
    if column == "label":
        return reading.label
    return percent(reading.probability if column == "probability" else reading.confidence)


def _status_words(entry: Entry, verdict: str) -> str:
    if verdict == "failed":
        return translate("worklist", "Failed")
    if verdict == "rejected":
        return translate("worklist", "Rejected")
    if verdict == "unsure":
        return translate("worklist", "Not sure")
    return {
        "waiting": translate("worklist", "Waiting"),
        "reading": translate("worklist", "Reading…"),
        "unread": translate("worklist", "Not read"),
    }.get(entry.status, translate("worklist", "Read"))


def aloud(entry: Entry, band: float) -> str:
    """All that a row shows of the scan, for those who cannot see its marks."""
    parts = [state_words(entry, verdict_of(entry, band))]
    if entry.displayed:
        parts.append(translate("worklist", "read as displayed"))
    if said := review_words(entry):
        parts.append(translate("worklist", "your review: {words}").format(words=said))
        if entry.review and entry.review.label and entry.review.note:
            parts.append(translate("worklist", "with a note"))
    return ", ".join(parts)
