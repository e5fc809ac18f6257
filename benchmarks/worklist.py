"""How a worklist of 100,000 scans behaves: loads, sorts, filters and scrolls, and what it takes of memory.

Run `python benchmarks/worklist.py` on a machine with nothing else to do. The scans are generated: small
JPEGs, each under many names.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from core.reading.finding import find
from core.reading.gate import Verdict
from core.reading.reader import Reading
from core.settings import Settings
from gui.icons import Icons
from gui.jobs import Lanes
from gui.preferences import Preferences
from gui.theme import Theme
from gui.worklist.entry import Entry
from gui.worklist.filter import Filter
from gui.worklist.model import WorklistModel
from gui.worklist.order import COLUMNS
from gui.worklist.panel import WorklistPanel
from gui.worklist.thumbnails import Thumbnails
from tests.gui.watch import Watch, wait
from tests.gui.worklist.scans import NO_MAP
from tests.pictures import radiograph

#: Different pictures, files in a folder, and pixels that are scrolled at once: more than half a page.
_PICTURES, _A_FOLDER, _STEP = 50, 1000, 300

#: Seconds that a load may take, and milliseconds that the window may be held while readings come.
_LOAD, _HOLD = 2.0, 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scans", type=int, default=100_000, help="rows (default 100000)")
    parser.add_argument("--steps", type=int, default=3000, help="steps of scrolling (default 3000)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUNGFIELD_HOME"] = str(Path(folder, "home"))
        return Benchmark(Path(folder, "scans"), chosen.scans).run(chosen.steps)


class PaintCount(QObject):
    """How often what it watches was painted."""

    number = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        self.number += event.type() == QEvent.Type.Paint
        return False


class Benchmark:
    """The worklist with nothing around it."""

    def __init__(self, folder: Path, number: int) -> None:
        make_files(folder, number)
        self.qt = QApplication([])
        theme = Theme(self.qt)
        theme.apply("dark")
        self.lanes = Lanes()
        self.thumbnails = Thumbnails(self.lanes.lane("thumbnails", behind=True))
        self.model = WorklistModel()
        preferences = Preferences(Settings(), keep=False)
        self.panel = WorklistPanel(self.model, self.thumbnails, theme, Icons(theme), preferences)
        self.panel.set_wide(True)
        self.panel.resize(1500, 950)
        self.panel.show()
        wait(300)
        self.founds = find([folder]).files
        self.dice = random.Random(1)

    def run(self, steps: int) -> int:
        before = resident()
        loading = self.timed(f"load {len(self.founds):,} scans", self.load, f"wanted: under {_LOAD:.0f} s")
        self.model.clear()
        known = [self.given_reading(Entry(found)) for found in self.founds]
        again = self.timed("load them with readings", lambda: self.model.add_entries(known))
        loaded = resident()
        print(
            f"memory                          {loaded - before:7.0f} MB for all rows, {loaded:.0f} MB in all"
        )
        for column in COLUMNS:
            self.timed(f"sort by {column}", lambda column=column: self.model.sort_by(column, True))
        self.timed("most likely first", self.panel.most_likely.click)
        for words, wanted in (
            ("filter by two words", Filter("12 jpeg")),
            ("filter by label and review", Filter(label="PNEUMONIA", review="unreviewed")),
            ("filter what is not sure", Filter(unsure_only=True)),
            ("show all again", Filter()),
        ):
            self.timed(words, lambda wanted=wanted: self.model.set_filter(wanted))
        self.timed("select all", self.panel.view.selectAll)
        self.timed("sort all selected", lambda: self.model.sort_by("scan"))
        self.panel.view.clearSelection()
        self.scroll(steps)
        hold = self.read()
        assert self.lanes.close()
        return int(max(loading, again) > _LOAD or hold > _HOLD)

    def load(self) -> None:
        self.model.add(self.founds)

    def given_reading(self, entry: Entry) -> Entry:
        probability = self.dice.random()
        label = "PNEUMONIA" if probability >= 0.5 else "NORMAL"
        entry.status = "ok"
        entry.stored = Reading(probability, label, 0.5, NO_MAP, Verdict(), "model", "engine", 1.0)
        return entry

    def timed(self, words: str, work: Callable[[], object], wanted: str = "") -> float:
        """Seconds until it is done and painted."""
        gc.collect()
        began = time.perf_counter()
        work()
        self.qt.processEvents()
        self.panel.view.viewport().repaint()
        took = time.perf_counter() - began
        print(f"{words:31} {1e3 * took:7.0f} ms  {wanted}")
        return took

    def scroll(self, steps: int) -> None:
        """Through all of it in so many steps, with its thumbnails; and by half a page, as a wheel does."""
        bar, viewport = self.panel.view.verticalScrollBar(), self.panel.view.viewport()
        paints = PaintCount()
        viewport.installEventFilter(paints)
        began, frames = time.perf_counter(), 300
        for step in range(frames):
            before = paints.number
            bar.setValue(step * _STEP)
            while paints.number == before and step:
                self.qt.processEvents()
        rate = frames / (time.perf_counter() - began)
        viewport.removeEventFilter(paints)
        print(
            f"scroll by {_STEP} pixels            {rate:7.0f} frames a second, with thumbnails on their way"
        )
        seen = []
        for step in range(steps):
            bar.setValue(step * bar.maximum() // steps)
            wait(5)
            if step in (steps // 10, steps - 1):
                seen.append(resident())
        print(f"scroll through all              {seen[0]:7.0f} MB after a tenth, {seen[1]:.0f} MB in the end")

    def read(self, seconds: float = 8.0) -> float:
        """Readings come in while the most likely stand first; milliseconds that the window was held."""
        self.model.sort_by("probability", descending=True)
        wait(500)
        watch = Watch()
        watch.start()
        until, told = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            for entry in self.dice.choices(self.model.entries, k=4):
                self.model.tell(self.given_reading(entry))
                self.panel.show_counts()
                told += 1
            wait(15)
        watch.stop()
        print(
            f"{told / seconds:.0f} readings a second, sorted  {watch.longest:7.0f} ms longest hold of the "
            f"event loop; wanted: under {_HOLD}"
        )
        return watch.longest


def make_files(folder: Path, number: int) -> None:
    pictures = []
    for seed in range(_PICTURES):
        pictures.append(cv2.imencode(".jpeg", radiograph(seed, size=(480, 400)))[1].tobytes())
    firsts: list[Path] = []
    for at in range(number):
        file = folder / f"ward {at // _A_FOLDER}" / f"scan-{at}.jpeg"
        if at % _A_FOLDER == 0:
            file.parent.mkdir(parents=True)
        if at < _PICTURES:
            file.write_bytes(pictures[at])
            firsts.append(file)
        else:
            try:
                os.link(firsts[at % _PICTURES], file)
            except OSError:  # too many names of one file
                file.write_bytes(pictures[at % _PICTURES])
                firsts[at % _PICTURES] = file


def resident() -> float:
    """Megabytes of memory that this process has; 0 where the system does not say."""
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    sys.exit(main())
