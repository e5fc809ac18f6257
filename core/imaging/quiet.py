"""Keep the decoding libraries' warnings off the terminal while they read a file.

What a library warns of is either refused here with one clear line, or of no use to the person.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_filters: warnings.catch_warnings[None] | None = None


@contextmanager
def quiet() -> Iterator[None]:
    """Within the block, warnings raised by PIL and pydicom are dropped; everyone else's still come.

    May be nested, and entered by several threads at once: the list of filters belongs to the whole process
    and `warnings.catch_warnings` may not overlap between threads, so the first in sets it and the last out
    puts it back.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside, _filters
    with _lock:
        if _inside == 0:
            _filters = warnings.catch_warnings()
            _filters.__enter__()
            warnings.filterwarnings("ignore", module=r"(PIL|pydicom)\b")
        _inside += 1


def _leave() -> None:
    global _inside, _filters
    with _lock:
        _inside -= 1
        if _inside == 0 and _filters is not None:
            _filters.__exit__(None, None, None)
            _filters = None
