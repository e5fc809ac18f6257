"""What can be asked of the store: what its file says, and what still waits to be written laid over it."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from functools import partial
from typing import TypeVar

from core.imaging.scan import DicomFacts
from core.reading.reader import ModelKey, Reading
from core.review import Review
from core.store.changes import Change, DisplayedRemoved, Keys, Read, Reviewed, Seen
from core.store.disk import Disk
from core.store.known import Filed, Known, unknown
from core.store.pending import Pending
from core.store.places import absolute, as_text

_T = TypeVar("_T")

#: Scans of the history that are read at once.
_PART = 1000

#: Whether a change is the one that is looked for.
_Which = Callable[[Change], bool]


class Answers:
    """The half of a `Store` that is asked; used by any thread, and none waits for the disk to write."""

    def __init__(self) -> None:
        self._pending = Pending()

    def _ask(self, question: Callable[[Disk], _T], otherwise: _T) -> _T:
        """What the file says; `otherwise` where it cannot be asked."""
        raise NotImplementedError

    def reading(self, sha256: str, model: ModelKey) -> Reading | None:
        """What the model said of the scan as stored, with its map."""
        if isinstance(change := self._last(sha256, _as_stored(model)), Read):
            return change.reading
        found = self._ask(lambda disk: disk.reading(sha256, model, displayed=False), None)
        return found[0] if found else None

    def displayed(self, sha256: str, model: ModelKey) -> tuple[Reading, str] | None:
        """What the model last said of the scan as displayed, with its map, and how that was in words."""
        change = self._last(sha256, _as_displayed(model))
        if isinstance(change, Read):
            return change.reading, change.displayed or ""
        if change:
            return None
        return self._ask(lambda disk: disk.reading(sha256, model, displayed=True), None)

    def has(self, sha256: str, model: ModelKey) -> bool:
        """There is a reading of the scan as stored."""
        if self._last(sha256, _as_stored(model)):
            return True
        return self._ask(lambda disk: disk.has(sha256, model), False)

    def review(self, sha256: str) -> Review | None:
        """What the person said of a scan."""
        if isinstance(change := self._last(sha256, lambda each: isinstance(each, Reviewed)), Reviewed):
            return change.review
        return self._ask(lambda disk: disk.review(sha256), None)

    def dicom(self, sha256: str) -> DicomFacts | None:
        """What its file said of a scan; None for pictures and for what is not known."""
        change = self._last(sha256, lambda each: isinstance(each, Seen) and bool(each.facts))
        if isinstance(change, Seen):
            kept = change.facts["dicom"]
        else:
            kept = self._ask(lambda disk: disk.dicom(sha256), "")
        if not kept:
            return None
        names = {field.name for field in fields(DicomFacts)}
        return DicomFacts(**{name: value for name, value in json.loads(kept).items() if name in names})

    def known(self, sha256: str, model: ModelKey | None) -> Known | None:
        """What is known of a scan; None where that is nothing.

        Args:
            model: whose readings to give; None for none.
        """
        known, *_ = self._of_scans({sha256: self._pending.of(sha256)}, model)[sha256]
        return None if known.is_empty else known

    def known_of(self, hashes: Sequence[str], model: ModelKey | None) -> dict[str, Known]:
        """`known` of many scans, by hash; those of which nothing is known are left out."""
        changes = dict.fromkeys(hashes, ()) | self._pending.waiting().of(hashes)
        filed = self._of_scans(changes, model)
        return {sha256: known for sha256, (known, *_) in filed.items() if not known.is_empty}

    def seen(self, paths: Sequence[str], model: ModelKey | None) -> dict[str, Known]:
        """Of files about to be opened those that are known and, by size and time of change, unchanged.

        Args:
            model: as for `known`.
        """
        wanted = {absolute(path): path for path in paths}
        waiting = self._pending.waiting()
        places = [os.fsencode(path) for path in wanted]
        kept: list[Filed] = self._ask(lambda disk: disk.at_paths(places, model), [])
        filed = {each[0].path: each for each in kept}
        if waiting.by_scan:
            owners = {
                path: scan for place, scan in waiting.owners.items() if (path := as_text(place)) in wanted
            }
            scans = {path: each[0].sha256 for path, each in filed.items()} | owners
            after = self._of_scans(waiting.of(scans.values()), model)
            filed |= {path: after[scan] for path, scan in scans.items() if scan in after}
        return {
            wanted[path]: known
            for path, (known, size, modified) in filed.items()
            if _is_unchanged(path, size, modified)
        }

    def history(self, model: ModelKey | None) -> list[Known]:
        """All scans that are files, in the order they were first seen.

        Args:
            model: as for `known`.
        """
        return [known for part in self.history_in_parts(model, itertools.repeat(_PART)) for known in part]

    def history_in_parts(self, model: ModelKey | None, sizes: Iterable[int]) -> Iterator[list[Known]]:
        """`history`, a part at a time: each is read when it is asked for.

        Args:
            sizes: how many scans to a part, at most; what comes of these is told where they end.
        """
        waiting = self._pending.waiting()
        changed = self._of_scans(waiting.by_scan, model) if waiting.by_scan else {}
        owners = {as_text(path): sha256 for path, sha256 in waiting.owners.items()}
        number = 0
        for size in sizes:
            nothing: tuple[list[Filed], int] = ([], number)
            filed, number = self._ask(partial(_after, number, size, model), nothing)
            if not filed:
                break
            yield _with_paths(
                [changed.pop(each[0].sha256, each) if changed else each for each in filed], owners
            )
        if changed:
            yield _with_paths(changed.values(), owners)

    def reviewed(self) -> list[Known]:
        """All scans that are files and of which the person said NORMAL or PNEUMONIA, without readings.

        Those of the file come in the order they were first seen, then those that wait. What lies at their
        paths now is not looked at.
        """
        waiting = self._pending.waiting()
        changed = self._of_scans(waiting.by_scan, None) if waiting.by_scan else {}
        owners = {as_text(path): sha256 for path, sha256 in waiting.owners.items()}
        nothing: list[Filed] = []
        filed = [
            changed.pop(each[0].sha256, each) for each in self._ask(lambda disk: disk.reviewed(), nothing)
        ]
        known = _with_paths([*filed, *changed.values()], owners)
        return [each for each in known if each.review and each.review.label]

    def counts(self) -> dict[str, int]:
        """How many scans, readings and reviews there are, under these names."""
        by_scan = self._pending.waiting().by_scan
        counts = self._ask(lambda disk: disk.counts(), {"scans": 0, "readings": 0, "reviews": 0})
        if by_scan:
            before = self._ask(lambda disk: disk.keys(list(by_scan)), Keys())
            after = Keys(set(before.scans), set(before.readings), set(before.reviews))
            for changes in by_scan.values():
                for change in changes:
                    change.count(after)
            for name in counts:
                counts[name] += len(getattr(after, name)) - len(getattr(before, name))
        return counts

    def _last(self, sha256: str, which: _Which) -> Change | None:
        """The latest such change to a scan that waits."""
        return next(filter(which, reversed(self._pending.of(sha256))), None)

    def _of_scans(self, by_scan: dict[str, tuple[Change, ...]], model: ModelKey | None) -> dict[str, Filed]:
        """What is known of each scan once its changes are made. Take the changes first and ask then: one
        that is written in between does no harm twice."""
        kept: list[Filed] = self._ask(lambda disk: disk.of_scans(list(by_scan), model), [])
        filed = {each[0].sha256: each for each in kept}
        after = {}
        for sha256, changes in by_scan.items():
            after[sha256] = filed.get(sha256) or unknown(sha256)
            for change in changes:
                after[sha256] = change.over(after[sha256], model)
        return after


def _as_stored(model: ModelKey) -> _Which:
    return lambda each: isinstance(each, Read) and each.model == model and each.displayed is None


def _as_displayed(model: ModelKey) -> _Which:
    def which(each: Change) -> bool:
        if isinstance(each, Read):
            return each.model == model and each.displayed is not None
        return isinstance(each, DisplayedRemoved) and each.model == model

    return which


def _after(number: int, most: int, model: ModelKey | None, disk: Disk) -> tuple[list[Filed], int]:
    return disk.after(number, most, model)


def _with_paths(filed: Iterable[Filed], owners: dict[str, str]) -> list[Known]:
    """Those that are files, but for those at whose path another was seen since: see `Waiting.owners`."""
    known = [each[0] for each in filed if each[0].path]
    return [each for each in known if owners.get(each.path, each.sha256) == each.sha256] if owners else known


def _is_unchanged(path: str, size: int, modified: int) -> bool:
    try:
        facts = os.stat(path)
    except (OSError, ValueError):
        return False
    return facts.st_size == size and facts.st_mtime_ns == modified
