"""A theme for a test, which leaves the application as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from gui.theme import Theme


@contextmanager
def borrowed_theme(app: QApplication) -> Iterator[Theme]:
    """A Theme on which nothing was applied yet."""
    # Widgets of earlier tests wait for an event loop to delete them; dressing thousands takes seconds
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    style, palette = app.style().objectName(), app.palette()
    theme = Theme(app)
    yield theme
    app.styleHints().colorSchemeChanged.disconnect(theme._follow)
    app.styleHints().unsetColorScheme()
    app.setStyleSheet("")
    app.setStyle(style)
    app.setPalette(palette)
