"""Every key and what the mouse does, on one page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from gui.dialogs.parts import FittedDialog, card, scrolling, words

#: A title, and what there is under it: keys, and what they do.
Group = tuple[str, Sequence[tuple[str, str]]]

_CAP = re.compile(r"[^+]+|\+$")


class ShortcutsDialog(FittedDialog):
    """The page of keys and mouse.

    Args:
        groups: keys are written as "Ctrl+O"; " / " stands between alternatives.
    """

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys and mouse"))
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(20, 20, 20, 8)
        columns.setSpacing(16)
        for side in _balanced(groups):
            column = QVBoxLayout()
            column.setSpacing(16)
            for title, rows in side:
                column.addWidget(self._group(title, rows))
            column.addStretch()
            columns.addLayout(column, 1)
        self.area = scrolling(page)
        self.area.setAccessibleName(self.windowTitle())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.setContentsMargins(20, 8, 20, 16)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.area)
        layout.addWidget(buttons)
        height = page.sizeHint().height() + buttons.sizeHint().height()
        self.fit(QSize(880, min(height, 680)), QSize(640, 360))

    def _group(self, title: str, rows: Sequence[tuple[str, str]]) -> QFrame:
        frame, layout = card()
        layout.addWidget(words(title, "title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(0, 1)
        for row, (keys, action) in enumerate(rows):
            what = words(action)
            what.setAlignment(Qt.AlignmentFlag.AlignVCenter)
            what.setAccessibleName(self.tr("{action}: {keys}").format(action=action, keys=keys))
            grid.addWidget(what, row, 0)
            grid.addLayout(
                self._caps(keys), row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )
        layout.addLayout(grid)
        return frame

    def _caps(self, keys: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for number, alternative in enumerate(keys.split(" / ")):
            if number:
                row.addWidget(_plain(self.tr("or")))
            for cap in caps(alternative):
                label = QLabel(cap)
                label.setProperty("role", "key")
                label.setAlignment(Qt.AlignmentFlag.AlignCenter)
                row.addWidget(label)
        return row


def caps(keys: str) -> list[str]:
    """The key caps of one shortcut: "Ctrl++" is Ctrl and +."""
    return _CAP.findall(keys)


def _plain(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "caption")
    return label


def _balanced(groups: Sequence[Group]) -> tuple[list[Group], list[Group]]:
    """The groups in two columns of about the same height, in their order."""
    heights = [len(rows) + 2 for _, rows in groups]
    total = sum(heights)
    cut = min(range(len(groups) + 1), key=lambda count: abs(2 * sum(heights[:count]) - total), default=0)
    return list(groups[:cut]), list(groups[cut:])
