"""What is known, read, waiting and not read of the scans on the worklist, and the model that reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.opening import Opened
from core.reading.finding import Found
from core.reading.reader import ModelKey, Reading
from core.settings import Settings
from core.store.known import Known
from core.store.store import Store
from gui.reading.service import ReadingService
from gui.recall import Recall, remember
from gui.worklist.contents import Contents
from gui.worklist.entry import Answer, Entry, ReadAsDisplayed, Status
from gui.worklist.model import WorklistModel


class Readings(QObject):
    """Has files looked up in the store and read by the service, and writes what comes of it into the entries.

    Attributes:
        opened: the model that reads; None while it is opened, or where none can be.
        no_model: why there is none.
        model: whose readings the entries have: that of before, while another is opened.
    """

    arrived = Signal(object)  # list of Entry, as they were found: some may be on the list already
    told = Signal(object)  # Entry: something of it changed
    changed = Signal()  # the model, or many entries
    counts_changed = Signal()
    stopped = Signal()  # what was waiting is not read after all
    cut_short = Signal(int)  # so many files of what was opened do not come to the list
    problem = Signal(object)  # an exception that concerns the person
    thumbnail = Signal(object, object)  # Found, uint8 [h, w]; None where it could not be decoded
    replaced = Signal(object)  # Entry: its file is another than the one that was known

    def __init__(
        self,
        worklist: WorklistModel,
        settings: Settings,
        recall: Recall,
        service: ReadingService,
        store: Store,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.worklist = worklist
        self.recall = recall
        self.service = service
        self.store = store
        self.opened: Opened | None = None
        self.no_model: BaseException | None = None
        self.model: ModelKey | None = None
        self._settings = settings
        self._own_threshold = 0.5  # of the model whose readings the entries have
        self._later: list[Entry] = []  # to be read when the picture is on the screen
        self._unread: set[Entry] = set()
        self._is_behind = False  # what arrives was asked for when another model read, or none
        self._contents = Contents()
        self._whole: tuple[Reading, Reading] | None = None  # see `whole`
        recall.arrived.connect(self._on_arrived)
        recall.recalled.connect(self._on_recalled)
        recall.failed.connect(self.problem)
        recall.idle.connect(self._on_all_arrived)
        service.opened.connect(self._on_opened)
        service.unavailable.connect(self._on_unavailable)
        service.started.connect(self._on_started)
        service.finished.connect(self._on_finished)
        service.stopped.connect(self._on_stopped)
        service.broken.connect(self._on_broken)

    @property
    def has_unread(self) -> bool:
        return bool(self._unread)

    @property
    def is_reading(self) -> bool:
        """Scans are read or wait to be."""
        return self.service.is_reading or bool(self._later)

    @property
    def is_busy(self) -> bool:
        return not (self.recall.is_idle and self.service.is_idle) or bool(self._later)

    @property
    def threshold(self) -> float:
        """What all readings on the list are judged by, on the probability, 0..1.

        The person's, else the own one of the model that made them: that of before, while another is opened.
        """
        return self._own_threshold if self._settings.threshold is None else self._settings.threshold

    def whole(self, entry: Entry) -> Reading | None:
        """An entry's reading with its map, which is fetched from the store."""
        small = entry.reading
        if small is None or small.has_map or self.model is None:
            return small
        if self._whole is None or self._whole[0] is not small:
            displayed = self.store.displayed(entry.sha256, self.model) if entry.displayed else None
            kept = displayed[0] if displayed else self.store.reading(entry.sha256, self.model)
            self._whole = small, replace(small, heatmap=kept.heatmap) if kept else small
        return self._whole[1]

    # What is asked of it

    def open_model(self, settings: Settings) -> None:
        """Read with what these settings say from now on."""
        self.judge_by(settings)
        self.opened = self.no_model = None
        self.service.open(settings)

    def judge_by(self, settings: Settings) -> None:
        """Take the threshold of these settings."""
        self._settings = settings
        for entry in self.worklist.entries:
            entry.at(self.threshold)

    def bring(self, founds: Sequence[Found]) -> None:
        """Put these files on the list, as soon as it is known what the store says of them."""
        self.recall.bring(founds, self.model)

    def bring_history(self) -> None:
        """Put every scan that was ever read on the list."""
        self.recall.bring_all(self.model)

    def take_on(self, fresh: Sequence[Entry]) -> None:
        """These came to the list. Those that are not known are read, but not before `read_later`."""
        for entry in fresh:
            if entry.sha256:
                self._contents.put(entry)
        if self._is_behind and self.opened:
            self._look_up(fresh)
            return
        unread = [entry for entry in fresh if entry.stored is None]
        if self.opened:
            self._later += unread
        if self.opened or self.service.is_opening:
            self._set_statuses(unread, "waiting")
        if not self.opened:
            self._unread.update(unread)  # asked for when there is a model

    def read_later(self, current: Entry | None) -> None:
        """The picture is there: now the processor is free to read."""
        waiting, self._later = self._later, []
        if waiting:
            self.service.read(entry.found for entry in waiting)
            self.hurry(current)

    def read_again(self, entries: Sequence[Entry]) -> None:
        """Read these whatever is known of them."""
        for entry in entries:
            if entry.displayed:
                self.drop_displayed(entry)
        self._ask_for(entries, afresh=True)

    def read_unread(self) -> None:
        """Read all that were stopped, or came when there was no model."""
        self._ask_for([entry for entry in self.worklist.entries if entry in self._unread])

    def hurry(self, current: Entry | None) -> None:
        """Read the one that is looked at next, if it waits."""
        if current:
            self.service.hurry(current.found)

    def stop(self) -> None:
        """Read nothing more of what waits."""
        if left := self.recall.cancel():
            self.cut_short.emit(left)
        self.service.stop()

    def forget(self, entries: Iterable[Entry]) -> None:
        """These are no longer on the list."""
        gone = set(entries)
        self.service.forget(entry.found for entry in gone)
        self._unread -= gone
        self._later = [each for each in self._later if each not in gone]
        for entry in gone:
            self._contents.drop(entry)

    def forget_all(self) -> None:
        """The list is empty."""
        self.recall.cancel()
        self.service.stop()
        self._unread.clear()
        self._contents.clear()
        self._whole = None

    def know(self, entry: Entry, sha256: str) -> None:
        """The content of an entry's file is known now: so is what was said of it, wherever it lay."""
        if not sha256:
            return
        if entry.sha256 != sha256:
            self._contents.drop(entry)
            stood = entry.settled
            # The file was changed, and these are of what it was, also while it is being read anew
            entry.stored = entry.displayed = entry.look = None
            if stood:
                self._set_statuses([entry], "unread")
                self._ask_for([entry])
            was_known = bool(entry.sha256)
            entry.sha256, entry.review = sha256, None
            if was_known:
                self.replaced.emit(entry)
        if entry.review is None:
            entry.review = self.store.review(sha256)
        self._contents.put(entry)
        for same in self.with_content(sha256):
            if same is not entry and same.found.content is None and _is_gone(same.found.path):
                # It was moved to where this one is
                self.forget([same])
                self.worklist.remove([same])

    def with_content(self, sha256: str) -> list[Entry]:
        """The entries of files with this content."""
        return self._contents.of(sha256)

    def take_displayed(self, entry: Entry, reading: Reading, words: str) -> None:
        """A reading of the scan as it was displayed came: it stands before the other."""
        entry.displayed = ReadAsDisplayed(reading.at(self.threshold), words)
        if entry.sha256 and self.model:
            self.store.add_displayed(entry.sha256, reading, self.model, words)

    def drop_displayed(self, entry: Entry) -> None:
        """Go back to the reading of the scan as its file asks to be displayed."""
        entry.displayed = None
        if entry.sha256 and self.model:
            self.store.remove_displayed(entry.sha256, self.model)

    # What comes back

    def _on_arrived(self, entries: list[Entry]) -> None:
        for entry in entries:
            entry.at(self.threshold)
        self.arrived.emit(entries)
        self._compare(entries)

    def _compare(self, arrived: Sequence[Entry]) -> None:
        """Files that were opened again are read again where they were changed, or failed before."""
        listed = ((self.worklist.entry_of(each.found), each) for each in arrived)
        self._ask_for(
            [
                entry
                for entry, each in listed
                if entry is not None
                and entry is not each
                and (entry.status == "failed" or (entry.settled and entry.sha256 != each.sha256))
            ]
        )

    def _on_opened(self, opened: Opened) -> None:
        self.opened, self.no_model = opened, None
        before, self.model = self.model, opened.reader.key
        self._own_threshold = opened.reader.checkpoint.threshold
        if before == self.model:  # its readings stand, but its operating point may be another
            self.judge_by(self._settings)
            self.worklist.tell_all()
            self.counts_changed.emit()
        # What another model said is looked up, or read anew: no list mixes two models
        self._is_behind = self._is_behind or (before != self.model and not self.recall.is_idle)
        self._look_up(list(self.worklist.entries if before != self.model else self._unread))
        self.changed.emit()

    def _on_all_arrived(self) -> None:
        self._is_behind = False

    def _look_up(self, entries: Sequence[Entry]) -> None:
        """Have these say what the store knows of them by the model that reads now; the others are read."""
        if not entries or self.model is None:
            return
        for entry in entries:
            entry.stored = entry.displayed = None  # else it would stand again where reading is stopped
        self._set_statuses(entries, "waiting")
        self.recall.again(entries, self.model)

    def _on_recalled(self, pairs: list[tuple[Entry, Known | None]]) -> None:
        unknown = []
        for entry, known in pairs:
            if self.worklist.entry_of(entry.found) is not entry:
                continue  # it was taken off the list meanwhile
            entry.displayed = None
            if known and known.reading:
                self._contents.drop(entry)
                remember(entry, known)
                entry.at(self.threshold)
                self._contents.put(entry)
                self.told.emit(entry)
            else:
                unknown.append(entry)
        self._ask_for(unknown)
        self.changed.emit()
        self.counts_changed.emit()

    def _on_unavailable(self, error: BaseException) -> None:
        self.opened, self.no_model = None, error
        self.changed.emit()
        self.problem.emit(error)

    def _on_started(self, found: Found) -> None:
        if entry := self.worklist.entry_of(found):
            entry.status = "reading"
            self._unread.discard(entry)
            self.told.emit(entry)

    def _on_finished(self, answer: Answer) -> None:
        if entry := self.worklist.entry_of(answer.found):
            self.know(entry, answer.sha256)
            entry.take(answer)
            if answer.reading and answer.thumbnail is None:
                self._remember(entry)
            entry.at(self.threshold)
            self.told.emit(entry)
            self.counts_changed.emit()
        if answer.thumbnail is not None or answer.status == "failed":
            self.thumbnail.emit(answer.found, answer.thumbnail)

    def _remember(self, entry: Entry) -> None:
        """It was not read, but known by its content: so is all that belongs to that."""
        known = self.store.known(entry.sha256, self.model)
        if known:
            remember(entry, known)

    def _on_stopped(self) -> None:
        self._later = []
        under_way = [each for each in self.worklist.entries if each.status in ("waiting", "reading")]
        for entry in under_way:
            if entry.stored:
                entry.status = "ok" if entry.stored.verdict.accepted else "rejected"
            else:
                entry.status = "unread"
                self._unread.add(entry)
        self._tell_many(under_way)
        self.counts_changed.emit()
        self.stopped.emit()

    def _on_broken(self, error: BaseException) -> None:
        self._on_stopped()
        self.problem.emit(error)

    def _ask_for(self, entries: Sequence[Entry], afresh: bool = False) -> None:
        if entries and self.opened:
            self._set_statuses(entries, "waiting")
            self.service.read((entry.found for entry in entries), afresh)

    def _set_statuses(self, entries: Sequence[Entry], status: Status) -> None:
        for entry in entries:
            entry.status = status
        if status == "unread":
            self._unread.update(entries)
        else:
            self._unread.difference_update(entries)
        self._tell_many(entries)

    def _tell_many(self, entries: Sequence[Entry]) -> None:
        if entries:
            # A signal for each of many thousands would hold the window
            self.worklist.tell_all()
            self.changed.emit()


def _is_gone(path: Path) -> bool:
    """Whether there surely is no such file; one in a folder that may not be looked into may be there."""
    try:
        return not path.exists()
    except OSError:
        return False
