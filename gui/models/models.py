"""The models at hand, as everything in the window sees them; what is done to them is done on a lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.model import checkpoint, library
from core.model.checkpoint import OperatingPoint
from core.model.library import Activation
from core.progress import Progress
from core.settings import Settings
from gui.jobs import Job, Lane
from gui.models import doing
from gui.models.doing import Word
from gui.models.shelf import Looker, Model, Shelf
from gui.preferences import Preferences


@dataclass(frozen=True)
class _Done:
    """What an action came to: what is to be told of it, and the library afterwards."""

    told: tuple[Word, ...]
    shelf: Shelf


class Models(QObject):
    """Holds what is in the library. Empty until the first `refresh` was answered.

    Args:
        lane: the thread on which files are read and written.
        preferences: may name the model that reads; without them it is always the active one.
    """

    changed = Signal()  # `entries`, `reading`, `before` or `history`
    busy_changed = Signal()
    activated = Signal(str)  # this model reads by default from now on
    renamed = Signal(str, str)  # from, to
    removed = Signal(str, str)  # which, and which one is active now
    added = Signal(str)  # imported, copied or kept
    exported = Signal(str, object)  # which, and the Path
    points_set = Signal(str)  # other operating points are stored in this one
    points_not_set = Signal(str, object)  # name and the exception
    examined = Signal(object)  # library.Candidate: it may be taken in
    refused = Signal(object, object)  # Path, and the exception that says why it may not
    detailed = Signal(str, object)  # name and its whole Checkpoint
    not_detailed = Signal(str, object)  # name and the exception
    failed = Signal(object)  # the exception of anything else that was asked for

    def __init__(
        self, lane: Lane, preferences: Preferences | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._lane = lane
        self._preferences = preferences
        self._entries: tuple[Model, ...] = ()
        self._shelf = Shelf()
        self._looker = Looker()  # used on the lane alone
        self._under_way: set[Job] = set()
        if preferences is not None:
            preferences.changed.connect(self._on_settings)

    # What there is

    @property
    def entries(self) -> tuple[Model, ...]:
        """The bundled ones first, then one's own by name."""
        return self._entries

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(model.name for model in self.entries)

    @property
    def active(self) -> str:
        """The name of the model that reads by default; empty before the first answer."""
        return next((model.name for model in self._shelf.models if model.active), "")

    @property
    def reading(self) -> str:
        """What reads now, as `core.model.library.find` takes it: the model that the settings name, or the
        active one; empty before the first answer."""
        chosen = self._preferences.now.model if self._preferences else ""
        return chosen or self.active

    @property
    def before(self) -> str:
        """The model that `roll_back` goes back to; empty for none."""
        return self._shelf.before

    @property
    def history(self) -> tuple[Activation, ...]:
        return self._shelf.history

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked for is still being done."""
        return bool(self._under_way)

    def get(self, name: str) -> Model | None:
        return next((model for model in self.entries if model.name == name), None)

    # What is asked for

    def refresh(self) -> None:
        """Look what is there now: another window, or a command line, may have changed it."""
        if self._lane.is_closed:
            return
        job = self._lane.start(self._look, place="models")
        job.succeeded.connect(self._take)
        job.failed.connect(self.failed)

    def activate(self, name: str) -> None:
        self._do(partial(doing.activate, name))

    def roll_back(self) -> None:
        """Make the model active that was so before."""
        self._do(doing.roll_back)

    def rename(self, name: str, new_name: str) -> None:
        self._do(partial(doing.rename, name, new_name))

    def set_note(self, name: str, note: str) -> None:
        self._do(partial(doing.set_note, name, note))

    def set_operating_points(
        self, name: str, points: Sequence[OperatingPoint], fingerprint: str = ""
    ) -> None:
        """Store thresholds in one's own model: `points_set` or `points_not_set`.

        Args:
            fingerprint: of the model that they were measured on: another is left as it is.
        """
        self._do(
            partial(doing.set_operating_points, name, tuple(points), fingerprint),
            partial(self._on_points_failed, name),
        )

    def copy(self, name: str, new_name: str) -> None:
        self._do(partial(doing.copy, name, new_name))

    def keep(self, path: Path, name: str, note: str = "", activate: bool = False) -> None:
        """Take a model that was just trained into the library, and make it the active one where wanted."""
        self._do(partial(doing.keep, path, name, note, activate))

    def remove(self, name: str) -> None:
        self._do(partial(doing.remove, name))

    def export(self, name: str, target: Path) -> None:
        """To a file that may be there already: who chose it was asked."""
        self._do(partial(doing.export, name, target))

    def examine(self, path: Path) -> None:
        """Check a file that may be taken in: `examined` or `refused`."""
        job = self._start(partial(_examined, path))
        job.succeeded.connect(self._on_examined)

    def take_in(self, path: Path, name: str, note: str) -> None:
        """Import a file; it is checked once more."""
        self._do(partial(doing.keep, path, name, note, False))

    def detail(self, name: str) -> None:
        """Read a whole model, for its card: `detailed` or `not_detailed`. A newer question supersedes it."""
        model = self.get(name)
        if model:
            job = self._lane.start(partial(_loaded, name, model.path), place="model card")
            job.succeeded.connect(self._on_loaded)

    # How it is done

    def _do(
        self,
        action: Callable[[], tuple[Word, ...]],
        on_failed: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Do something on the lane; then the library is looked at anew, and what the action says is told."""
        job = self._start(partial(self._acted, action))
        job.succeeded.connect(self._on_done)
        job.failed.connect(on_failed or self._on_failed)

    def _start(self, work: Callable[[Any], Any]) -> Job:
        job = self._lane.start(work)
        self._under_way.add(job)
        job.ended.connect(self._on_ended)
        if len(self._under_way) == 1:
            self.busy_changed.emit()
        return job

    def _acted(self, action: Callable[[], tuple[Word, ...]], progress: Progress) -> _Done:
        """In the lane's thread."""
        return _Done(action(), self._look(progress))

    def _look(self, progress: Progress) -> Shelf:
        """In the lane's thread."""
        return self._looker.look()

    def _take(self, shelf: Shelf) -> None:
        if shelf != self._shelf:
            self._shelf = shelf
            self._entries = self._marked()
            self.changed.emit()

    def _marked(self) -> tuple[Model, ...]:
        """The models, with the one that reads marked."""
        reading = self.reading
        return tuple(replace(model, reads=model.name == reading) for model in self._shelf.models)

    def _on_settings(self, _: Settings) -> None:
        marked = self._marked()
        if marked != self._entries:
            self._entries = marked
            self.changed.emit()

    def _on_done(self, done: _Done) -> None:
        self._take(done.shelf)
        for signal, *said in done.told:
            getattr(self, signal).emit(*said)

    def _on_failed(self, error: BaseException) -> None:
        self.refresh()  # what was asked for may not be there any more
        self.failed.emit(error)

    def _on_points_failed(self, name: str, error: BaseException) -> None:
        self.refresh()
        self.points_not_set.emit(name, error)

    def _on_examined(self, found: tuple[Path, Any]) -> None:
        path, said = found
        if isinstance(said, BaseException):
            self.refused.emit(path, said)
        else:
            self.examined.emit(said)

    def _on_loaded(self, found: tuple[str, Any]) -> None:
        name, said = found
        if isinstance(said, BaseException):
            self.not_detailed.emit(name, said)
        else:
            self.detailed.emit(name, said)

    def _on_ended(self, job: Job) -> None:
        self._under_way.discard(job)
        if not self._under_way:
            self.busy_changed.emit()


def _examined(path: Path, progress: Progress) -> tuple[Path, Any]:
    try:
        return path, library.examine(path)
    except Exception as error:  # which of them it is, whoever is told decides
        return path, error


def _loaded(name: str, path: Path, progress: Progress) -> tuple[str, Any]:
    try:
        return name, checkpoint.load(path)
    except Exception as error:
        return name, error
