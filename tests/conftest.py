"""What every test runs in: no screen, a home of its own, and nothing left running behind it."""

from __future__ import annotations

import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# Before anything imports Qt. A platform that was asked for stays, so that a test can be watched.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).resolve().parent.parent

#: How long a thread may take to end after its test.
GRACE_SECONDS = 30.0

#: Threads that libraries keep for the life of the process, by name.
LASTING_THREADS = re.compile(
    r"""
      pydevd\..*                 # a debugger
    | tqdm_monitor.*
    | Thread-\d+\ \(_?monitor\)  # multiprocessing's resource tracker
    | QueueFeederThread          # multiprocessing.Queue
    """,
    re.VERBOSE,
)

# A busy machine is no reason to fail; neither is an example that took long.
hypothesis.settings.register_profile("lungfield", deadline=None, derandomize=True)
hypothesis.settings.load_profile("lungfield")

_home = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep settings, models and the log of the person who runs the tests out of them."""
    config.stash[_home] = tempfile.TemporaryDirectory(prefix="lungfield-tests-", ignore_cleanup_errors=True)
    os.environ["LUNGFIELD_HOME"] = config.stash[_home].name


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_home].cleanup()


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of real scans, outside the repository; what needs it is skipped where it is absent."""
    root = Path(os.environ.get("LUNGFIELD_DATA") or ROOT.parent / "shared" / "data")
    if not root.is_dir():
        pytest.skip(f"no real scans at {root}; LUNGFIELD_DATA names their folder")
    return root


def _lasts(thread: threading.Thread) -> bool:
    # A _DummyThread is a native thread that once called into Python; it cannot tell whether it still runs
    return isinstance(thread, threading._DummyThread) or bool(LASTING_THREADS.fullmatch(thread.name))


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a thread of its own running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + GRACE_SECONDS
    while left := [t for t in threading.enumerate() if t not in before and not _lasts(t)]:
        if time.monotonic() > deadline:
            pytest.fail("left running: " + ", ".join(thread.name for thread in left))
        time.sleep(0.01)
