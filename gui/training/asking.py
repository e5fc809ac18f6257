"""A question before something is stopped or dropped."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.dialogs.parts import FittedDialog, words

_WIDTH = 480


class Question(FittedDialog):
    """Asks, and does nothing itself. Enter and Esc leave everything as it is. Show it with `open()`.

    Args:
        title: the question.
        about: what follows from the answers.
        answers: what the buttons say, by what `answered` says.
        stay: the button that leaves everything as it is.
    """

    answered = Signal(str)

    def __init__(
        self, title: str, about: str, answers: Mapping[str, str], stay: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.stay = QPushButton(stay)
        self.buttons = {answer: QPushButton(text) for answer, text in answers.items()}
        row = QHBoxLayout()
        row.addStretch()
        for answer, button in self.buttons.items():
            button.setProperty("answer", answer)
            button.clicked.connect(self._on_clicked)
            row.addWidget(button)
        row.addWidget(self.stay)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(10)
        column.addWidget(words(title, "title"))
        column.addWidget(words(about, "muted"))
        column.addStretch()
        column.addLayout(row)
        self.stay.setDefault(True)
        self.stay.setFocus()
        self.stay.clicked.connect(self.reject)
        width = max(_WIDTH, column.minimumSize().width())
        size = QSize(width, column.totalHeightForWidth(width) + 8)
        self.fit(size, size)

    @Slot()
    def _on_clicked(self) -> None:
        self.answered.emit(self.sender().property("answer"))
        self.accept()
