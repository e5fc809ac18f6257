"""How many frames a second the viewer draws while a nine-megapixel scan is dragged about with the mouse.

    python benchmarks/viewer.py [--megapixels 9] [--steps 200] [--size 1500x950] [--least 30]

Every step is a mouse event sent to the canvas and the whole painting that follows from it. Without
QT_QPA_PLATFORM it runs on the offscreen platform, whose painting is that of a desktop without the last copy
to the screen. Ends with 1 if a row has fewer frames a second than --least.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from core.imaging.pyramid import Pyramid
from core.imaging.scan import Scan
from gui.viewer.canvas import Canvas
from gui.viewer.display_state import DisplayState
from gui.viewer.heat_state import HeatState
from gui.viewer.view_state import ViewState
from gui.viewer.viewer import Viewer

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@dataclass
class Bench:
    """A viewer with a scan in it, and how many steps to take."""

    viewer: Viewer
    view: ViewState
    display: DisplayState
    heat: HeatState
    steps: int


def radiograph(megapixels: float) -> Scan:
    """Smooth shapes and fine grain over the whole of 16 bits: float32 pixels of a square picture."""
    side = round((megapixels * 1e6) ** 0.5)
    random = np.random.default_rng(0)
    coarse = random.random((24, 24)).astype(np.float32)
    pixels = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    pixels += random.normal(0, 0.01, (side, side)).astype(np.float32)
    return Scan(np.asarray(np.clip(pixels, 0, 1), np.float32), bits=16, source="generated")


def main() -> int:
    options = _parser().parse_args()
    app = QApplication(sys.argv[:1])
    scan = radiograph(options.megapixels)
    start = time.perf_counter()
    pyramid = Pyramid(scan)
    built = time.perf_counter() - start
    bench = _prepared(scan, pyramid, options)
    width, height = pyramid.size
    print(f"{width} × {height} pixels, 16 bits; pyramid built in {built * 1e3:.0f} ms")
    print(f"viewer {options.size}, {options.steps} steps each, platform {app.platformName()}\n")
    print(f"{'shown':14} {'mouse':14} {'frames/s':>9} {'median ms':>10} {'95 % ms':>8} {'worst ms':>9}")
    slowest = float("inf")
    for shown, arrange in ARRANGEMENTS.items():
        for mouse, move in MOVES.items():
            arrange(bench)
            bench.view.reset()
            bench.display.set_display(bench.display.initial)
            bench.display.set_clahe(2 if "CLAHE" in shown else 0)
            app.processEvents()
            milliseconds = np.array(move(bench)) * 1e3
            rate = 1e3 / milliseconds.mean()
            slowest = min(slowest, rate)
            middle, high = np.percentile(milliseconds, (50, 95))
            print(f"{shown:14} {mouse:14} {rate:9.0f} {middle:10.1f} {high:8.1f} {milliseconds.max():9.1f}")
    bench.viewer.close()
    return int(slowest < options.least)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megapixels", type=float, default=9.0)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--size", default="1500x950", help="of the viewer in pixels")
    parser.add_argument("--least", type=float, default=30.0, help="frames a second that every row must reach")
    return parser


def _prepared(scan: Scan, pyramid: Pyramid, options: argparse.Namespace) -> Bench:
    view, display, heat = ViewState(), DisplayState(), HeatState(shown=False)
    viewer = Viewer(view, display, heat)
    viewer.resize(*map(int, options.size.split("x")))
    display.set_scan(scan, pyramid)
    viewer.show_picture(pyramid)
    viewer.show_evidence(np.random.default_rng(1).normal(0, 0.12, (10, 10)).astype(np.float32))
    viewer.show()
    return Bench(viewer, view, display, heat, options.steps)


def _plain(bench: Bench) -> None:
    bench.heat.set_shown(False)
    bench.heat.set_side_by_side(False)


def _with_evidence(bench: Bench) -> None:
    bench.heat.set_shown(True)
    bench.heat.set_side_by_side(False)


def _side_by_side(bench: Bench) -> None:
    bench.heat.set_shown(True)
    bench.heat.set_side_by_side(True)


def _drag_window(bench: Bench) -> list[float]:
    return _drag(bench, LEFT)


def _drag_picture(bench: Bench) -> list[float]:
    bench.view.zoom(2.0)
    return _drag(bench, RIGHT)


def _turn_wheel(bench: Bench) -> list[float]:
    """In and out again, a fifth of a notch at a time."""
    canvas = bench.viewer.canvas
    place = QPointF(canvas.width() / 3, canvas.height() / 3)
    taken = []
    for step in range(bench.steps):
        turn = QPoint(0, 24 if step % 100 < 50 else -24)
        event = QWheelEvent(
            place,
            canvas.mapToGlobal(place),
            QPoint(),
            turn,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        taken.append(_timed(bench, event))
    return taken


def _drag(bench: Bench, button: Qt.MouseButton) -> list[float]:
    """Round in a circle about the middle of the canvas."""
    canvas = bench.viewer.canvas
    middle = QPointF(canvas.width() / 2, canvas.height() / 2)
    radius = min(canvas.width(), canvas.height()) / 4
    places = [
        middle + radius * QPointF(float(np.cos(angle)), float(np.sin(angle)))
        for angle in np.linspace(0, 4 * np.pi, bench.steps + 1)
    ]
    QApplication.sendEvent(canvas, _mouse(QEvent.Type.MouseButtonPress, canvas, places[0], button, button))
    none = Qt.MouseButton.NoButton
    taken = [_timed(bench, _mouse(QEvent.Type.MouseMove, canvas, at, none, button)) for at in places[1:]]
    QApplication.sendEvent(canvas, _mouse(QEvent.Type.MouseButtonRelease, canvas, places[-1], button, none))
    return taken


def _mouse(
    kind: QEvent.Type, canvas: Canvas, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton
) -> QMouseEvent:
    return QMouseEvent(kind, at, canvas.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)


def _timed(bench: Bench, event: QEvent) -> float:
    """Seconds from the event until everything is painted."""
    start = time.perf_counter()
    QApplication.sendEvent(bench.viewer.canvas, event)
    bench.viewer.canvas.repaint()  # and with it all of the window that waits to be painted
    return time.perf_counter() - start


ARRANGEMENTS: dict[str, Callable[[Bench], None]] = {
    "plain": _plain,
    "evidence": _with_evidence,
    "CLAHE": _plain,
    "side by side": _side_by_side,
    "both, CLAHE": _side_by_side,
}
MOVES: dict[str, Callable[[Bench], list[float]]] = {
    "window": _drag_window,
    "pan": _drag_picture,
    "zoom": _turn_wheel,
}

if __name__ == "__main__":
    sys.exit(main())
