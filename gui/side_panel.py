"""The panels beside the picture, one below the other, with a scroll bar where they need one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget


def side_panel(*panels: QWidget) -> QScrollArea:
    """The panels with hairlines between them."""
    page = QWidget()
    page.setProperty("role", "page")
    column = QVBoxLayout(page)
    column.setContentsMargins(12, 6, 12, 4)
    column.setSpacing(8)
    for number, panel in enumerate(panels):
        if number:
            line = QFrame()
            line.setProperty("role", "line")
            column.addWidget(line)
        column.addWidget(panel)
    column.addStretch()
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    area.setMinimumWidth(300)
    return area
