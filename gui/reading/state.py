"""All that the reading panel shows, as one value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from core.reading.reader import Reading

Status = Literal[
    "empty", "no-model", "loading-model", "unread", "waiting", "reading", "read", "rejected", "failed"
]


@dataclass(frozen=True)
class ReadingState:
    """What there is to say of the scan on the screen.

    Attributes:
        status: "unread" was not asked for, or stopped; "waiting" is in line behind other scans; "rejected"
            was read but turned away by the gate.
        reading: where status is "read" or "rejected".
        reason, hint: why there is none and what to do, where status is "failed" or "no-model".
        name: of the scan.
        notes: `Scan.notes`, what the person should know of how the file was read.
        threshold: of the operating point now in use, 0..1. The panel names the reading by this one, not by
            the one it was read with, so that moving the threshold moves the name at once.
        band: 0..0.5; nearer than this to the threshold a probability is «not sure».
        operating_point: its name as the checkpoint has it ("balanced"); empty for the person's own; None
            where the model that had it is gone.
        sensitivity, specificity: of the operating point on validation, 0..1; NaN where not known.
        as_displayed: the contrast it was read with ("window 0–1200, gamma 1.4"); empty if read as stored.
        engine_words: engine, device and precision, where the reading does not say.
        device_note: what the person should know of the device ("No GPU found: reading on the processor").
        domain: whose figures apply to a patient of this age, in words; empty where the age, or the patients
            that the model was measured on, are not known.
        model: name of the model in use, where the reading does not say.
    """

    status: Status = "empty"
    reading: Reading | None = None
    reason: str = ""
    hint: str = ""
    name: str = ""
    notes: tuple[str, ...] = ()
    threshold: float = 0.5
    band: float = 0.1
    operating_point: str | None = ""
    sensitivity: float = math.nan
    specificity: float = math.nan
    as_displayed: str = ""
    engine_words: str = ""
    device_note: str = ""
    domain: str = ""
    model: str = ""
