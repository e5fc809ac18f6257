"""Where uploads lie until they are read, which is also when they go."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from core.errors import LungfieldError
from core.imaging.decode import read_bytes
from core.reading.finding import Found

#: A file may be this large, in bytes: several times an uncompressed radiograph.
MAX_BYTES = 100 << 20
#: So many files may be read together; for more there is `main.py read`.
MAX_FILES = 200
#: All of them may be this large, in bytes: the page sends what is chosen at once in one request.
MAX_TOGETHER = 10 * MAX_BYTES

#: An upload that nobody had read goes after so many seconds: its page was closed meanwhile.
_ABANDONED = 600.0
_LOOK = 30.0

_PREFIX = "lungfield-web-"
_LOCK = ".lock"


class Upload(Found):
    """An uploaded file. It can be read once: reading takes it from the disk.

    Args:
        name: what the person calls it; it stands for the path in results.
        file: where it lies.
        lasting: it is no upload but ours, and stays.
    """

    __slots__ = ("_file", "_lasting", "data")

    def __init__(self, name: str, file: Path, lasting: bool = False) -> None:
        super().__init__(name, name)
        self._file = file
        self._lasting = lasting
        self.data = b""

    def read(self) -> bytes:
        """Its bytes, which `data` keeps for whoever shows the scan. Raises ScanError as `read_bytes` does."""
        try:
            self.data = read_bytes(self._file)
        finally:
            self.discard()
        return self.data

    def size_and_time(self) -> tuple[int, int]:
        return 0, 0  # of no use: it is never found again

    def discard(self) -> None:
        """Take it from the disk if it is there still, and its folder, which has no other file."""
        if self._lasting:
            return
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
            self._file.parent.rmdir()


class Uploads:
    """A folder in the system's temporary one, for this process alone; it goes when the process ends.

    What a killed process left behind goes when the next one starts. Used from any thread.

    Raises:
        LungfieldError: it cannot be made.
    """

    def __init__(self) -> None:
        _remove_left_behind()
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
        except OSError as error:
            raise LungfieldError("there is no place for uploads", error.strerror or str(error)) from error
        self._lock = FileLock(self.folder / _LOCK)
        self._lock.acquire(blocking=False)
        self._ended = threading.Event()
        self._sweeper = threading.Thread(target=self._sweep_on, name="uploads", daemon=True)
        self._sweeper.start()

    def take(self, sent: Sequence[Mapping[str, Any]]) -> list[Upload]:
        """The uploads that a request names.

        Args:
            sent: Gradio's file data, as it came: a path on this computer, and the name that the file had.

        Raises:
            LungfieldError: too many, or one is no upload. So no other file of this computer is ever read, and
                no address is ever fetched.
        """
        if len(sent) > MAX_FILES:
            self.drop(sent)
            raise LungfieldError(
                f"{len(sent)} files at once are too many",
                f"{MAX_FILES} at most; `main.py read` reads folders",
            )
        return [self._one(each) for each in sent]

    def drop(self, sent: Sequence[Mapping[str, Any]]) -> None:
        """Take what a request names from the disk, unread."""
        for each in sent:
            with contextlib.suppress(LungfieldError):
                self._one(each).discard()

    def sweep(self, age: float = _ABANDONED) -> None:
        """Remove what came more than `age` seconds ago."""
        for file in self._files():
            with contextlib.suppress(OSError):
                if time.time() - file.stat().st_mtime > age:
                    file.unlink()
                    if file.parent != self.folder:
                        file.parent.rmdir()

    def close(self) -> None:
        """Remove the folder and all that is in it. May be called twice."""
        self._ended.set()
        self._sweeper.join()
        self._lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def check(self, path: str) -> Path:
        """Where an upload lies. Raises LungfieldError: the path is that of no upload."""
        try:
            file = Path(path).resolve()
            # Gradio puts each into a folder of its own
            known = file.parent.parent == self.folder and file.is_file()
        except (OSError, ValueError):
            known = False
        if not known:
            raise LungfieldError("this is no uploaded file, or it was read already", "send the file itself")
        return file

    def _one(self, sent: Mapping[str, Any]) -> Upload:
        file = self.check(str(sent.get("path") or ""))
        # The last part only: a browser may send a folder with it, and either kind of slash
        name = str(sent.get("orig_name") or file.name).replace("\\", "/").rpartition("/")[2]
        return Upload(name or file.name, file)

    def _files(self) -> list[Path]:
        # Not Path.rglob, which raises where a folder goes while it is looked for
        walked = os.walk(self.folder)
        return [Path(folder, name) for folder, _, names in walked for name in names if name != _LOCK]

    def _sweep_on(self) -> None:
        while not self._ended.wait(_LOOK):
            self.sweep()


def _remove_left_behind() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        lock = folder / _LOCK
        with contextlib.suppress(OSError, Timeout):
            # Another person's, or one that is just being made, is left alone
            if _is_ours(folder) and _is_ours(lock):
                with FileLock(lock, blocking=False):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_ours(path: Path) -> bool:
    facts = path.lstat()
    return not path.is_symlink() and (not hasattr(os, "geteuid") or facts.st_uid == os.geteuid())
