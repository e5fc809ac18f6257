"""What the person works on: the worklist, the scan on the screen, and the readings.

Holds the state and tells of its changes; the widgets show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QMimeData, QObject, Signal

from core.imaging.pyramid import Pyramid
from core.opening import Opened
from core.reading.folder import Found, Listing
from core.reading.reader import Reading
from core.settings import Settings, with_recent
from gui.opening import Opener, local_paths
from gui.preferences import Preferences
from gui.reading.service import ReadingService
from gui.viewer.display_state import DisplayState
from gui.viewer.loader import Loader
from gui.viewer.view_state import ViewState
from gui.wording import contrast_words
from gui.worklist.entry import Answer, Entry, ReadAsDisplayed, Status
from gui.worklist.model import WorklistModel

PictureStatus = Literal["empty", "loading", "shown", "failed"]


class Session(QObject):
    """The logic of the window. Every collaborator is handed in; nothing here paints."""

    current_changed = Signal()  # another scan is the current one, or none is
    picture_changed = Signal()  # `picture_status`, `picture` or `picture_error`
    reading_changed = Signal()  # what is to be said of the current scan
    counts_changed = Signal()
    problem = Signal(object)  # an exception that concerns the person

    def __init__(
        self,
        preferences: Preferences,
        opener: Opener,
        loader: Loader,
        service: ReadingService,
        display: DisplayState,
        view: ViewState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.worklist = WorklistModel(self)
        self.worklist.band = preferences.now.uncertain_band
        self.preferences = preferences
        self.opener = opener
        self.service = service
        self.display = display
        self.view = view
        self.current: Entry | None = None
        self.picture: Pyramid | None = None
        self.picture_status: PictureStatus = "empty"
        self.picture_error: BaseException | None = None
        self.no_model: BaseException | None = None
        self.opened: Opened | None = None
        self.is_reading_displayed = False
        self._loader = loader
        self._settings = preferences.now
        self._after_picture: list[Entry] = []  # read once the picture is on the screen
        self._unread: set[Entry] = set()

        preferences.changed.connect(self._on_settings)
        opener.found.connect(self._on_found)
        opener.failed.connect(self.problem)
        loader.loaded.connect(self._on_loaded)
        loader.failed.connect(self._on_load_failed)
        service.opened.connect(self._on_opened)
        service.unavailable.connect(self._on_unavailable)
        service.started.connect(self._on_started)
        service.finished.connect(self._on_finished)
        service.stopped.connect(self._on_stopped)
        service.broken.connect(self._on_broken)
        service.displayed.connect(self._on_displayed)
        service.not_displayed.connect(self._on_not_displayed)

    # What the person does

    def start(self) -> None:
        """Open the model; call it when the window is on the screen."""
        self.service.open(self._settings)
        self.reading_changed.emit()

    def open(self, paths: Iterable[Path]) -> None:
        """Put these files, and the scans in these folders, on the worklist, and show the first."""
        paths = [Path(path).absolute() for path in paths]
        recent = self._settings.recent
        for path in reversed(paths):
            recent = with_recent(recent, str(path))
        self.preferences.change(recent=recent)
        self.opener.open(paths)

    def take(self, mime: QMimeData) -> None:
        """Open what was dropped or lies on the clipboard: files and folders, else a picture."""
        if paths := local_paths(mime):
            self.open(paths)
        else:
            self.opener.take(mime)

    def select(self, entry: Entry | None) -> None:
        """Make `entry` the current scan."""
        if entry is self.current:
            return
        self._keep_look()
        self.current = entry
        if entry is None:
            self.display.clear()
            self._set_picture("empty")
        else:
            # The picture before stays on the screen until this one is there: nothing flashes.
            self._set_picture("loading", self.picture)
            self.service.hurry(entry.found)
            self._loader.load(entry.found)
        self.current_changed.emit()
        self.reading_changed.emit()

    def _keep_look(self) -> None:
        """Whoever comes back to a scan finds its contrast as it was left."""
        if self.current and self.picture_status == "shown":
            self.current.look = self.display.display, self.view.orientation

    def step(self, by: int) -> None:
        """Go on by so many scans, or back, as far as the list goes."""
        entries = self.worklist.entries
        if entries:
            row = self.worklist.row_of(self.current) + by if self.current else 0
            self.select(entries[min(max(row, 0), len(entries) - 1)])

    def remove(self, entry: Entry) -> None:
        """Take a scan off the list; the file stays where it is."""
        row = self.worklist.row_of(entry)
        self.service.forget(entry.found)
        self.worklist.remove(entry)
        self._unread.discard(entry)
        self._loader.forget(entry.found)
        self._after_picture = [each for each in self._after_picture if each is not entry]
        if entry is self.current:
            left = self.worklist.entries
            self.select(left[min(row, len(left) - 1)] if left else None)
        self.counts_changed.emit()

    def clear(self) -> None:
        """Take all scans off the list; the files stay where they are."""
        self.service.stop()
        self.select(None)
        self._loader.forget()
        self.worklist.clear()
        self._unread.clear()
        self.counts_changed.emit()

    def read_again(self) -> None:
        """Read the current scan, whatever is known of it."""
        if self.current and self.opened:
            self.current.displayed = None
            self._ask_for([self.current])
            self.service.hurry(self.current.found)

    def read_unread(self) -> None:
        """Read all that were stopped, or came when there was no model."""
        self._ask_for([entry for entry in self.worklist.entries if entry in self._unread])

    @property
    def has_unread(self) -> bool:
        return bool(self._unread)

    @property
    def is_reading(self) -> bool:
        """Scans are read or wait to be."""
        return self.service.is_reading or bool(self._after_picture)

    @property
    def is_busy(self) -> bool:
        """Something is still to come without the person doing anything."""
        return (
            not (self.opener.is_idle and self.service.is_idle)
            or self.picture_status == "loading"
            or bool(self._after_picture)
        )

    @property
    def can_read_as_displayed(self) -> bool:
        """There is a picture, and it is seen otherwise than its file asks."""
        changed = self.display.is_changed or not self.view.orientation.is_upright
        return self.opened is not None and self.picture_status == "shown" and changed

    def read_as_displayed(self) -> None:
        """Read the current scan with the contrast and orientation that it has on the screen."""
        if self.current is None or self.picture is None or not self.can_read_as_displayed:
            return
        words = contrast_words(self.display.display, self.display.grey_levels, self.view.orientation)
        what = (self.current, words)
        self.is_reading_displayed = True
        self.service.read_as_displayed(what, self.picture.scan, self.display.display, self.view.orientation)
        self.reading_changed.emit()

    def read_as_stored(self) -> None:
        """Go back to the reading of the scan as its file asks to be displayed."""
        if self.current and self.current.displayed:
            self.current.displayed = None
            self._tell(self.current)

    def stop(self) -> None:
        """Read nothing more of what waits."""
        self.service.stop()

    # What comes back

    def _on_settings(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        reader = ("model", "engine", "device", "precision")
        if any(getattr(before, name) != getattr(settings, name) for name in reader):
            self.opened = self.no_model = None
            self.service.open(settings)
        elif before.threshold != settings.threshold and self.opened:
            for entry in self.worklist.entries:
                entry.at(self.threshold)
        if before.uncertain_band != settings.uncertain_band or before.threshold != settings.threshold:
            self.worklist.band = settings.uncertain_band
            self.worklist.tell_all()
            self.counts_changed.emit()
        self.reading_changed.emit()

    @property
    def threshold(self) -> float:
        """On the probability, 0..1: the person's, else the model's own."""
        if self._settings.threshold is not None:
            return self._settings.threshold
        return self.opened.reader.checkpoint.threshold if self.opened else 0.5

    def _on_found(self, listing: Listing) -> None:
        fresh = self.worklist.add(listing.files)
        self._unread.update(fresh)
        asked_for = next(
            (each for each in self.worklist.entries if each.found.path == listing.files[0].path), None
        )
        self._ask_for(fresh, after_picture=True)
        self.select(fresh[0] if fresh else asked_for)
        if self.picture_status != "loading":
            self._read_what_waits()
        self.counts_changed.emit()

    def _ask_for(self, entries: list[Entry], after_picture: bool = False) -> None:
        """Have them read, if there is a model or one is coming."""
        if not self.opened and not self.service.is_opening:
            return
        self._set_statuses(entries, "waiting")
        if after_picture:
            self._after_picture += entries
        else:
            self.service.read(entry.found for entry in entries)

    def _read_what_waits(self) -> None:
        waiting, self._after_picture = self._after_picture, []
        if waiting:
            self.service.read(entry.found for entry in waiting)
            if self.current:
                self.service.hurry(self.current.found)

    def _on_loaded(self, found: Found, pyramid: Pyramid) -> None:
        if self.current is None or self.current.found != found:
            return
        self.display.set_scan(pyramid.scan, pyramid)
        self.view.reset()
        if self.current.look:
            display, orientation = self.current.look
            self.display.set_display(display)
            self.view.set_orientation(orientation)
        self.current.notes = pyramid.scan.notes
        self._set_picture("shown", pyramid)
        self._read_what_waits()
        following = self.worklist.row_of(self.current) + 1
        if following < len(self.worklist.entries):
            self._loader.look_ahead(self.worklist.entries[following].found)

    def _on_load_failed(self, found: Found, error: BaseException) -> None:
        if self.current is None or self.current.found != found:
            return
        self.display.clear()
        self._set_picture("failed", error=error)
        self._read_what_waits()

    def _set_picture(
        self, status: PictureStatus, picture: Pyramid | None = None, error: BaseException | None = None
    ) -> None:
        self.picture_status, self.picture, self.picture_error = status, picture, error
        self.picture_changed.emit()

    def _on_opened(self, opened: Opened) -> None:
        self.opened, self.no_model = opened, None
        # What another model or engine said is read again: no list mixes two models.
        words = opened.reader.engine_words
        stale = [
            each
            for each in self.worklist.entries
            if each in self._unread
            or (
                each.stored
                and (each.stored.model, each.stored.engine) != (opened.reader.checkpoint.name, words)
            )
        ]
        for entry in stale:
            entry.displayed = None
        self._ask_for(stale)
        if self.current:
            self.service.hurry(self.current.found)
        self.reading_changed.emit()

    def _on_unavailable(self, error: BaseException) -> None:
        self.opened, self.no_model = None, error
        self.reading_changed.emit()
        self.problem.emit(error)

    def _on_started(self, found: Found) -> None:
        if entry := self.worklist.entry_of(found):
            entry.status = "reading"
            self._unread.discard(entry)
            self._tell(entry)

    def _on_finished(self, answer: Answer) -> None:
        if entry := self.worklist.entry_of(answer.found):
            entry.take(answer)
            entry.at(self.threshold)
            self._tell(entry)
            self.counts_changed.emit()

    def _on_stopped(self) -> None:
        self._after_picture = []
        under_way = [each for each in self.worklist.entries if each.status in ("waiting", "reading")]
        self._set_statuses([each for each in under_way if each.stored], "ok")
        self._set_statuses([each for each in under_way if not each.stored], "unread")
        self.counts_changed.emit()

    def _on_broken(self, error: BaseException) -> None:
        self._on_stopped()
        self.problem.emit(error)

    def _on_displayed(self, what: tuple[Entry, str], reading: Reading) -> None:
        self.is_reading_displayed = False
        entry, words = what
        entry.displayed = ReadAsDisplayed(reading.at(self.threshold), words)
        self._tell(entry)
        self.counts_changed.emit()

    def _on_not_displayed(self, error: BaseException) -> None:
        self.is_reading_displayed = False
        self.reading_changed.emit()
        self.problem.emit(error)

    def _set_statuses(self, entries: list[Entry], status: Status) -> None:
        for entry in entries:
            entry.status = status
        if status == "unread":
            self._unread.update(entries)
        else:
            self._unread.difference_update(entries)
        # A signal for each of many thousands would hold the window
        self.worklist.tell_all()
        if self.current in entries:
            self.reading_changed.emit()

    def _tell(self, entry: Entry) -> None:
        self.worklist.tell(entry)
        if entry is self.current:
            self.reading_changed.emit()
