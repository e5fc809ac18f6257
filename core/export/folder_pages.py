"""The report of many scans: counts, agreement with reviews, the spread of probabilities, and a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from core.export.counting import counted
from core.export.item import Item
from core.export.letters import BOLD, REGULAR, lines_of, shortened
from core.export.naming import Naming
from core.export.pdf import INK, LABELS, LEFT, MUTED, RIGHT, WARNING, Pages
from core.progress import Progress
from core.review import Agreement

_BINS = 20
_CHART = 130.0  # height in points

#: Left edges of the columns, and what stands above them.
_NUMBER, _SCAN, _LABEL, _PROBABILITY, _STATUS, _REVIEW = 72.0, 80.0, 285.0, 398.0, 410.0, 468.0
_HEADS = (
    (_SCAN, "Scan", False),
    (_LABEL, "Label", False),
    (_PROBABILITY, "Pneumonia", True),
    (_STATUS, "Status", False),
    (_REVIEW, "Review", False),
)
_STATUS_COLOURS = {"ok": INK, "rejected": WARNING, "failed": WARNING, "unread": MUTED}
_ROW, _MORE = 15.0, 9.5  # heights in points of a row, and of each line of words below it
_MOST_LINES = 3


def draw_summary(pages: Pages, items: Sequence[Item]) -> None:
    """A page of numbers and the chart."""
    read = [item for item in items if item.reading]
    _draw_models(pages, read)
    pages.heading("Scans")
    statuses = Counter(item.status for item in items)
    labels = Counter(item.label for item in read if item.status == "ok")
    _draw_numbers(
        pages,
        [
            ("Scans", str(len(items))),
            ("Read and accepted by the gate", str(statuses["ok"])),
            ("    of these PNEUMONIA", _share(labels["PNEUMONIA"], statuses["ok"])),
            ("    of these NORMAL", _share(labels["NORMAL"], statuses["ok"])),
            ("Rejected by the gate", str(statuses["rejected"])),
            ("Could not be read", str(statuses["failed"])),
            *([("Not read yet", str(statuses["unread"]))] if statuses["unread"] else []),
        ],
    )
    _draw_agreement(pages, items)
    pages.heading("Probability of pneumonia", _CHART + 40)
    _draw_chart(pages, read)


def draw_table(pages: Pages, items: Iterable[Item], naming: Naming, progress: Progress) -> None:
    """A row a scan, over as many pages as that takes; the head of the table is repeated."""
    pages.turn()
    _draw_head(pages)
    for number, item in enumerate(counted(items, progress), start=1):
        words = [
            (line, colour)
            for text, colour in _words_below(item, naming)
            for line in lines_of(text, 7, RIGHT - _SCAN, _MOST_LINES)
        ]
        if not pages.room_for(_ROW + _MORE * len(words)):
            _draw_head(pages)
        _draw_row(pages, number, item, naming)
        for line, colour in words:
            pages.text(_SCAN, pages.y - 6, line, size=7, colour=colour)
            pages.y -= _MORE
        pages.rule(pages.y - 1.5)
        pages.y -= 1.5


def _draw_models(pages: Pages, read: Sequence[Item]) -> None:
    made = Counter((i.reading.model, i.reading.engine, i.reading.threshold) for i in read if i.reading)
    for (model, engine, threshold), count in made.most_common(3):
        line = f"{model} · {engine} · operating point {threshold:.3f}"
        line = line if len(made) == 1 else f"{count} × {line}"
        pages.text(LEFT, pages.y, shortened(line, 9, RIGHT - LEFT), colour=MUTED)
        pages.y -= 13
    if len(made) > 3:
        pages.text(LEFT, pages.y, f"and {len(made) - 3} other models, engines or points", colour=MUTED)
        pages.y -= 13


def _draw_agreement(pages: Pages, items: Sequence[Item]) -> None:
    reviews = [item for item in items if item.review]
    agreement = Agreement.of((item.label, item.reviewed) for item in items)
    pages.heading("Readings against reviews")
    if not reviews:
        pages.paragraph("None of these scans was reviewed.", colour=MUTED)
        return
    labelled = sum(bool(item.reviewed) for item in items)
    _draw_numbers(
        pages,
        [
            ("Reviewed with a label", str(labelled)),
            ("    of these PNEUMONIA", str(sum(item.reviewed == "PNEUMONIA" for item in items))),
            ("    of these NORMAL", str(sum(item.reviewed == "NORMAL" for item in items))),
            ("Readings that agree", _of(agreement.agreed, agreement.reviewed)),
            ("Sensitivity", _of(agreement.tp, agreement.positives)),
            ("Specificity", _of(agreement.tn, agreement.negatives)),
        ],
    )
    pages.paragraph(
        "Reviews are taken for the truth, and PNEUMONIA is positive. Rejected scans count like the rest. In "
        "brackets: 95% interval (Wilson).",
        size=7.5,
        colour=MUTED,
    )


def _draw_numbers(pages: Pages, rows: Sequence[tuple[str, str]]) -> None:
    pages.y -= 4
    for name, value in rows:
        pages.room_for(15)
        pages.y -= 13
        pages.text(LEFT, pages.y, name)
        pages.text(LEFT + 210, pages.y, value)
        pages.rule(pages.y - 4, right=LEFT + 380)
        pages.y -= 2
    pages.y -= 6


def _draw_chart(pages: Pages, read: Sequence[Item]) -> None:
    """How many scans have which probability: accepted ones by label, rejected ones in grey on top."""
    if not read:
        pages.paragraph("No scan was read.", colour=MUTED)
        return
    kinds = (*LABELS.items(), ("rejected", MUTED))
    by_kind: dict[str, list[float]] = {name: [] for name, _ in kinds}
    for item in read:
        assert item.reading
        by_kind[item.label if item.reading.verdict.accepted else "rejected"].append(item.reading.probability)
    counts = {name: np.histogram(values, _BINS, (0.0, 1.0))[0] for name, values in by_kind.items()}
    most = int(np.sum(list(counts.values()), axis=0).max())
    left, bottom, top = LEFT + 34, pages.y - _CHART, pages.y - 14
    across, step = (RIGHT - left) / _BINS, (top - bottom) / most
    for share in (0, most) if most < 4 else (0, most // 2, most):
        pages.rule(bottom + share * step, left=left)
        pages.text(left - 6, bottom + share * step - 3, str(share), size=7.5, colour=MUTED, right=True)
    base = np.zeros(_BINS)
    for name, colour in kinds:
        for place, count in enumerate(counts[name].tolist()):
            if count:
                pages.box(
                    left + place * across + 1, bottom + base[place] * step, across - 2, count * step, colour
                )
        base += counts[name]
    thresholds = sorted({item.reading.threshold for item in read if item.reading})
    for threshold in thresholds[:3]:
        at = left + threshold * (RIGHT - left)
        pages.mark(at, bottom - 4, top + 4)
    for tenth in range(0, 11, 2):
        at = left + tenth / 10 * (RIGHT - left)
        pages.text(at + 5, bottom - 14, f"{tenth / 10:g}", size=7.5, colour=MUTED, right=True)
    pages.y = bottom - 30
    x = left
    for name, colour in kinds:
        pages.box(x, pages.y, 7, 7, colour)
        pages.text(x + 11, pages.y, f"{name} {len(by_kind[name])}", size=7.5, colour=MUTED)
        x += 100
    pages.mark(x + 3, pages.y - 1, pages.y + 8)
    pages.text(x + 11, pages.y, "operating point", size=7.5, colour=MUTED)
    pages.y -= 10


def _draw_head(pages: Pages) -> None:
    pages.y -= 10
    pages.text(_NUMBER, pages.y, "No.", size=8, font=BOLD, right=True)
    for x, words, right in _HEADS:
        pages.text(x, pages.y, words, size=8, font=BOLD, right=right)
    pages.rule(pages.y - 4, MUTED)
    pages.y -= 6


def _draw_row(pages: Pages, number: int, item: Item, naming: Naming) -> None:
    y = pages.y - 10
    pages.text(_NUMBER, y, str(number), size=8, colour=MUTED, right=True)
    pages.text(_SCAN, y, shortened(naming.name(item), 8, _LABEL - _SCAN - 8), size=8)
    if item.reading:
        pages.text(_LABEL, y, item.label, size=8, colour=LABELS[item.label])
        pages.text(_PROBABILITY, y, f"{item.reading.probability:.3f}", size=8, right=True)
    pages.text(_STATUS, y, item.status, size=8, colour=_STATUS_COLOURS[item.status])
    if item.reviewed:
        differs = bool(item.label) and item.label != item.reviewed
        pages.text(_REVIEW, y, item.reviewed, size=8, font=BOLD if differs else REGULAR)
    pages.y -= _ROW - 1


def _words_below(item: Item, naming: Naming) -> list[tuple[str, str]]:
    reason, note = naming.reason(item), naming.note(item)
    displayed = f"Read as displayed: {item.as_displayed}" if item.as_displayed else ""
    words = [(reason, WARNING), (displayed, MUTED), (f"Note: {note}" if note else "", MUTED)]
    return [(text, colour) for text, colour in words if text]


def _share(count: int, of: int) -> str:
    return f"{count}  ({count / of:.0%})" if of else str(count)


def _of(count: int, of: int) -> str:
    """A fraction with its value and the 95% interval of it by Wilson's score (1927)."""
    if not of:
        return "–"
    z = 1.959964
    share, spread = count / of, z * (count / of * (1 - count / of) / of + z * z / (4 * of * of)) ** 0.5
    low, high = ((share + z * z / (2 * of) + sign * spread) / (1 + z * z / of) for sign in (-1, 1))
    return f"{count}/{of} = {share:.3f}  ({max(low, 0):.2f} to {min(high, 1):.2f})"
