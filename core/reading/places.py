"""Places under a folder for what is written of scans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from itertools import chain, count
from pathlib import PurePath


class Places:
    """Gives places, no two of which are one file: not on a disk either that takes upper case for lower.

    Args:
        is_free: whether nothing stands in the way of a place besides; what is there must not be replaced.
    """

    def __init__(self, is_free: Callable[[PurePath], bool] = lambda _: True) -> None:
        self._is_free = is_free
        self._taken: set[str] = set()
        # Each goes on where it was left: very many scans may have one name
        self._numbers: defaultdict[str, count[int]] = defaultdict(partial(count, 2))

    def take(self, *choices: PurePath) -> PurePath:
        """The first of `choices` that nobody has, else the last of them with a number."""
        last = choices[-1]
        numbered = (last.with_name(f"{last.name}-{n}") for n in self._numbers[_folded(last)])
        place = next(
            each
            for each in chain(choices, numbered)
            if _folded(each) not in self._taken and self._is_free(each)
        )
        self._taken.add(_folded(place))
        return place


def _folded(place: PurePath) -> str:
    return str(place).casefold()
