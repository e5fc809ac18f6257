"""One model: what it is called, what can be done with it, and its card."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QTextCharFormat
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from core.model.checkpoint import Checkpoint
from gui.controls import ElidedLabel
from gui.dialogs.model_page import page
from gui.dialogs.page_view import PageView
from gui.dialogs.parts import words
from gui.models.shelf import Model
from gui.models.words import in_short


class ModelDetails(QFrame):
    """Shows the model that is chosen.

    Args:
        changes: what is done to it less often, for a menu.
    """

    activate_wanted = Signal()
    evaluate_wanted = Signal()
    train_wanted = Signal()

    def __init__(self, changes: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.name = ElidedLabel()
        self.name.setProperty("role", "title")
        self.short = words("", "muted")
        self.activate = QPushButton(self.tr("Make &active"))
        self.activate.setProperty("role", "primary")
        self.activate.setToolTip(self.tr("Read with this model from now on"))
        self.evaluate = QPushButton(self.tr("&Evaluate…"))
        self.evaluate.setToolTip(self.tr("Score it on labelled scans"))
        self.train = QPushButton(self.tr("Fine-&tune…"))
        self.train.setToolTip(self.tr("Train a new model that starts from this one"))
        self.more = QPushButton(self.tr("&More"))
        menu = QMenu(self.more)
        menu.addActions(changes)
        self.more.setMenu(menu)
        self.card = PageView(self.tr("Model card"))
        self._lay_out()
        self.activate.clicked.connect(self.activate_wanted)
        self.evaluate.clicked.connect(self.evaluate_wanted)
        self.train.clicked.connect(self.train_wanted)

    def show_model(self, model: Model | None, busy: bool) -> None:
        """Its name and what can be done with it now; its card comes by itself."""
        readable = model is not None and not model.problem
        self.name.show_text(model.name if model else "")
        self.short.setText(_reading(in_short(model), model, self.tr("reads now")) if model else "")
        self.activate.setEnabled(readable and not busy and bool(model and not model.reads))
        self.evaluate.setEnabled(readable)
        self.train.setEnabled(readable)
        self.more.setEnabled(model is not None)

    def show_card(self, model: Checkpoint) -> None:
        self.card.show_markdown(page(model, titled=False))

    def show_words(self, text: str) -> None:
        """In the card's place."""
        self.card.browser.setCurrentCharFormat(QTextCharFormat())  # else in that of the words before
        self.card.browser.setPlainText(text)

    def _lay_out(self) -> None:
        heading = QVBoxLayout()
        heading.setContentsMargins(18, 14, 18, 4)
        heading.setSpacing(4)
        heading.addWidget(self.name)
        heading.addWidget(self.short)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 8, 0, 4)
        buttons.setSpacing(8)
        for button in (self.activate, self.evaluate, self.train):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self.more)
        heading.addLayout(buttons)
        line = QFrame()
        line.setProperty("role", "line")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(heading)
        layout.addWidget(line)
        layout.addWidget(self.card, 1)


def _reading(short: str, model: Model, reads: str) -> str:
    return f"{reads} · {short}" if model.reads else short
