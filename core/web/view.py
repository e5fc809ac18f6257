"""What the page shows of a reading, as HTML. Nothing here decides anything; every text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from core.imaging.scan import Pixels
from core.model.checkpoint import OperatingPoint
from core.opening import Opened
from core.reading import words
from core.reading.overlay import FULL_SCALE, LUNG_GREY, STRONGEST, colour
from core.reading.reader import Reading
from core.reading.results import csv_of
from core.settings import Settings
from core.web.desk import Seen
from core.web.inline import data_address

#: How near to the operating point the page says «not sure»: what the window has until it is set otherwise.
BAND = Settings().uncertain_band

#: The table's columns.
HEADERS = ("#", "File", "Result", "Pneumonia", "Why")

WELCOME = (
    '<div class="lf-empty"><p>Drop a chest X-ray, or several, to have it read.</p>'
    "<p>Nothing leaves this computer, and no upload is kept.</p></div>"
)


def reading_card(seen: Seen, opened: Opened) -> str:
    """The reading in words, with its probability and operating point on a bar, and what read it."""
    title = f'<p class="lf-file">{escape(seen.name)}</p>'
    if seen.reading is None:
        reasons = "".join(f"<p>{escape(words.ended(each))}</p>" for each in seen.reasons)
        return f'<section class="lf-card lf-failed">{title}<h2>Could not be read</h2>{reasons}</section>'
    reading = seen.reading
    said = words.said(reading.probability, reading.threshold, BAND, reading.verdict.reasons)
    leaning = f' <span class="lf-leaning">{escape(said.leaning)}</span>' if said.leaning else ""
    lines = [said.sentence, said.frequency, said.explanation]
    if said.frequency:
        lines.append(words.frequency_caution())
    paragraphs = "".join(
        f"<p{' class=lf-caution' if line == words.frequency_caution() else ''}>{escape(line)}</p>"
        for line in lines
        if line
    )
    return (
        f'<section class="lf-card lf-{said.answer}">{title}<h2>{escape(said.headline)}{leaning}</h2>'
        f"{_bar(reading)}{paragraphs}{_facts(seen, reading, opened)}</section>"
    )


def picture(seen: Seen) -> str:
    """The scan with the evidence over it, whose opacity is the page's `--evidence`, and the colour scale."""
    if not seen.scan:
        return ""
    name = escape(seen.name)
    return (
        f'<figure class="lf-scan"><div class="lf-planes"><img src="{seen.scan}" alt="The scan {name}">'
        f'<img class="lf-evidence" src="{seen.evidence}" alt="The evidence on it"></div>'
        f"{_scale()}</figure>"
    )


def slider() -> str:
    """The opacity of the evidence. It acts in the browser: nothing is asked of the server."""
    percent = round(100 * STRONGEST)
    act = (
        "document.documentElement.style.setProperty('--evidence', this.value / 100);"
        "this.nextElementSibling.textContent = this.value + '%'"
    )
    return (
        '<label class="lf-slider"><span>Evidence</span>'
        f'<input id="evidence-opacity" type="range" min="0" max="100" value="{percent}" oninput="{act}" '
        f'aria-label="Opacity of the evidence in percent"><output>{percent}%</output></label>'
    )


def table(seen: Sequence[Seen]) -> list[list[str | int]]:
    """A row a file, in the columns of HEADERS."""
    return [[number, each.name, *_result(each)] for number, each in enumerate(seen, start=1)]


def summary(seen: Sequence[Seen], asked: int) -> str:
    """How many are what, and results.csv to take away; empty for a single file."""
    if asked < 2:
        return ""
    counts = {status: sum(each.status == status for each in seen) for status in ("ok", "rejected", "failed")}
    told = [f"{counts['ok'] + counts['rejected']} read"]
    told += [f"{counts[status]} {status}" for status in ("rejected", "failed") if counts[status]]
    told += [f"stopped before the other {asked - len(seen)}"] if len(seen) < asked else []
    file = _csv_address(seen)
    return (
        f'<div class="lf-summary"><span>{", ".join(told)}</span>'
        f'<a id="results" download="results.csv" href="{file}">Save results.csv</a></div>'
    )


def _result(seen: Seen) -> tuple[str, str, str]:
    """Label, probability and reasons, for the table."""
    reading = seen.reading
    if reading is None:
        return "failed", "", " ".join(seen.reasons)
    said = words.said(reading.probability, reading.threshold, BAND)
    label = f"{reading.label}, not sure" if said.answer == "unsure" else reading.label
    if seen.reasons:
        label = "rejected"
    return label, words.percent(reading.probability), "; ".join(seen.reasons)


def _csv_address(seen: Sequence[Seen]) -> str:
    return data_address("text/csv;charset=utf-8", csv_of([each.row for each in seen]))


def _bar(reading: Reading) -> str:
    probability, threshold = words.percents(reading.probability, reading.threshold)
    share = 100 * reading.threshold
    aloud = words.aloud(reading.probability, reading.threshold, BAND, reading.verdict.reasons)
    return (
        f'<div class="lf-bar" role="img" aria-label="{escape(aloud)}">'
        '<div class="lf-said"><span>Probability of pneumonia</span>'
        f'<b id="probability">{probability}</b></div>'
        f'<div class="lf-track"><div class="lf-fill" style="width:{100 * reading.probability:.2f}%"></div>'
        f'<div class="lf-point" style="left:{share:.2f}%"></div></div>'
        f'<div class="lf-mark" style="left:{share:.2f}%;transform:translateX(-{share:.2f}%)">'
        f"operating point {threshold}</div></div>"
    )


def _facts(seen: Seen, reading: Reading, opened: Opened) -> str:
    point = opened.reader.checkpoint.point_at(reading.threshold)
    facts = [
        ("Label", reading.label),
        ("Probability", f"{reading.probability:.3f} of pneumonia, calibrated"),
        ("Operating point", _point_words(reading.threshold, point)),
        ("Model", reading.model),
        ("Measured on", seen.domain),
        ("Engine", f"{words.engine(reading.engine)}, {words.duration(reading.milliseconds)}"),
        ("File", " ".join(words.as_sentence(note) for note in seen.notes)),
    ]
    told = "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in facts if text)
    return f"<dl>{told}</dl>"


def _point_words(threshold: float, point: OperatingPoint | None) -> str:
    told = [
        f"{words.threshold_percent(threshold, 1)}, {words.operating_point_name(point.name if point else '')}"
    ]
    if point and (results := words.operating_point_results(point.sensitivity, point.specificity)):
        told.append(results)
    return "; ".join(told)


def _scale() -> str:
    """The fixed colours: what they mean, drawn over the grey of a lung and as opaque as on the scan."""
    strengths: Pixels = np.linspace(-1, 1, 25, dtype=np.float32)
    rgb, opacity = colour(strengths, strongest=1.0)
    stops = ",".join(
        f"rgba({r * 255:.0f},{g * 255:.0f},{b * 255:.0f},{a:.3f})"
        for (r, g, b), a in zip(rgb, opacity, strict=True)
    )
    end = f"{FULL_SCALE:.0f}"
    ground = round(255 * LUNG_GREY)
    return (
        '<figcaption class="lf-legend"><span>against pneumonia</span>'
        f'<span class="lf-strip" style="background:rgb({ground},{ground},{ground})">'
        f'<i class="lf-evidence" style="background:linear-gradient(90deg,{stops})"></i></span>'
        f"<span>for pneumonia</span><small>−{end} to +{end} log-odds; the scale is fixed</small></figcaption>"
    )
