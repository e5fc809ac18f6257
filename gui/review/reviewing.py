"""What the person says of scans: kept in the store at once, shown on the list, and undone again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from core.reading.folder import Outcome
from core.reading.reader import ModelKey
from core.review import Review
from gui.reading.readings import Readings
from gui.review.undo import ReviewHistory
from gui.worklist.entry import Entry

#: What is reviewed before it is read is no model's.
_NO_MODEL = ModelKey("", "")


class Reviewing(QObject):
    """Changes reviews. A scan is told by its content: what is said of one file is true of its copies."""

    changed = Signal()
    wanted = Signal(object)  # Entry: what was undone is to be seen

    def __init__(self, readings: Readings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readings = readings
        self._store = readings.store
        self._said: dict[str, Review | None] | None = None  # what is being said of several scans
        self.history = ReviewHistory(parent=self)
        self.history.revisited.connect(self._on_revisited)

    def agree(self, entries: Sequence[Entry]) -> None:
        """Say of each what its reading says; nothing of those that have none."""
        self._label({each: each.settled.label for each in entries if each.settled})

    def correct(self, entries: Sequence[Entry], label: str) -> None:
        """Say NORMAL or PNEUMONIA of each."""
        self._label(dict.fromkeys(entries, label))

    def note(self, sha256: str, text: str) -> None:
        """Keep a note on a scan; what was said of it stays."""
        before = self._store.review(sha256)
        after = Review.now(before.label if before else "", text)
        entries = self._readings.with_content(sha256)
        with self._at_once():
            self.history.change(sha256, entries[0].name if entries else "", before, after, self._apply)

    def take_back(self, entries: Sequence[Entry]) -> None:
        """Say nothing of these any more."""
        known = [entry for entry in entries if entry.sha256]
        with self._at_once(), self.history.together(len(known)):
            for entry in known:
                self.history.change(entry.sha256, entry.name, entry.review, None, self._apply)

    def undo(self) -> None:
        with self._at_once():
            self.history.undo()

    def redo(self) -> None:
        with self._at_once():
            self.history.redo()

    def forget(self) -> None:
        """The store forgot reviews: there is nothing to undo."""
        self.history.clear()

    def _label(self, labels: dict[Entry, str]) -> None:
        known = {entry: label for entry, label in labels.items() if entry.sha256}
        with self._at_once(), self.history.together(len(known)):
            for entry, label in known.items():
                after = Review.now(label, entry.review.note if entry.review else "")
                read = entry.settled.label if entry.settled else ""
                self.history.change(entry.sha256, entry.name, entry.review, after, self._apply, read)

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """Whatever is said within is on the disk at its end, with one wait for it."""
        if self._said is not None:  # said in answer to what is being said
            yield
            return
        self._said = {}
        try:
            yield
        finally:
            said, self._said = self._said, None
            if said:
                self._store.set_reviews(said)
                self.changed.emit()

    def _apply(self, key: object, review: Review | None) -> None:
        sha256 = str(key)
        assert self._said is not None
        self._said[sha256] = review
        for entry in self._readings.with_content(sha256):
            entry.review = review
            self._readings.worklist.tell(entry)
            if review and entry.stored is None:
                # It was never read: where it lies is known by this alone
                size, modified = entry.found.size_and_time()
                self._store.add(
                    Outcome(entry.found, "known", sha256, size=size, modified=modified), _NO_MODEL
                )

    def _on_revisited(self, key: object) -> None:
        if entries := self._readings.with_content(str(key)):
            self.wanted.emit(entries[0])
