"""How quick the window reads while a model is trained beside it, against the same without, in one run.

Run `python benchmarks/while_training.py` on a machine with nothing else to do. The scans are generated: JPEGs
of 3 megapixels are read one by one, and small ones are trained on. It also says how soon cancel is answered,
and how long closing the window takes in the midst of it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from argparse import Namespace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
from PySide6.QtWidgets import QApplication

from core.learning import runs
from core.learning.recipe import PRESETS
from core.settings import NOTICE_VERSION
from gui.app import Lungfield
from gui.training.service import TrainingService
from tests.datasets import write_dataset
from tests.gui.watch import Watch, wait
from tests.pictures import radiograph

SIZE = (1536, 2048)  # 3.1 megapixels
_TIMES, _HOLD, _CANCEL, _CLOSE = 2.0, 50, 200, 2000


class Bench:
    """The window, a training service on its lanes, and what they take."""

    def __init__(self, dataset: Path) -> None:
        self.lungfield = Lungfield(
            QApplication.instance(), Namespace(paths=[], screenshot=None, size=(1500, 950), theme="dark")
        )
        self.lungfield.preferences.change(notice_accepted=NOTICE_VERSION)
        lanes = self.lungfield.lanes
        self.service = TrainingService(
            lanes.lane("training", behind=True), lanes.lane("measuring", behind=True), self.lungfield
        )
        self.service.failed.connect(self._on_failed)
        self.watch = Watch()
        self._dataset = dataset
        self._error: BaseException | None = None

    def start(self) -> None:
        self.lungfield.start()
        session = self.lungfield.session
        until(lambda: session.opened is not None and not session.is_busy)

    def read(self, files: list[Path]) -> list[float]:
        """Milliseconds that each file takes from the drop until its reading is shown."""
        session, took = self.lungfield.session, []
        for file in files:
            session.clear()
            wait(60)
            begun = time.perf_counter()
            session.open([file])
            until(self._all_read)
            took.append(1e3 * (time.perf_counter() - begun))
        return took

    def read_all(self, files: list[Path]) -> float:
        """Milliseconds a scan where many are dropped together."""
        self.lungfield.session.clear()
        wait(60)
        begun = time.perf_counter()
        self.lungfield.session.open(files)
        until(self._all_read)
        return 1e3 * (time.perf_counter() - begun) / len(files)

    def train(self) -> None:
        """Begin, and wait until batches go through the network."""
        self.service.start(runs.new_run([self._dataset], PRESETS["fine-tune"], "cpu", "benchmark"))
        until(self._trains)

    def cancel(self) -> float:
        begun = time.perf_counter()
        self.service.cancel()
        until(lambda: not self.service.is_running)
        return 1e3 * (time.perf_counter() - begun)

    def close(self) -> float:
        begun = time.perf_counter()
        self.lungfield.window.close()
        self.service.end()
        return 1e3 * (time.perf_counter() - begun)

    def _all_read(self) -> bool:
        entries = self.lungfield.session.worklist.entries
        return bool(entries) and not self.lungfield.session.is_busy and all(e.reading for e in entries)

    def _trains(self) -> bool:
        if self._error:
            raise self._error
        position = self.service.last_position
        return position is not None and position.loss is not None

    def _on_failed(self, error: BaseException) -> None:
        self._error = error


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reads", type=int, default=25, help="scans to read (default 25)")
    parser.add_argument("--scans", type=int, default=300, help="scans to train on (default 300)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUNGFIELD_HOME"] = str(Path(folder, "home"))
        return measure(Path(folder), chosen.reads, chosen.scans)


def measure(folder: Path, reads: int, scans: int) -> int:
    qt = QApplication([])
    made = make_scans(folder / "scans", 3 + 4 * reads)
    bench = Bench(write_dataset(folder / "ward", scans // 2, side=256))
    bench.start()
    bench.read(made[:3])
    one, two, three, four = (made[3 + part * reads :][:reads] for part in range(4))
    bench.watch.start()
    alone, all_alone, alone_hold = bench.read(one), bench.read_all(two), bench.watch.longest
    bench.watch.start()
    begun = time.perf_counter()
    bench.train()
    begins, begin_hold = time.perf_counter() - begun, bench.watch.longest
    bench.watch.start()
    beside, all_beside, hold = bench.read(three), bench.read_all(four), bench.watch.longest
    cancel = bench.cancel()
    bench.train()
    close = bench.close()
    qt.processEvents()
    left = runs.interrupted()
    times = statistics.median(beside) / statistics.median(alone)
    print(f"a scan is read, alone           {told(alone)}; longest hold {alone_hold:.0f} ms")
    print(f"the first batch is trained      {begins:6.1f} s after start; longest hold {begin_hold:.0f} ms")
    print(
        f"a scan is read, beside training {told(beside)}; longest hold {hold:.0f} ms; wanted: under {_HOLD}"
    )
    print(f"                                {times:6.2f} times as long; wanted: under {_TIMES}")
    print(f"many are read, a scan           {all_alone:6.0f} ms alone, {all_beside:.0f} beside training")
    print(f"cancel is answered              {cancel:6.0f} ms; wanted: under {_CANCEL}")
    print(
        f"closing while training          {close:6.0f} ms; wanted: under {_CLOSE}; {len(left)} runs can go on"
    )
    good = times < _TIMES and max(hold, begin_hold) < _HOLD and cancel < _CANCEL and close < _CLOSE
    return int(not good or len(left) != 2)


def told(took: list[float]) -> str:
    return f"{statistics.median(took):6.0f} ms, {sorted(took)[int(0.9 * len(took))]:.0f} nine in ten"


def make_scans(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    picture = radiograph(0, size=SIZE)
    files = [folder / f"{number:03}.jpeg" for number in range(count)]
    for number, file in enumerate(files):
        # No two alike: what the store knows by its content is not read again
        picture[0, :8] = number
        cv2.imwrite(str(file), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return files


def until(holds) -> None:
    while not holds():
        wait(2)


if __name__ == "__main__":
    sys.exit(main())
