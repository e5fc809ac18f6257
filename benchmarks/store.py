"""How quick the store is with 100,000 scans: filling it, asking it, and bringing all of it onto the worklist.

Run `python benchmarks/store.py` on a machine with nothing else to do. The readings are made up.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path, PurePath

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from PySide6.QtWidgets import QApplication

from core.reading.finding import Found
from core.reading.folder import Outcome
from core.reading.gate import Verdict
from core.reading.reader import ModelKey, Reading, label_of
from core.review import Review
from core.settings import NOTICE_VERSION
from core.store.store import Store, open_store
from gui.app import Lungfield
from tests.gui.watch import Watch, wait

MODEL = ModelKey("0" * 32, "fp32", "made up")
_HOLD = 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scans", type=int, default=100_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUNGFIELD_HOME"] = folder
        file = Path(folder, "data", "lungfield.sqlite3")
        with open_store(file) as store:
            fill(store, chosen.scans)
        with open_store(file) as store:
            ask(store, chosen.scans)
        return bring(chosen.scans)


def fill(store: Store, count: int) -> None:
    random = np.random.default_rng(0)
    begun = time.perf_counter()
    for number in range(count):
        p = float(random.beta(0.4, 0.6))
        reading = Reading(
            p, label_of(p, 0.5), 0.5, random.normal(size=(7, 7)).astype(np.float32), Verdict(), MODEL.name,
            "openvino cpu fp32", 20.0,
        )  # fmt: skip
        name = f"scan-{number}.jpeg"
        found = Found(f"/scans/ward {number // 1000}/{name}", PurePath(name))
        store.add(Outcome(found, "ok", digest(number), reading=reading, size=300_000, modified=1), MODEL)
    store.flush()
    took = time.perf_counter() - begun
    print(
        f"{count} readings are added      {count / took:8.0f} a second, and {store.size_bytes() / 1e6:.0f} MB"
    )


def ask(store: Store, count: int) -> None:
    some = [digest(number) for number in range(0, count, max(count // 500, 1))]
    whole = timed(some, lambda each: store.reading(each, MODEL))
    print(f"one reading with its evidence  {whole:8.2f} ms, median")
    known = timed(some, lambda each: store.known(each, MODEL))
    print(f"what is known of one scan      {known:8.2f} ms")
    said = timed(some[:100], lambda each: store.set_review(each, Review.now("NORMAL")))
    print(f"a review, until it is on disk  {said:8.2f} ms")
    begun = time.perf_counter()
    store.history(MODEL)
    print(f"all that is known              {time.perf_counter() - begun:8.2f} s")


def timed(things: list[str], asked: Callable[[str], object]) -> float:
    """Milliseconds for one, median."""
    times = []
    for each in things:
        begun = time.perf_counter()
        asked(each)
        times.append(1e3 * (time.perf_counter() - begun))
    return statistics.median(times)


def bring(count: int) -> int:
    """«Everything read before», in the window."""
    qt = QApplication([])
    lungfield = Lungfield(qt, Namespace(paths=[], screenshot=None, size=(1280, 800), theme="dark"))
    lungfield.preferences.change(notice_accepted=NOTICE_VERSION)
    lungfield.window.show()
    lungfield.session.readings.model = MODEL
    wait(500)
    watch = Watch()
    watch.start()
    begun = time.perf_counter()
    lungfield.session.open_history()
    first = 0.0
    while len(lungfield.session.worklist.shown) < count:
        wait(10)
        if lungfield.session.worklist.shown and not first:
            first = 1e3 * (time.perf_counter() - begun)
    lungfield.window.worklist.view.viewport().repaint()
    took = time.perf_counter() - begun
    watch.stop()
    print(f"all of it on the worklist      {took:8.2f} s, the first after {first:.0f} ms")
    print(f"longest hold meanwhile         {watch.longest:8.0f} ms; wanted: under {_HOLD}")
    lungfield.window.close()
    lungfield.end()
    return int(watch.longest > _HOLD)


def digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
