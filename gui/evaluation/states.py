"""What stands in the place of results: how to begin, how far it is, why it failed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui.dialogs.parts import words
from gui.icons import Icons

_STEPS = 1000
_COLUMN = 560


class _State(QWidget):
    """A column in the middle of the page: a headline, words, and what is put below them."""

    def __init__(self, headline: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = words(headline, "headline")
        self.headline.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text = words("", "muted", selectable=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        middle = QWidget()
        middle.setMaximumWidth(_COLUMN)
        self.column = QVBoxLayout(middle)
        self.column.setSpacing(10)
        self.column.addWidget(self.headline)
        self.column.addWidget(self.text)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 20)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(3)
        layout.addLayout(row)
        layout.addStretch(4)

    def add_buttons(self, *buttons: QPushButton) -> None:
        row = QHBoxLayout()
        row.addStretch()
        for button in buttons:
            row.addWidget(button)
        row.addStretch()
        self.column.addSpacing(6)
        self.column.addLayout(row)


class EmptyState(_State):
    """Nothing was evaluated yet."""

    folder_wanted = Signal()
    table_wanted = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._icons = icons
        self.headline.setText(self.tr("How good is a model?"))
        self.text.setText(
            self.tr(
                "Choose scans whose truth is known, or drop them here: a folder with NORMAL and PNEUMONIA "
                "in it, or a table with a row for each scan. A second model can be compared with the first. "
                "The scans stay on this computer."
            )
        )
        self.folder = QPushButton(self.tr("Choose folder…"))
        self.table = QPushButton(self.tr("Choose table…"))
        self.folder.clicked.connect(self.folder_wanted)
        self.table.clicked.connect(self.table_wanted)
        self.add_buttons(self.folder, self.table)
        icons.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.folder.setIcon(self._icons.get("folder"))
        self.table.setIcon(self._icons.get("table"))


class WorkingState(_State):
    """Scans are being read."""

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the evaluation"))
        self.column.addWidget(self.bar)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self._on_cancel)
        self.add_buttons(self.cancel)

    def begin(self, headline: str) -> None:
        """Say what is done from now on."""
        self.headline.setText(headline)
        self.text.setText(self.tr("Opening the model…"))
        self.bar.setRange(0, 0)
        self.cancel.setEnabled(True)

    def show_progress(self, fraction: float, text: str) -> None:
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(round(_STEPS * fraction))
        if self.cancel.isEnabled():
            self.text.setText(text)

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.text.setText(self.tr("Stopping…"))
        self.cancel_wanted.emit()


class FailedState(_State):
    """It could not be evaluated."""

    again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.headline.setText(self.tr("This could not be evaluated"))
        self.again = QPushButton(self.tr("Try again"))
        self.again.clicked.connect(self.again_wanted)
        self.add_buttons(self.again)

    def explain(self, text: str) -> None:
        """Say why, and offer to try again."""
        self.text.setText(text)
        self.again.show()
