"""What the person works on: the worklist, the scan on the screen, its readings and reviews.

Holds the state and tells of its changes; the widgets show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QMimeData, QObject, Signal

from core.imaging.pyramid import Pyramid
from core.opening import Opened
from core.reading.finding import Found, Listing
from core.reading.reader import Reading
from core.settings import Settings, with_recent
from gui.opening import Opener, local_paths
from gui.preferences import Preferences
from gui.reading.readings import Readings
from gui.review.reviewing import Reviewing
from gui.viewer.display_state import DisplayState
from gui.viewer.loader import Loader
from gui.viewer.view_state import ViewState
from gui.wording import contrast_words
from gui.worklist.entry import Entry

PictureStatus = Literal["empty", "loading", "shown", "failed"]


class Session(QObject):
    """The logic of the window. Every collaborator is handed in; nothing here paints."""

    current_changed = Signal()  # another scan is the current one, or none is
    picture_changed = Signal()  # `picture_status`, `picture` or `picture_error`
    reading_changed = Signal()  # what is to be said of the current scan
    counts_changed = Signal()
    problem = Signal(object)  # an exception that concerns the person
    left_out = Signal(object)  # Listing: of what was opened, some is not on the list

    def __init__(
        self,
        preferences: Preferences,
        opener: Opener,
        readings: Readings,
        reviews: Reviewing,
        loader: Loader,
        display: DisplayState,
        view: ViewState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.worklist = readings.worklist
        self.worklist.band = preferences.now.uncertain_band
        self.preferences = preferences
        self.opener = opener
        self.readings = readings
        self.reviews = reviews
        self.display = display
        self.view = view
        self.current: Entry | None = None
        self.picture: Pyramid | None = None
        self.picture_status: PictureStatus = "empty"
        self.picture_error: BaseException | None = None
        self.reading_as_displayed: Entry | None = None  # its answer is still to come
        self._loader = loader
        self._settings = preferences.now
        self._show: Path | None = None  # the first of what was opened last, until it is on the list

        preferences.changed.connect(self._on_settings)
        opener.found.connect(self._on_found)
        opener.failed.connect(self.problem)
        loader.loaded.connect(self._on_loaded)
        loader.failed.connect(self._on_load_failed)
        readings.arrived.connect(self._on_arrived)
        readings.told.connect(self._tell)
        readings.replaced.connect(self._on_replaced)
        readings.changed.connect(self.reading_changed)
        readings.counts_changed.connect(self.counts_changed)
        readings.problem.connect(self.problem)
        readings.service.displayed.connect(self._on_displayed)
        readings.service.not_displayed.connect(self._on_not_displayed)
        reviews.changed.connect(self._on_reviewed)
        reviews.wanted.connect(self.select)
        self.worklist.rearranged.connect(self._on_rearranged)

    # What the person does

    def start(self) -> None:
        """Open the model; call it when the window is on the screen."""
        self.readings.open_model(self._settings)
        self.reading_changed.emit()

    def open(self, paths: Iterable[Path]) -> None:
        """Put these files, and the scans in these folders, on the worklist, and show the first."""
        paths = [Path(path).absolute() for path in paths]
        recent = self._settings.recent
        for path in reversed(paths):
            recent = with_recent(recent, str(path))
        self.preferences.change(recent=recent)
        self.opener.open(paths)

    def open_history(self) -> None:
        """Put every scan that was ever read on the worklist."""
        self._show = None
        self.readings.bring_history()

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
        self.worklist.pin(entry)
        if entry is None:
            self.display.clear()
            self._set_picture("empty")
        else:
            self._load(entry)
        self.current_changed.emit()
        self.reading_changed.emit()

    def _load(self, entry: Entry) -> None:
        # The picture before stays on the screen until this one is there: nothing flashes.
        self._set_picture("loading", self.picture)
        self.readings.hurry(entry)
        self._loader.load(entry.found)

    def _keep_look(self) -> None:
        """Whoever comes back to a scan finds its contrast as it was left."""
        shown = self.picture.scan.sha256 if self.picture and self.picture_status == "shown" else None
        if self.current and self.current.sha256 == shown:  # else its file is another by now
            self.current.look = self.display.display, self.view.orientation

    def step(self, by: int) -> None:
        """Go on by so many scans of those that are shown, or back, as far as the list goes."""
        shown = self.worklist.shown
        if shown:
            row = self.worklist.row_of(self.current) if self.current else -1
            row = row + by if row >= 0 else 0
            self.select(shown[min(max(row, 0), len(shown) - 1)])

    def next_unreviewed(self) -> None:
        """Go on to the next scan that the person said nothing of."""
        if entry := self.worklist.next_unreviewed(self.current):
            self.select(entry)

    def remove(self, entries: Sequence[Entry]) -> None:
        """Take scans off the list; the files stay where they are, and the store keeps what it knows."""
        gone = set(entries)
        if self.current in gone:
            # The next that stays, else the one before
            shown, row = self.worklist.shown, max(self.worklist.row_of(self.current), 0)
            left = (each for each in (*shown[row:], *reversed(shown[:row])) if each not in gone)
            self.select(next(left, None))
        self.readings.forget(gone)
        self.worklist.remove(entries)
        for entry in entries:
            self._loader.forget(entry.found)
        self.counts_changed.emit()

    def clear(self) -> None:
        """Take all scans off the list; the files stay where they are, and the store keeps what it knows."""
        self.opener.cancel()
        self.readings.forget_all()
        self.select(None)
        self._loader.forget()
        self.worklist.clear()
        self.counts_changed.emit()

    def make_way(self, clearing: bool) -> None:
        """Read nothing while the history is cleared: it would be kept after all."""
        if clearing:
            self.reading_as_displayed = None
        self.readings.service.hold(clearing)
        self.reading_changed.emit()

    def forget_history(self, reviews: bool) -> None:
        """The store was cleared: what the list says of scans goes with it, and what could be undone.

        Args:
            reviews: those too. What was said of a scan that is no longer on the list can't be undone either.
        """
        self.reviews.forget()
        self.clear()

    def read_again(self, entries: Sequence[Entry] = ()) -> None:
        """Read these, or the current scan, whatever is known of them."""
        entries = entries or ([self.current] if self.current else [])
        if entries and self.opened:
            self.readings.read_again(entries)
            self.readings.hurry(self.current)

    def read_unread(self) -> None:
        """Read all that were stopped, or came when there was no model."""
        self.readings.read_unread()

    def read_as_displayed(self) -> None:
        """Read the current scan with the contrast and orientation that it has on the screen."""
        if self.current is None or self.picture is None or not self.can_read_as_displayed:
            return
        words = contrast_words(self.display.display, self.display.grey_levels, self.view.orientation)
        self.reading_as_displayed = self.current
        self.readings.service.read_as_displayed(
            (self.current, self.current.sha256, words),
            self.picture.scan,
            self.display.display,
            self.view.orientation,
        )
        self.reading_changed.emit()

    def read_as_stored(self) -> None:
        """Go back to the reading of the scan as its file asks to be displayed."""
        if self.current and self.current.displayed:
            self.readings.drop_displayed(self.current)
            self._tell(self.current)

    def stop(self) -> None:
        """Read nothing more of what waits, and look for no more."""
        self.opener.cancel()
        self.readings.stop()

    # How things are

    @property
    def opened(self) -> Opened | None:
        return self.readings.opened

    @property
    def no_model(self) -> BaseException | None:
        return self.readings.no_model

    @property
    def threshold(self) -> float:
        """On the probability, 0..1: the person's, else the model's own."""
        return self.readings.threshold

    @property
    def reading(self) -> Reading | None:
        """That of the current scan, with its map."""
        return self.readings.whole(self.current) if self.current else None

    @property
    def is_reading(self) -> bool:
        """Scans are read or wait to be."""
        return self.readings.is_reading

    @property
    def is_busy(self) -> bool:
        """Something is still to come without the person doing anything."""
        return not self.opener.is_idle or self.readings.is_busy or self.picture_status == "loading"

    @property
    def can_read_as_displayed(self) -> bool:
        """There is a picture, and it is seen otherwise than its file asks."""
        changed = self.display.is_changed or not self.view.orientation.is_upright
        can_read = self.opened is not None and not self.readings.service.is_held
        return can_read and self.picture_status == "shown" and changed

    # What comes back

    def _on_settings(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        reader = ("model", "engine", "device", "precision")
        if any(getattr(before, name) != getattr(settings, name) for name in reader):
            self.readings.open_model(settings)
        elif before.threshold != settings.threshold:
            self.readings.judge_by(settings)
        if before.uncertain_band != settings.uncertain_band or before.threshold != settings.threshold:
            self.worklist.band = settings.uncertain_band
            self.worklist.tell_all()
            self.counts_changed.emit()
        self.reading_changed.emit()

    def _on_found(self, listing: Listing, latest: bool) -> None:
        if latest:  # what was opened since is looked at already
            self._show = listing.files[0].path
        self.readings.bring(listing.files)
        if listing.left_out or listing.hidden:
            self.left_out.emit(listing)

    def _on_arrived(self, entries: list[Entry]) -> None:
        fresh = self.worklist.add_entries(entries)
        self.readings.take_on(fresh)
        wanted, self._show = self._show, None
        if wanted is not None:
            # As the list has them: sorted, the first is another one than the first that was found
            first = min(fresh, key=self._place) if fresh else self.worklist.entry_of(entries[0].found)
            self.select(first)
        elif self.current is None and fresh:
            self.select(fresh[0])
        if self.picture_status != "loading":
            self.readings.read_later(self.current)
        self.counts_changed.emit()

    def _place(self, entry: Entry) -> int:
        row = self.worklist.row_of(entry)
        return row if row >= 0 else len(self.worklist.entries)

    def _on_loaded(self, found: Found, pyramid: Pyramid) -> None:
        if self.current is None or self.current.found != found:
            return
        is_another = self.current.sha256 != pyramid.scan.sha256
        if is_another:  # first: a look that was kept is of what the file was
            self.readings.know(self.current, pyramid.scan.sha256)
        self.display.set_scan(pyramid.scan, pyramid)
        self.view.reset()
        if self.current.look:
            display, orientation = self.current.look
            self.display.set_display(display)
            self.view.set_orientation(orientation)
        self.current.notes = pyramid.scan.notes
        self._set_picture("shown", pyramid)
        if is_another:
            self.worklist.tell(self.current)  # there may be a review of it
            self.counts_changed.emit()
        self.readings.read_later(self.current)
        self.reading_changed.emit()
        following = self.worklist.row_of(self.current) + 1
        if 0 < following < len(self.worklist.shown):
            self._loader.look_ahead(self.worklist.shown[following].found)

    def _on_load_failed(self, found: Found, error: BaseException) -> None:
        if self.current is None or self.current.found != found:
            return
        self.display.clear()
        self._set_picture("failed", error=error)
        self.readings.read_later(self.current)

    def _set_picture(
        self, status: PictureStatus, picture: Pyramid | None = None, error: BaseException | None = None
    ) -> None:
        self.picture_status, self.picture, self.picture_error = status, picture, error
        self.picture_changed.emit()

    def _on_displayed(self, what: tuple[Entry, str, str], reading: Reading) -> None:
        self.reading_as_displayed = None
        entry, sha256, words = what
        if entry.sha256 == sha256:  # else its file was changed meanwhile, and this is of what it was
            self.readings.take_displayed(entry, reading, words)
        self._tell(entry)
        self.counts_changed.emit()

    def _on_not_displayed(self, error: BaseException) -> None:
        self.reading_as_displayed = None
        self.reading_changed.emit()
        self.problem.emit(error)

    def _on_reviewed(self) -> None:
        self.reading_changed.emit()
        self.counts_changed.emit()

    def _on_rearranged(self) -> None:
        """The list may have lost the scan on the screen: one that was moved, found where it is now."""
        if self.current and self.current.counted is None:
            left = (*self.readings.with_content(self.current.sha256), *self.worklist.shown[:1])
            self.select(left[0] if left else None)

    def _tell(self, entry: Entry) -> None:
        self.worklist.tell(entry)
        if entry is self.current:
            self._follow(entry)
            self.reading_changed.emit()

    def _on_replaced(self, entry: Entry) -> None:
        if entry is not self.current:  # see `_follow`
            self._loader.forget(entry.found)

    def _follow(self, entry: Entry) -> None:
        """The file may be another by now than the one that is on the screen, or be there again."""
        shown = self.picture.scan.sha256 if self.picture and self.picture_status == "shown" else entry.sha256
        if entry.settled and (shown != entry.sha256 or self.picture_status == "failed"):
            self._loader.forget(entry.found)
            self._load(entry)
