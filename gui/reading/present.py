"""From what the session knows to what the reading panel shows."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from core.engine.select import nvidia_driver_present
from core.model.checkpoint import OperatingPoint
from core.opening import Opened
from core.reading import words
from gui.errors import ErrorFunnel
from gui.reading.state import ReadingState, Status
from gui.session import Session
from gui.worklist.entry import Entry


def reading_state(session: Session, funnel: ErrorFunnel) -> ReadingState:
    """All there is to say of the current scan."""
    entry, opened = session.current, session.opened
    status = _status(session, entry)
    reason = hint = ""
    if status == "no-model" and session.no_model:
        problem = funnel.problem(session.no_model)
        reason, hint = problem.message, problem.hint
    elif entry:
        reason = entry.reason
    threshold = session.threshold
    point = opened.reader.checkpoint.point_at(threshold) if opened else None
    return ReadingState(
        status=status,
        reading=session.reading if entry and status in ("read", "rejected") else None,
        reason=reason,
        hint=hint,
        name=entry.name if entry else "",
        notes=entry.notes if entry else (),
        threshold=threshold,
        band=session.preferences.now.uncertain_band,
        operating_point=_name(opened, point),
        sensitivity=point.sensitivity if point else math.nan,
        specificity=point.specificity if point else math.nan,
        as_displayed=entry.displayed.description if entry and entry.displayed else "",
        engine_words=opened.reader.engine_words if opened else "",
        device_note=device_note(opened),
        domain=_domain(session, opened),
        model=opened.reader.checkpoint.name if opened else "",
    )


def _status(session: Session, entry: Entry | None) -> Status:
    if entry is None:
        if session.no_model:
            return "no-model"
        return "empty" if session.opened else "loading-model"
    if entry is session.reading_as_displayed:
        return "reading"
    if entry.status == "failed":
        return "failed"
    if entry.reading is not None and entry.status in ("ok", "rejected"):
        return "read" if entry.reading.verdict.accepted else "rejected"
    if session.no_model:
        return "no-model"
    if session.opened is None:
        return "loading-model"
    if entry.status == "unread":
        return "unread"
    return "reading" if entry.status == "reading" else "waiting"


def _name(opened: Opened | None, point: OperatingPoint | None) -> str | None:
    """Of the operating point: empty where it is the person's own, None where no model is there to tell."""
    if opened is None:
        return None
    return point.name if point else ""


def _domain(session: Session, opened: Opened | None) -> str:
    """Whose figures apply to the patient on the screen, where the file tells the age."""
    # While another is loading, the picture is still that of the patient before
    picture = session.picture if session.picture_status == "shown" else None
    facts = picture.scan.dicom if picture else None
    if opened is None or facts is None:
        return ""
    return words.whose_figures(facts.age_years, opened.reader.checkpoint.metrics)


def device_note(opened: Opened | None) -> str:
    """What the person should know of the device that reads; empty where there is nothing to say."""
    if opened is None or opened.reader.engine.device != "cpu":
        return ""
    if nvidia_driver_present():
        return QCoreApplication.translate("reading", "the GPU is not used")
    return QCoreApplication.translate("reading", "no GPU found")
