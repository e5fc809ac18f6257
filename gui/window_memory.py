"""The window as it was left: its place and size, the sizes of its parts, and the worklist's columns."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QSplitter

from gui.actions import Actions
from gui.worklist.panel import WorklistPanel

_SHOWN = ("show-worklist", "show-panel")


class WindowMemory:
    """Restores and keeps.

    Args:
        kept: where; None keeps nothing.
    """

    def __init__(
        self,
        window: QMainWindow,
        splitter: QSplitter,
        worklist: WorklistPanel,
        actions: Actions,
        kept: QSettings | None,
    ) -> None:
        self._window = window
        self._splitter = splitter
        self._worklist = worklist
        self._actions = actions
        self._kept = kept

    def restore(self) -> None:
        """As the window was left, else as large as is sensible on this screen."""
        room = QGuiApplication.primaryScreen().availableSize()
        self._window.resize(min(1280, room.width()), min(800, room.height()))
        for name in _SHOWN:
            self._actions[name].setChecked(True)
        if self._kept is None:
            return
        geometry, sizes = self._kept.value("geometry"), self._kept.value("splitter")
        if isinstance(geometry, QByteArray):
            self._window.restoreGeometry(geometry)
        if isinstance(sizes, QByteArray):
            self._splitter.restoreState(sizes)
        self._worklist.restore_state(self._kept.value("worklist"))
        for name in _SHOWN:
            self._actions[name].setChecked(self._kept.value(name, True, bool))
        self._actions["full-screen"].setChecked(self._window.isFullScreen())

    def keep(self) -> None:
        if self._kept is None:
            return
        self._kept.setValue("geometry", self._window.saveGeometry())
        self._actions["wide"].setChecked(False)  # so that the three parts have their own sizes
        self._kept.setValue("splitter", self._splitter.saveState())
        self._kept.setValue("worklist", self._worklist.save_state())
        for name in _SHOWN:
            self._kept.setValue(name, self._actions[name].isChecked())
        self._kept.sync()
