"""The settings, as one object that tells when they change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from core import settings
from core.errors import LungfieldError
from core.settings import Settings


class Preferences(QObject):
    """Holds the person's choices and keeps them on disk.

    Args:
        now: the settings to start with.
        keep: write every change to disk; not so where nothing of the person's may be touched.
    """

    changed = Signal(object)  # the new Settings
    not_kept = Signal(object)  # the LungfieldError that says why they could not be written

    def __init__(self, now: Settings, keep: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._keep = keep

    @property
    def now(self) -> Settings:
        return self._now

    def change(self, **fields: Any) -> None:
        """Replace fields of the settings; says so only where something is different."""
        changed = replace(self._now, **fields)
        if changed == self._now:
            return
        self._now = changed
        if self._keep:
            try:
                settings.save(changed)
            except LungfieldError as error:
                self.not_kept.emit(error)
        self.changed.emit(changed)
