"""Scans as pictures with the evidence on them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath

from core.errors import ScanError
from core.export.counting import Leaving, counted
from core.export.drawing import drawable, with_evidence
from core.export.item import Item, Written
from core.export.naming import Naming
from core.export.source import to_be_drawn
from core.export.staging import Stage
from core.progress import Progress
from core.reading.overlay import LONGEST_SIDE, may_be_drawn_at, png


def write_overlays(folder: Path, items: Iterable[Item], named: bool, progress: Progress) -> Written:
    """Write a PNG of each scan that was read: evidence, colour scale, reading and disclaimer burnt in.

    Args:
        folder: made where it is missing; pictures of the same names in it are replaced, where they are
            Lungfield's: it may be the folder of the scans.
        named: whether pictures are named after files, in folders like theirs; otherwise after hashes.

    Raises:
        LungfieldError: the folder cannot be written to. Cancelled: between two scans. Then nothing is left.
    """
    naming = Naming(named, lambda place: may_be_drawn_at(folder / f"{place}.png"))
    leaving = Leaving(naming)
    with Stage(folder) as stage:
        for item in counted(items, progress):
            try:
                reading = drawable(item)
                scan = to_be_drawn(item, named, LONGEST_SIDE)[1]
            except ScanError as error:
                leaving.leave(item, error)
                continue
            picture = with_evidence(scan.windowed(), item, reading)
            stage.add(PurePath(f"{naming.place(item)}.png"), png(picture))
    return leaving.written(stage)
