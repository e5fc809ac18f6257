"""`--screenshot FILE`: waits until everything is read and shown, saves what the window shows, and ends."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QTimer, Signal

from core.errors import LungfieldError
from core.files import write_whole
from gui.main_window import MainWindow
from gui.session import Session

#: The window is looked at this often, and is done when nothing went on for so many looks.
_EVERY_MS, _QUIET_LOOKS = 50, 4


class Screenshot(QObject):
    """Watches the session from `start` on."""

    done = Signal(object)  # None, or the LungfieldError that says why it could not be saved

    def __init__(self, file: Path, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._file = file
        self._window = window
        self._session = session
        self._quiet = 0
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        self._timer.start()

    def _look(self) -> None:
        self._quiet = 0 if self._session.is_busy else self._quiet + 1
        if self._quiet >= _QUIET_LOOKS:
            self._timer.stop()
            self.done.emit(self._take())

    def _take(self) -> LungfieldError | None:
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._window.grab().save(buffer, "PNG")
        try:
            write_whole(self._file, content.data())
        except LungfieldError as error:
            return error
        return None
