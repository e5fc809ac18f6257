"""The scans of an export, as they were when it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from core.export.item import Item
from core.reading.finding import Found
from core.reading.reader import ModelKey, Reading
from core.review import Review
from core.store.store import Store
from gui.export.request import Kind, needs_reading
from gui.worklist.entry import Entry, ReadAsDisplayed, Status


class StoredItems:
    """Items that are whole when they are asked for: their maps come from the store, one at a time.

    Made in the GUI thread, where entries change; used in a lane, where the store may take its time. May be
    gone through more than once.

    Args:
        entries: in the order they are to be exported.
        kind: of export; where that shows no evidence, no maps are fetched.
        model: whose readings the entries have; None where no model is open.
        metrics: what that was measured to do, as `Checkpoint.metrics`.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        kind: Kind,
        store: Store,
        model: ModelKey | None,
        metrics: Any = None,
    ) -> None:
        # No Items yet: making those of 100,000 scans would hold the window for most of a second
        self._entries = [
            (each.found, each.sha256, each.status, each.reason, each.settled, each.displayed, each.review)
            for each in entries
        ]
        self._store = store
        self._fingerprint = model.fingerprint if model else ""
        self._metrics = metrics
        self._model = model if needs_reading(kind) else None

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Item]:
        return (self._item(*each) for each in self._entries)

    def _item(
        self,
        found: Found,
        sha256: str,
        status: Status,
        reason: str,
        reading: Reading | None,
        displayed: ReadAsDisplayed | None,
        review: Review | None,
    ) -> Item:
        as_displayed = ""
        if status in ("waiting", "reading"):
            status, reason = "unread", ""
        if reading is not None and displayed:
            as_displayed = displayed.description
            status = "ok" if reading.verdict.accepted else "rejected"
            reason = "; ".join(reading.verdict.reasons)
        if reading is None:
            return Item(found, sha256, status, reason, None, review, as_displayed)
        whole = self._with_map(sha256, reading, bool(as_displayed))
        by, metrics = self._fingerprint, self._metrics
        return Item(found, sha256, status, reason, whole, review, as_displayed, by, metrics)

    def _with_map(self, sha256: str, reading: Reading, as_displayed: bool) -> Reading:
        """Where one is needed and the store has it."""
        if self._model is None or reading.has_map:
            return reading
        if as_displayed:
            kept, _ = self._store.displayed(sha256, self._model) or (None, "")
        else:
            kept = self._store.reading(sha256, self._model)
        # The threshold is the one in use, which may not be the one that the store knows
        return replace(reading, heatmap=kept.heatmap) if kept else reading
