"""How quick the window is: start to first paint, drop to picture, and the longest hold of the event loop.

Run `python benchmarks/window.py` on a machine with nothing else to do. The scans are generated: JPEGs of 3
megapixels. What a drop costs is compared, in the same run, with decoding the same file and nothing else.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from core.imaging.decode import decode_file
from core.imaging.pyramid import Pyramid
from core.settings import NOTICE_VERSION
from gui.app import Lungfield
from tests.gui.driving import drop, files_mime
from tests.gui.watch import Watch, wait
from tests.pictures import radiograph

ROOT = Path(__file__).resolve().parent.parent
SIZE = (1536, 2048)  # 3.1 megapixels

_FIRST_PAINT = """
import time; begun = time.perf_counter()
import sys
from argparse import Namespace
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gui.app import Lungfield
qt = QApplication([])
it = Lungfield(qt, Namespace(paths=[], screenshot=None, size=None, theme="dark"))
it.start()
qt.processEvents()
print(time.perf_counter() - begun)
it.end()
"""


class PaintWatch(QObject):
    """When the canvas was last painted with a picture on it."""

    def __init__(self, lungfield: Lungfield) -> None:
        super().__init__()
        self.painted = 0.0
        self._session = lungfield.session
        lungfield.window.viewer.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint and self._session.picture_status == "shown" and not self.painted:
            QTimer.singleShot(0, self._on_painted)  # after the paint, not before it
        return False

    def _on_painted(self) -> None:
        self.painted = self.painted or time.perf_counter()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--drops", type=int, default=15, help="single scans to drop (default 15)")
    parser.add_argument("--folder", type=int, default=60, help="scans in the folder (default 60)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUNGFIELD_HOME"] = str(Path(folder, "home"))
        return measure(Path(folder, "scans"), chosen.drops, chosen.folder)


def measure(folder: Path, drops: int, count: int) -> int:
    folder.mkdir()
    files = make_scans(folder, max(drops, count))
    paints = [first_paint() for _ in range(3)]
    print(f"start to first paint     {1e3 * statistics.median(paints):6.0f} ms")
    qt = QApplication([])
    lungfield = Lungfield(qt, Namespace(paths=[], screenshot=None, size=(1500, 950), theme="dark"))
    lungfield.preferences.change(notice_accepted=NOTICE_VERSION)
    watch = Watch()
    watch.start()
    lungfield.start()
    settle(lungfield)
    print(f"opening the model        {watch.longest:6.0f} ms longest hold of the event loop")

    decoding, showing = [], []
    for file in files[:drops]:
        begun = time.perf_counter()
        Pyramid(decode_file(file))
        decoding.append(1e3 * (time.perf_counter() - begun))
        showing.append(drop_to_picture(lungfield, file))
    ratio = statistics.median(showing) / statistics.median(decoding)
    print(f"decoding a 3 MP JPEG     {statistics.median(decoding):6.0f} ms")
    print(
        f"drop to picture painted  {statistics.median(showing):6.0f} ms, {max(showing):.0f} at most; "
        f"{ratio:.1f} times decoding alone; wanted: under 150"
    )
    lungfield.session.clear()
    wait(200)
    watch.start()
    begun = time.perf_counter()
    drop(lungfield, files_mime(folder))
    settle(lungfield)
    took = time.perf_counter() - begun
    print(
        f"a folder of {len(files)} is read   {watch.longest:6.0f} ms longest hold; wanted: under 50; "
        f"{len(files) / took:.0f} scans a second"
    )
    begun = time.perf_counter()
    lungfield.session.clear()
    drop(lungfield, files_mime(folder))
    wait(400)
    begun = time.perf_counter()
    lungfield.window.close()
    closing = 1e3 * (time.perf_counter() - begun)
    print(f"closing while reading    {closing:6.0f} ms; wanted: under 2000")
    return int(max(showing) > 150 or watch.longest > 50 or closing > 2000)


def make_scans(folder: Path, count: int) -> list[Path]:
    picture = radiograph(0, size=SIZE)
    files = [folder / f"{number:03}.jpeg" for number in range(count)]
    for number, file in enumerate(files):
        picture[0, 0] = number
        cv2.imwrite(str(file), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    return files


def first_paint() -> float:
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_PAINT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def drop_to_picture(lungfield: Lungfield, file: Path) -> float:
    """Milliseconds until the picture is painted; returns when it is read too."""
    lungfield.session.clear()
    wait(50)
    paint = PaintWatch(lungfield)
    begun = time.perf_counter()
    drop(lungfield, files_mime(file))
    settle(lungfield)
    while not paint.painted:
        wait(5)
    lungfield.window.viewer.canvas.removeEventFilter(paint)
    return 1e3 * (paint.painted - begun)


def settle(lungfield: Lungfield) -> None:
    while lungfield.session.opened is None or lungfield.session.is_busy:
        wait(5)


if __name__ == "__main__":
    sys.exit(main())
