"""What the person said of scans, step by step, to be undone and done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from PySide6.QtCore import QCoreApplication, QLocale, QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.review import Review

translate = QCoreApplication.translate

#: Gives a scan, by its key, a review or none.
Apply = Callable[[object, Review | None], None]
Kind = Literal["agreement", "correction", "label", "note", "taking back"]

#: Steps that are kept.
_MOST = 500

#: Seconds: pauses in typing that are shorter do not make a note several steps.
_ONE_NOTE = 15.0

#: A name of a file is no longer than this in a menu.
_LONGEST_NAME = 40


class ReviewHistory(QObject):
    """The steps, and how far one has gone back.

    Args:
        clock: seconds; only differences count.
    """

    changed = Signal()  # what can be undone or done again
    revisited = Signal(object)  # the key of the scan that was changed by undoing or doing again

    def __init__(self, clock: Callable[[], float] = time.monotonic, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._stack = QUndoStack(self)
        self._stack.setUndoLimit(_MOST)
        self._stack.indexChanged.connect(self._tell)
        self._gathered: list[_Step] | None = None

    def change(
        self,
        key: object,
        name: str,
        before: Review | None,
        after: Review | None,
        apply: Apply,
        reading_label: str = "",
    ) -> None:
        """Apply a review, and keep the step. Nothing happens where it says what was said before.

        Args:
            key: of the scan, as `apply` takes it.
            name: of the scan, for the menu.
            reading_label: what the model calls it; empty where it was not read.

        Raises:
            whatever `apply` raises; then there is no such step.
        """
        if _says(before) == _says(after):
            return
        apply(key, after)
        kind = _kind(before, after, reading_label)
        step = _Step(key, name, before, after, apply, kind, self._clock())
        if self._gathered is None:
            self._stack.push(step)
        else:
            self._gathered.append(step)

    @contextmanager
    def together(self, count: int) -> Iterator[None]:
        """Changes that are made inside are one step; what failed in their midst leaves those before it.

        Args:
            count: how many there will be at most.
        """
        if count < 2 or self._gathered is not None:
            yield
            return
        self._gathered = steps = []
        try:
            yield
        finally:
            self._gathered = None
            if steps:
                self._stack.push(steps[0] if len(steps) == 1 else _Steps(steps))

    @property
    def can_undo(self) -> bool:
        return self._stack.canUndo()

    @property
    def can_redo(self) -> bool:
        return self._stack.canRedo()

    @property
    def undo_text(self) -> str:
        """For a menu, such as "Undo correction of scan-3.png"; an ampersand of the name's is doubled."""
        if not self.can_undo:
            return translate("ReviewHistory", "Undo")
        return _texts(self._to_undo)[0]

    @property
    def redo_text(self) -> str:
        """For a menu, as `undo_text`."""
        if not self.can_redo:
            return translate("ReviewHistory", "Redo")
        return _texts(self._to_redo)[1]

    def undo(self) -> None:
        """Take the last step back, if there is one."""
        if self.can_undo:
            key = self._to_undo.key
            self._stack.undo()
            self.revisited.emit(key)

    def redo(self) -> None:
        """Do the last step that was taken back again, if there is one."""
        if self.can_redo:
            key = self._to_redo.key
            self._stack.redo()
            self.revisited.emit(key)

    def clear(self) -> None:
        """Forget the steps, such as where the reviews themselves were forgotten."""
        self._stack.clear()

    @property
    def _to_undo(self) -> _Step | _Steps:
        return self._stack.command(self._stack.index() - 1)

    @property
    def _to_redo(self) -> _Step | _Steps:
        return self._stack.command(self._stack.index())

    def _tell(self, _: int) -> None:
        self.changed.emit()


class _Step(QUndoCommand):
    """One change of one scan's review. It is applied before it is kept."""

    def __init__(
        self,
        key: object,
        name: str,
        before: Review | None,
        after: Review | None,
        apply: Apply,
        kind: Kind,
        made: float,
    ) -> None:
        super().__init__()
        self.key = key
        self.name = name
        self.kind = kind
        self.made = made
        self.after = after
        self._before = before
        self._apply = apply
        self._is_new = True

    def undo(self) -> None:
        self._apply(self.key, self._before)

    def redo(self) -> None:
        if self._is_new:  # the stack calls this when it is given the step
            self._is_new = False
        else:
            self._apply(self.key, self.after)

    def id(self) -> int:
        """Steps of the same number, other than -1, are offered to be made one."""
        return 1 if self.kind == "note" else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 - Qt's name
        """A note is told of while it is typed: what is typed in one go is one step."""
        assert isinstance(other, _Step)
        if other.key != self.key or other.made - self.made > _ONE_NOTE:
            return False
        self.after, self.made = other.after, other.made
        self.setObsolete(_says(self._before) == _says(self.after))
        return True


class _Steps(QUndoCommand):
    """Changes of several scans that were made together. The first scan stands for them."""

    def __init__(self, steps: Sequence[_Step]) -> None:
        super().__init__()
        self.key = steps[0].key
        self.count = len({step.key for step in steps})
        self._steps = steps

    def undo(self) -> None:
        for step in reversed(self._steps):
            step.undo()

    def redo(self) -> None:
        for step in self._steps:
            step.redo()


def _says(review: Review | None) -> tuple[str, str]:
    """What counts of it; the same said at another time is the same."""
    return (review.label, review.note) if review else ("", "")


def _kind(before: Review | None, after: Review | None, reading_label: str) -> Kind:
    label, _ = _says(after)
    if label == _says(before)[0]:
        return "note" if after else "taking back"
    if not label:
        return "taking back"
    if not reading_label:
        return "label"
    return "agreement" if label == reading_label else "correction"


def _texts(step: _Step | _Steps) -> tuple[str, str]:
    """To undo it and to do it again."""
    if isinstance(step, _Steps):
        undo = translate("ReviewHistory", "Undo review of {n} scans")
        redo = translate("ReviewHistory", "Redo review of {n} scans")
        count = QLocale().toString(step.count)
        return undo.format(n=count), redo.format(n=count)
    known: dict[Kind, tuple[str, str]] = {
        "agreement": (
            translate("ReviewHistory", "Undo agreement on {name}"),
            translate("ReviewHistory", "Redo agreement on {name}"),
        ),
        "correction": (
            translate("ReviewHistory", "Undo correction of {name}"),
            translate("ReviewHistory", "Redo correction of {name}"),
        ),
        "label": (
            translate("ReviewHistory", "Undo label of {name}"),
            translate("ReviewHistory", "Redo label of {name}"),
        ),
        "note": (
            translate("ReviewHistory", "Undo note on {name}"),
            translate("ReviewHistory", "Redo note on {name}"),
        ),
        "taking back": (
            translate("ReviewHistory", "Undo taking back the review of {name}"),
            translate("ReviewHistory", "Redo taking back the review of {name}"),
        ),
    }
    undo, redo = known[step.kind]
    name = _shortened(step.name).replace("&", "&&")
    return undo.format(name=name), redo.format(name=name)


def _shortened(name: str) -> str:
    """In the middle: names of scans differ at their ends."""
    if len(name) <= _LONGEST_NAME:
        return name
    half = (_LONGEST_NAME - 1) // 2
    return f"{name[:half]}…{name[-half:]}"
