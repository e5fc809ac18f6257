"""The report of one scan: what the model says of it and why, and what the person says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import ScanError
from core.export.item import Item
from core.export.letters import BOLD, lines_of, shortened, width_of
from core.export.naming import Naming
from core.export.pdf import LABELS, LEFT, MUTED, RIGHT, RULE, TINT, WARNING, Pages
from core.export.source import Source, to_be_drawn
from core.imaging.scan import Scan
from core.reading.framed import Picture, framed
from core.reading.overlay import (
    DISCLAIMER,
    FULL_SCALE,
    LONGEST_SIDE,
    LUNG_GREY,
    blend,
    burnt_in,
    colour,
    to_look_at,
)
from core.reading.reader import Reading
from core.reading.words import whose_figures
from core.review import Review

_TALLEST = 290.0  # points that the pictures may take
_GAP = 10.0
_NAMES = 105.0  # points for the names of facts

_PATIENT = (("PatientName", ""), ("PatientID", "ID "), ("PatientBirthDate", "born "), ("PatientSex", ""))
_STUDY = (("StudyDate", ""), ("AccessionNumber", "accession "), ("StudyDescription", ""))

_EXPLAINED = (
    "Orange speaks for pneumonia, blue against it, in log-odds on a scale that is the same for all scans: a "
    f"picture in full colour all over would have {FULL_SCALE:.0f} in all. The probability is calibrated on "
    "the scans that the model was validated with; on others it may be less reliable."
)


@dataclass(frozen=True, eq=False)
class Opened:
    """The scan's file, opened again: `why_not` says why there is no picture of it."""

    source: Source | None = None
    scan: Scan | None = None
    why_not: str = ""

    @classmethod
    def of(cls, item: Item, named: bool) -> Opened:
        """Never raises ScanError."""
        if item.status == "failed":
            return cls()
        try:
            return cls(*to_be_drawn(item, named, LONGEST_SIDE))
        except ScanError as error:
            return cls(why_not=str(error))


def draw_scan(pages: Pages, item: Item, naming: Naming) -> None:
    """Draw the whole report; a page, and more where a note needs them."""
    opened = Opened.of(item, naming.named)
    pages.text(LEFT, pages.y, shortened(naming.name(item), 10, RIGHT - LEFT), size=10, colour=MUTED)
    pages.y -= 14
    if item.reading:
        _draw_result(pages, item.reading)
    else:
        pages.y -= 6
        failed = f"This file could not be read as a scan. {naming.reason(item)}"
        _draw_box(pages, failed if item.status == "failed" else "This scan has not been read.")
    if opened.scan:
        _draw_pictures(pages, opened.scan, item.reading)
    elif opened.why_not:
        _draw_box(pages, f"There is no picture here. {naming.reason(item, opened.why_not)}")
    pages.y -= 10
    for name, value in _facts(item, naming, opened):
        _draw_fact(pages, name, value)
    if item.reading:
        pages.y -= 8
        pages.paragraph(_EXPLAINED, size=7.5, colour=MUTED)


def review_words(review: Review, label: str) -> str:
    """What a review says of a reading's `label`, which may be empty."""
    if not review.label:
        return "a note only"
    if not label:
        return review.label
    return f"{review.label}: {'agrees with' if review.label == label else 'corrects'} the reading"


def _draw_result(pages: Pages, reading: Reading) -> None:
    pages.y -= 20
    headline, colour = reading.label, LABELS[reading.label]
    if not reading.verdict.accepted:
        headline, colour = "REJECTED", MUTED
    pages.text(LEFT, pages.y, headline, size=22, font=BOLD, colour=colour)
    beside = LEFT + width_of(headline, 22, BOLD) + 18
    pages.text(beside, pages.y + 9, f"Probability of pneumonia {reading.probability:.3f}", size=10)
    said = f"confidence that it is {reading.label}: {reading.confidence:.3f}"
    pages.text(beside, pages.y - 4, said, size=8, colour=MUTED)
    pages.y -= 24
    _draw_bar(pages, reading)
    if not reading.verdict.accepted:
        reasons = "; ".join(reading.verdict.reasons)
        _draw_box(pages, f"Rejected, so the reading is not to be relied on: {reasons}.")


def _draw_bar(pages: Pages, reading: Reading) -> None:
    """The probability from 0 to 1, and where the operating point is."""
    width = RIGHT - LEFT
    pages.box(LEFT, pages.y, width, 7, RULE)
    colour = LABELS[reading.label] if reading.verdict.accepted else MUTED
    pages.box(LEFT, pages.y, width * reading.probability, 7, colour)
    at = LEFT + width * reading.threshold
    pages.mark(at, pages.y - 3, pages.y + 10)
    words = f"operating point {reading.threshold:.3f}"
    left = min(max(at - width_of(words, 7.5) / 2, LEFT), RIGHT - width_of(words, 7.5))
    pages.text(left, pages.y - 12, words, size=7.5, colour=MUTED)
    pages.y -= 22


def _draw_box(pages: Pages, text: str) -> None:
    lines = lines_of(text, 9, RIGHT - LEFT - 20)
    height = 12.6 * len(lines) + 12
    pages.room_for(height + 6)
    pages.box(LEFT, pages.y - height, RIGHT - LEFT, height, TINT)
    for number, line in enumerate(lines):
        pages.text(LEFT + 10, pages.y - 16 - 12.6 * number, line, colour=WARNING)
    pages.y -= height + 6


def _draw_pictures(pages: Pages, scan: Scan, reading: Reading | None) -> None:
    pixels = to_look_at(np.ascontiguousarray(scan.windowed()))
    pictures: list[tuple[str, Picture]] = [("The scan as its file asks to be displayed", burnt_in(pixels))]
    evidence = reading is not None and reading.has_map
    if reading and evidence:
        # Without the scale that goes into pictures: at this size its letters are too small to print
        pictures.insert(0, ("The evidence on it", framed(blend(pixels, reading.heatmap), (), DISCLAIMER)))
    wide = sum(picture.shape[1] for _, picture in pictures)
    tall = max(picture.shape[0] for _, picture in pictures)
    room = RIGHT - LEFT - _GAP * (len(pictures) - 1)
    scale = min(room / wide, _TALLEST / tall)
    pages.room_for(scale * tall + 60)
    pages.y -= 6
    x = LEFT
    for words, picture in pictures:
        height, width = (scale * side for side in picture.shape[:2])
        pages.picture(picture, x, pages.y - height, width, height)
        pages.text(x, pages.y - scale * tall - 10, shortened(words, 7.5, width), size=7.5, colour=MUTED)
        x += width + _GAP
    pages.y -= scale * tall + 14
    if evidence:
        _draw_scale(pages)


def _draw_scale(pages: Pages) -> None:
    """The colours of the evidence, over the grey of a lung."""
    shares = np.linspace(-1, 1, 121, dtype=np.float32)
    rgb, opacity = colour(shares)
    mixed = np.rint(255 * (LUNG_GREY * (1 - opacity[:, None]) + rgb * opacity[:, None])).astype(int)
    before, after = "against pneumonia", "for pneumonia (log-odds)"
    left, width = LEFT + width_of(before, 7.5) + 10, 220.0
    pages.y -= 16
    pages.text(LEFT, pages.y, before, size=7.5, colour=MUTED)
    for number, (red, green, blue) in enumerate(mixed.tolist()):
        step = width / len(shares)
        pages.box(left + number * step, pages.y - 1, step + 0.3, 8, f"#{red:02x}{green:02x}{blue:02x}")
    for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
        words = f"{share * FULL_SCALE:+.0f}".replace("-", "−") if share else "0"
        middle = left + (share + 1) / 2 * width
        pages.text(middle - width_of(words, 7) / 2, pages.y - 10, words, size=7, colour=MUTED)
    pages.text(left + width + 10, pages.y, after, size=7.5, colour=MUTED)
    pages.y -= 16


def _draw_fact(pages: Pages, name: str, value: str) -> None:
    for number, line in enumerate(lines_of(value, 8.5, RIGHT - LEFT - _NAMES) or ["–"]):
        pages.room_for(13)
        pages.y -= 12
        if number == 0:
            pages.text(LEFT, pages.y, name, size=8.5, colour=MUTED)
        pages.text(LEFT + _NAMES, pages.y, line, size=8.5)
    pages.y -= 2


def _facts(item: Item, naming: Naming, opened: Opened) -> list[tuple[str, str]]:
    facts = [("Scan", naming.name(item))]
    if naming.named and opened.source:
        facts += [("Patient", _told(opened.source, _PATIENT)), ("Study", _told(opened.source, _STUDY))]
    if reading := item.reading:
        reasons = "; ".join(reading.verdict.reasons)
        facts += [
            ("Gate", f"rejected: {reasons}" if reasons else "accepted"),
            ("Operating point", f"{reading.threshold:.3f}"),
            ("Measured on", _measured_on(item, opened, naming.named)),
            ("Read", item.as_displayed or "as its file asks to be displayed"),
            ("Model", " · ".join(filter(None, (reading.model, item.fingerprint[:12])))),
            ("Engine", reading.engine),
        ]
    if opened.scan:
        bits = f"{opened.scan.format}, {opened.scan.bits} bits"
        facts.append(("File", "; ".join((bits, *opened.scan.notes))))
    facts.append(("SHA-256", item.sha256))
    if item.review:
        made = item.review.made.replace("T", " ").removesuffix("+00:00")
        words = review_words(item.review, item.label)
        facts.append(("Review", f"{words} ({made} UTC)" if made else words))
        if item.note:
            facts.append(("Note", naming.note(item)))
    else:
        facts.append(("Review", "none"))
    return [(name, value) for name, value in facts if value]


def _measured_on(item: Item, opened: Opened, named: bool) -> str:
    """Whose figures apply, where the file tells the age. What was turned away has no figures to apply."""
    facts = opened.scan.dicom if opened.scan else None
    if facts is None or item.status == "rejected":
        return ""
    return whose_figures(facts.age_years, item.metrics, named=named)


def _told(source: Source, elements: tuple[tuple[str, str], ...]) -> str:
    found = [(before, source.header.text(keyword).replace("^", " ").strip()) for keyword, before in elements]
    return ", ".join(before + value for before, value in found if value)
