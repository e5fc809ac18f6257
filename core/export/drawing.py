"""A scan and its reading as a picture that may leave: at a size to look at, with words and disclaimer."""

from __future__ import annotations

from core.errors import ScanError
from core.export.item import Item
from core.imaging.scan import Pixels
from core.reading.framed import Picture
from core.reading.overlay import burnt_in, to_look_at
from core.reading.reader import Reading


def drawable(item: Item) -> Reading:
    """The item's reading, with its heatmap.

    Raises:
        ScanError: there is none.
    """
    name = item.found.path.name
    if item.status == "failed":
        raise ScanError(item.reason or f"{name} could not be read")
    if item.reading is None:
        raise ScanError(f"{name} was not read")
    if not item.reading.has_map:
        raise ScanError(f"the evidence for {name} was not kept", "read it again")
    return item.reading


def with_evidence(pixels: Pixels, item: Item, reading: Reading) -> Picture:
    """The windowed scan float32 [H, W] with evidence, colour scale and words: uint8 [H', W', 3]."""
    return burnt_in(to_look_at(pixels), reading.heatmap, captions(item, reading))


def captions(item: Item, reading: Reading) -> list[str]:
    """What is written below: the gate's word first where it rejects, then the reading, and what made it."""
    lines = [f"{reading.label}  ·  probability of pneumonia {reading.probability:.3f}", reading.model]
    if item.as_displayed:
        lines.append(f"read as displayed: {item.as_displayed}")
    if not reading.verdict.accepted:
        lines.insert(0, "REJECTED: " + "; ".join(reading.verdict.reasons))
    return lines
