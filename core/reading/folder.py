"""Many scans: decoded by a small pool while the engine reads, and answered one by one in order."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from core.errors import LungfieldError, ScanError
from core.imaging.decode import decode
from core.imaging.scan import FULL_RANGE, Scan
from core.log import logger
from core.progress import Progress
from core.reading.finding import Found
from core.reading.overlay import LONGEST_SIDE, to_look_at
from core.reading.reader import Prepared, Reader, Reading

Status = Literal["ok", "rejected", "failed", "known"]

#: Threads that decode: half the processors, as the engine wants them too, within these bounds.
_FEWEST_DECODERS, _MOST_DECODERS = 2, 8

#: Scans that may wait decoded beyond those that are read.
_AHEAD = 4

#: Pixels of a scan that is kept as it was decoded, as nearly every JPEG is: making it smaller takes time too.
_SMALL = 2 * LONGEST_SIDE**2

#: How often whoever waits for a decoder looks whether it should stop, in seconds.
_LOOK = 0.05

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one file.

    Attributes:
        status: "known" where the caller had a reading already; then, and where it failed, `scan` and
            `reading` are None.
        sha256: of the file; empty where it could not be opened.
        reason: why it was rejected or failed, for a person to read.
        scan: as its file asks to be displayed; a large one only as large as it is looked at.
        size, modified: of the file, in bytes and in nanoseconds since 1970; 0 where there is none.
    """

    found: Found
    status: Status
    sha256: str = ""
    reason: str = ""
    scan: Scan | None = None
    reading: Reading | None = None
    size: int = 0
    modified: int = 0


#: Whether the caller has a reading already of this file with this SHA-256. Called from several threads.
Known = Callable[[Found, str], bool]


def read_files(
    reader: Reader, files: Iterable[Found], progress: Progress, known: Known = lambda _, __: False
) -> Iterator[Outcome]:
    """An Outcome for each file, in order; one bad file never stops the others.

    Memory does not grow with the number of files: no more than some are decoded ahead of those that are read.

    Raises:
        Cancelled: also while it waits for a file that is large or far away; its decoder then ends by itself.
    """
    engine = reader.engine
    pool = ThreadPoolExecutor(_decoders(), thread_name_prefix="decode")
    under_way: deque[_UnderWay] = deque()
    batch: list[_Decoded] = []
    try:
        for future in _decoding(pool, reader, files, known):
            # Before waiting for a decoder: what the engine has is passed on, what it could begin is begun
            while not future.done():
                if under_way:
                    yield from under_way.popleft().finish()
                elif batch:
                    under_way.append(_UnderWay(reader, batch))
                    batch = []
                else:
                    break
            batch.append(_waited_for(future, progress))
            if len(batch) >= engine.batch_size:
                under_way.append(_UnderWay(reader, batch))
                batch = []
            if len(under_way) >= engine.depth:
                yield from under_way.popleft().finish()
            progress.check()
        if batch:
            under_way.append(_UnderWay(reader, batch))
        while under_way:
            yield from under_way.popleft().finish()
            progress.check()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _decoders() -> int:
    return min(max((os.cpu_count() or 1) // 2, _FEWEST_DECODERS), _MOST_DECODERS)


@dataclass(frozen=True, eq=False, slots=True)
class _Decoded:
    """An outcome so far, and what there is to read of it; None where nothing is."""

    outcome: Outcome
    prepared: Prepared | None = None


def _decoding(
    pool: ThreadPoolExecutor, reader: Reader, files: Iterable[Found], known: Known
) -> Iterator[Future[_Decoded]]:
    """Files in order while they are decoded, never more than some of them ahead."""
    ahead = reader.engine.batch_size * reader.engine.depth + _AHEAD
    waiting: deque[Future[_Decoded]] = deque()
    for found in files:
        waiting.append(pool.submit(_decode, reader, found, known))
        if len(waiting) >= ahead:
            yield waiting.popleft()
    while waiting:
        yield waiting.popleft()


def _waited_for(future: Future[Answer], progress: Progress) -> Answer:
    while True:
        try:
            return future.result(_LOOK)
        except TimeoutError:
            progress.check()


def _decode(reader: Reader, found: Found, known: Known) -> _Decoded:
    """Everything about one file that needs no engine; in a thread of the pool. Raises nothing."""
    outcome = Outcome(found, "failed")
    try:
        # Before it is read: a file that changes meanwhile is then found changed the next time
        size, modified = found.size_and_time()
        data = found.read()
        outcome = replace(
            outcome, sha256=hashlib.sha256(data).hexdigest(), size=size or len(data), modified=modified
        )
        if known(found, outcome.sha256):
            return _Decoded(replace(outcome, status="known"))
        side = reader.checkpoint.preprocessing.decode_side
        scan = decode(data, found.where, min_side=side, sha256=outcome.sha256)
        seen = replace(scan, pixels=scan.windowed(), window=FULL_RANGE)
        return _Decoded(replace(outcome, status="ok", scan=_to_keep(seen)), reader.prepare(seen))
    except ScanError as error:
        return _Decoded(replace(outcome, reason=str(error)))
    except Exception:
        return _Decoded(_our_fault(outcome))


def _to_keep(scan: Scan) -> Scan:
    """No larger than it is looked at: more than a hundred may be kept for an engine, of 36 MB each for
    9 megapixels."""
    if scan.pixels.size <= _SMALL:
        return scan
    reduced = scan.reduced * max(scan.pixels.shape) / LONGEST_SIDE
    return replace(scan, pixels=to_look_at(scan.pixels), reduced=reduced)


class _UnderWay:
    """A batch that the engine has begun with."""

    def __init__(self, reader: Reader, batch: list[_Decoded]) -> None:
        self._reader, self._batch = reader, batch
        self._readings: Callable[[], list[Reading]] = list
        prepared = [each.prepared for each in batch if each.prepared is not None]
        try:
            if prepared:
                self._readings = reader.begin(prepared)
        except LungfieldError:
            raise
        except Exception:
            self._fail()

    def finish(self) -> Iterator[Outcome]:
        """Wait for the readings, and give an outcome for each file of the batch."""
        try:
            readings = iter(self._readings())
        except ScanError as error:
            yield from self._one_by_one(error)
            return
        except LungfieldError:
            raise
        except Exception:
            self._fail()
            readings = iter(())
        for each in self._batch:
            yield each.outcome if each.prepared is None else _answered(each.outcome, next(readings))

    def _one_by_one(self, error: ScanError) -> Iterator[Outcome]:
        """The error is one scan's: each is read alone, so that the others are not lost."""
        if len(self._batch) == 1:
            yield _failed(self._batch[0].outcome, str(error))
        else:
            for each in self._batch:
                yield from _UnderWay(self._reader, [each]).finish()

    def _fail(self) -> None:
        """Call it while handling the exception: whatever was to be read of the batch has failed."""
        self._batch = [
            each if each.prepared is None else _Decoded(_our_fault(each.outcome)) for each in self._batch
        ]


def _answered(outcome: Outcome, reading: Reading) -> Outcome:
    status: Status = "ok" if reading.verdict.accepted else "rejected"
    return replace(outcome, status=status, reason="; ".join(reading.verdict.reasons), reading=reading)


def _our_fault(outcome: Outcome) -> Outcome:
    """Call it while handling the exception. The log names the file by its hash, never by its name."""
    logger.exception("reading scan %s failed", outcome.sha256[:12] or "(unread)")
    return _failed(outcome, "an internal error of Lungfield; the log file says more")


def _failed(outcome: Outcome, reason: str) -> Outcome:
    return replace(outcome, status="failed", reason=reason, scan=None)
