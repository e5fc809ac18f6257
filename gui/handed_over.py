"""Files that the system hands to the application while it runs, as macOS does instead of arguments."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent


class HandedOver(QObject):
    """Watches an application for files handed over: by a double click, «Open with», or a drop on its icon.

    Of several files macOS sends an event each; they come out together. Those that come before `begin`, as
    the first do, wait for it.
    """

    arrived = Signal(list)  # of Path

    def __init__(self, application: QObject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths: list[Path] = []
        self._begun = False
        self._together = QTimer(self, singleShot=True, interval=0)
        self._together.timeout.connect(self._hand_on)
        application.installEventFilter(self)

    def begin(self) -> None:
        """From now on somebody listens."""
        self._begun = True
        self._hand_on()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if not isinstance(event, QFileOpenEvent) or not event.file():
            return super().eventFilter(watched, event)
        self._paths.append(Path(event.file()))
        self._together.start()
        return True

    def _hand_on(self) -> None:
        if self._begun and self._paths:
            paths, self._paths = self._paths, []
            self.arrived.emit(paths)
