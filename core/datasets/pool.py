"""Work on many files by a small pool of threads, with no more under way than a few."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from core.progress import Progress

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")

#: Threads, and files that they may be ahead of who takes them.
_THREADS, _AHEAD = 4, 16

#: How often whoever waits for a thread looks whether it should stop, in seconds.
_LOOK = 0.05


def on_a_pool(
    work: Callable[[_Given], _Made], given: Iterable[_Given], progress: Progress
) -> Iterator[_Made]:
    """What `work` makes of each, in order; what it raises comes out in its place.

    Raises:
        Cancelled: also while a file is waited for that is large or far away; its thread then ends by itself.
    """
    left = iter(given)
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="decode")
    try:
        begun = deque(pool.submit(work, each) for each in islice(left, _AHEAD))
        while begun:
            made = _waited_for(begun.popleft(), progress)
            begun.extend(pool.submit(work, each) for each in islice(left, 1))
            yield made
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _waited_for(future: Future[_Made], progress: Progress) -> _Made:
    progress.check()
    while not wait([future], _LOOK).done:
        progress.check()
    return future.result()
