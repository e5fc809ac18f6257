"""Going through the scans of an export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import length_hint

from core.errors import ScanError
from core.export.item import Item, LeftOut, Written
from core.export.naming import Naming
from core.export.staging import Stage
from core.progress import Progress


def counted(items: Iterable[Item], progress: Progress) -> Iterator[Item]:
    """The items, one after the other; `progress` is asked before each and told after it.

    Raises:
        Cancelled: before an item.
    """
    total = length_hint(items)
    for done, item in enumerate(items, start=1):
        progress.check()
        yield item
        progress.report(done / max(done, total), f"{done} of {total}" if total else str(done))
    progress.check()


class Leaving:
    """The scans that an export leaves out, with why."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._left_out: list[LeftOut] = []

    def leave(self, item: Item, why: ScanError | str) -> None:
        self._left_out.append(LeftOut(self._naming.name(item), self._naming.reason(item, str(why))))

    def written(self, stage: Stage, counts: dict[str, int] | None = None) -> Written:
        return Written(stage.files, tuple(self._left_out), counts or {})
