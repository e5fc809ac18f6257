"""Many scans: found, decoded by a small pool while the engine reads, and answered one by one in order."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Literal

from core.errors import LungfieldError, ScanError
from core.imaging.decode import decode, read_bytes
from core.imaging.scan import Scan
from core.log import logger
from core.progress import Progress
from core.reading.reader import Reader, Reading

Status = Literal["ok", "rejected", "failed", "known"]

#: Left out of a folder by name, because they lie beside scans without ever being one. A file named by
#: itself is always tried.
# fmt: off
_NEVER_SCANS = frozenset({
    ".csv", ".tsv", ".txt", ".md", ".json", ".xml", ".html", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ini",
    ".toml", ".yaml", ".yml", ".log", ".db", ".py", ".ipynb", ".sh", ".exe", ".dll", ".so", ".lnk", ".zip",
    ".gz", ".tar", ".7z", ".npy", ".npz", ".pth", ".safetensors",
})
# fmt: on

#: Threads that decode, and scans that may wait decoded beyond the batch that is read.
_DECODERS = 2
_AHEAD = 4


@dataclass(frozen=True)
class Found:
    """A file to read.

    Attributes:
        path: where it is.
        relative: its path under the folder that was given, or its name where a file was given.
        content: what it holds, where it is no file: a picture from the clipboard.
    """

    path: Path
    relative: PurePath
    content: bytes | None = field(default=None, compare=False, repr=False)

    def read(self) -> bytes:
        """Its bytes. Raises ScanError as `read_bytes` does."""
        return read_bytes(self.path) if self.content is None else self.content


@dataclass
class Listing:
    """What lies under the paths given.

    Attributes:
        left_out: how many files cannot be scans by their names.
        closed: folders that may not be searched.
    """

    files: list[Found] = field(default_factory=list)
    left_out: int = 0
    closed: list[Path] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one file.

    Attributes:
        status: "known" where the caller had a reading already; then, and where it failed, `scan` and
            `reading` are None.
        sha256: of the file; empty where it could not be opened.
        reason: why it was rejected or failed, for a person to read.
    """

    found: Found
    status: Status
    sha256: str = ""
    reason: str = ""
    scan: Scan | None = None
    reading: Reading | None = None


def find(paths: Iterable[Path]) -> Listing:
    """The files under `paths`, folders searched to any depth, in a stable order.

    A path that does not exist stays in the list: reading it will say so. Links to folders are
    followed, but no folder is entered twice.
    """
    listing = Listing()
    for path in paths:
        if path.is_dir():
            _find_in(path, listing)
        else:
            listing.files.append(Found(path, PurePath(path.name)))
    return listing


def _find_in(root: Path, listing: Listing) -> None:
    def note_closed(error: OSError) -> None:
        listing.closed.append(Path(error.filename or root))

    entered: set[tuple[int, int]] = set()
    for folder, names, files in os.walk(root, onerror=note_closed, followlinks=True):
        facts = os.stat(folder)
        if (facts.st_dev, facts.st_ino) in entered:
            names.clear()
            continue
        entered.add((facts.st_dev, facts.st_ino))
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if name.startswith(".") or name == "DICOMDIR" or PurePath(name).suffix.lower() in _NEVER_SCANS:
                listing.left_out += 1
            else:
                path = Path(folder, name)
                listing.files.append(Found(path, PurePath(path.relative_to(root))))


#: Whether the caller has a reading already of this file with this SHA-256.
Known = Callable[[Found, str], bool]


def read_files(
    reader: Reader, files: Iterable[Found], progress: Progress, known: Known = lambda _, __: False
) -> Iterator[Outcome]:
    """An Outcome for each file, in order; one bad file never stops the others.

    Raises:
        Cancelled: between two scans.
    """
    side = reader.checkpoint.preprocessing.decode_side
    ahead = reader.engine.batch_size + _AHEAD
    pool = ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode")
    try:
        coming = _decoded_ahead(pool, files, side, ahead, known)
        for batch in _batches(coming, reader.engine.batch_size):
            progress.check()
            yield from _read(reader, batch)
    finally:
        pool.shutdown(cancel_futures=True)


def _decoded_ahead(
    pool: ThreadPoolExecutor, files: Iterable[Found], side: int, ahead: int, known: Known
) -> Iterator[Outcome]:
    """Decoded scans in order, never more than `ahead` of them waiting."""
    waiting: deque[Future[Outcome]] = deque()
    for found in files:
        waiting.append(pool.submit(_decode, found, side, known))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _decode(found: Found, side: int, known: Known) -> Outcome:
    digest = ""
    try:
        data = found.read()
        digest = hashlib.sha256(data).hexdigest()
        if known(found, digest):
            return Outcome(found, "known", digest)
        return Outcome(found, "ok", digest, scan=decode(data, str(found.path), min_side=side, sha256=digest))
    except ScanError as error:
        return Outcome(found, "failed", digest, str(error))
    except Exception:
        return _our_fault(found, digest)


def _batches(outcomes: Iterable[Outcome], size: int) -> Iterator[list[Outcome]]:
    """Runs of outcomes with at most `size` scans to read in each."""
    batch: list[Outcome] = []
    for outcome in outcomes:
        batch.append(outcome)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def _read(reader: Reader, batch: list[Outcome]) -> list[Outcome]:
    scans = [outcome.scan for outcome in batch if outcome.scan is not None]
    try:
        readings = iter(reader.read_batch(scans) if scans else [])
    except LungfieldError:
        raise
    except Exception:
        return [
            outcome if outcome.scan is None else _our_fault(outcome.found, outcome.sha256)
            for outcome in batch
        ]
    return [_answered(each, next(readings)) if each.scan else each for each in batch]


def _answered(outcome: Outcome, reading: Reading) -> Outcome:
    status: Status = "ok" if reading.verdict.accepted else "rejected"
    reasons = "; ".join(reading.verdict.reasons)
    return Outcome(outcome.found, status, outcome.sha256, reasons, outcome.scan, reading)


def _our_fault(found: Found, digest: str) -> Outcome:
    """Call it while handling the exception. The log names the file by its hash, never by its name."""
    logger.exception("reading scan %s failed", digest[:12] or "(unread)")
    return Outcome(found, "failed", digest, "an internal error of Lungfield; the log file says more")
