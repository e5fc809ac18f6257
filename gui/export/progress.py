"""A line that tells how far an export is, and then where to find it."""

from __future__ import annotations

import html
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QAccessible, QAccessibleEvent, QDesktopServices, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.errors import ErrorFunnel
from gui.export.exporter import Exported, Exporter
from gui.export.request import ExportRequest
from gui.export.words import beginning, done, left_out
from gui.reading.words import as_sentence
from gui.theme import restyle

#: Letters that a line of words needs beside the buttons; with fewer, the buttons go below.
_LINE = 45

#: Parts of the bar.
_STEPS = 1000


class ExportProgress(QFrame):
    """Shows what an `Exporter` does, and asks it to stop. Hidden until there is something to say."""

    def __init__(self, exporter: Exporter, funnel: ErrorFunnel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self._funnel = funnel
        self._shown = Path()
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of the export"))
        self.cancel = self._button(self.tr("Cancel"))
        self.open = self._button(self.tr("Open"))
        self.show_folder = self._button(self.tr("Show folder"))
        self.dismiss = self._button(self.tr("Dismiss"))
        self._lay_out()
        self.hide()

        self.cancel.clicked.connect(exporter.cancel)
        self.open.clicked.connect(self._open)
        self.show_folder.clicked.connect(self._show_folder)
        self.dismiss.clicked.connect(self.hide)
        exporter.started.connect(self._on_started)
        exporter.progressed.connect(self._on_progressed)
        exporter.succeeded.connect(self._on_succeeded)
        exporter.failed.connect(self._on_failed)
        exporter.cancelled.connect(self._on_cancelled)

    @property
    def text(self) -> str:
        """What it says; empty where it is hidden."""
        return "" if self.isHidden() else self._words.text()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as the buttons: words go above them."""
        margins = self._layout.contentsMargins()
        width = self._buttons.minimumSize().width() + margins.left() + margins.right()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange()

    # Putting it together

    @staticmethod
    def _button(text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "quiet")
        return button

    def _lay_out(self) -> None:
        said = QVBoxLayout()
        said.setSpacing(5)
        said.addStretch()
        said.addWidget(self._words)
        said.addWidget(self._bar)
        said.addStretch()
        self._buttons = QHBoxLayout()
        self._buttons.addStretch()
        for button in (self.cancel, self.open, self.show_folder, self.dismiss):
            self._buttons.addWidget(button)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(12, 6, 6, 6)
        self._layout.addLayout(said, 1)
        self._layout.addLayout(self._buttons)

    def _arrange(self) -> None:
        room = self.width() - self._buttons.sizeHint().width()
        beside = room >= _LINE * self.fontMetrics().averageCharWidth()
        self._layout.setDirection(
            QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        )

    # What is heard

    def _on_started(self, request: ExportRequest) -> None:
        self._bar.setRange(0, 0)
        self._say(beginning(request.kind), "info", working=True)

    def _on_progressed(self, fraction: float, text: str) -> None:
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(round(fraction * _STEPS))
        self._bar.setAccessibleDescription(text)

    def _on_succeeded(self, exported: Exported) -> None:
        self._shown = exported.request.path
        self._say(done(exported), "warning" if exported.left_out else "info", found=self._shown)
        self._words.setToolTip(_tool_tip(left_out(exported)))

    def _on_failed(self, error: BaseException) -> None:
        problem = self._funnel.problem(error)
        line = f"{problem.message} — {problem.hint}." if problem.hint else f"{problem.message}."
        self._say(as_sentence(line), "error" if problem.ours else "warning")

    def _on_cancelled(self) -> None:
        self._say(self.tr("The export was cancelled; nothing was written."), "info")

    def _say(self, text: str, kind: str, working: bool = False, found: Path | None = None) -> None:
        self._words.setText(text)
        self._words.setToolTip("")
        self.setAccessibleName(text)
        self._bar.setVisible(working)
        self.cancel.setVisible(working)
        self.dismiss.setVisible(not working)
        self.open.setVisible(found is not None and found.is_file())
        self.show_folder.setVisible(found is not None)
        restyle(self, kind=kind)
        self._arrange()
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._shown)))

    def _show_folder(self) -> None:
        folder = self._shown if self._shown.is_dir() else self._shown.parent
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _tool_tip(lines: str) -> str:
    """As plain text: names of files may look like markup."""
    if "<" not in lines:
        return lines
    return "<br>".join(html.escape(line) for line in lines.split("\n"))
