"""How long the event loop was held; and letting it turn."""

from __future__ import annotations

import time

from PySide6.QtCore import QElapsedTimer, QEventLoop, Qt, QTimer


class Watch:
    """Measures how long the event loop was kept from a timer that wants to run every few milliseconds.

    `longest` is the longest such time, `busiest` the most that its own thread worked in one (both in
    milliseconds): less than `longest` where it waited, or where other threads or programs had the processor.
    """

    def __init__(self) -> None:
        self.longest = self.busiest = 0.0
        self._worked = 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(interval=2, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self.longest = self.busiest = 0.0
        self._worked = time.thread_time_ns()
        self._clock.start()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        self.longest = max(self.longest, self._clock.nsecsElapsed() / 1e6)
        self._clock.restart()
        worked = time.thread_time_ns()
        self.busiest = max(self.busiest, (worked - self._worked) / 1e6)
        self._worked = worked


def wait(milliseconds: int) -> None:
    """Let the event loop turn for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
