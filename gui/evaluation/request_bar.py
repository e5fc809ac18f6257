"""What is evaluated: the model, perhaps another one to compare it with, and the labelled scans."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from gui.controls import ElidedLabel
from gui.dialogs.choice import Choice
from gui.evaluation.service import EvaluationRequest
from gui.models.models import Models


class RequestBar(QFrame):
    """Puts an `EvaluationRequest` together."""

    wanted = Signal(object)  # EvaluationRequest
    folder_wanted = Signal()
    table_wanted = Signal()

    def __init__(self, models: Models, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._models = models
        self._source: Path | None = None
        self._is_busy = False
        self.model = _choice(self.tr("Model"))
        self.other = _choice(self.tr("Compare with"))
        self.place = ElidedLabel(self.tr("no scans chosen"))
        self.choose = QPushButton(self.tr("&Scans"))
        self.choose.setAccessibleName(self.tr("Choose labelled scans"))
        self.start = QPushButton(self.tr("&Evaluate"))
        self.start.setProperty("role", "primary")
        self._lay_out()
        models.changed.connect(self._offer)
        self.model.chosen.connect(self._offer_others)
        self.start.clicked.connect(self._on_start)
        self._offer()

    @property
    def request(self) -> EvaluationRequest | None:
        """What is chosen; None while something is missing."""
        if self._source is None or not self.model.value:
            return None
        models = (self.model.value, self.other.value) if self.other.value else (self.model.value,)
        return EvaluationRequest(models, self._source)

    def choose_model(self, name: str) -> None:
        """Choose this one, where it is there."""
        self.model.take(name)
        self._offer_others()

    def choose_other(self, name: str) -> None:
        """Compare with this one; with none where it is empty."""
        self.other.take(name)

    def choose_source(self, source: Path) -> None:
        self._source = source
        self.place.show_text(str(source))
        self._look()

    def set_busy(self, busy: bool) -> None:
        self._is_busy = busy
        for widget in (self.model, self.other, self.choose):
            widget.setEnabled(not busy)
        self._look()

    def _lay_out(self) -> None:
        menu = QMenu(self.choose)
        menu.addAction(self.tr("&Folder…"), self._on_folder)
        menu.addAction(self.tr("&Table…"), self._on_table)
        self.choose.setMenu(menu)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.setSpacing(8)
        for text, field in ((self.tr("&Model"), self.model), (self.tr("a&gainst"), self.other)):
            label = QLabel(text)
            label.setBuddy(field)
            layout.addWidget(label)
            layout.addWidget(field, 3)
        layout.addWidget(self.choose)
        layout.addWidget(self.place, 4)
        layout.addWidget(self.start)

    @Slot()
    def _offer(self) -> None:
        """The models there are; what was chosen stays, at first it is the one that reads."""
        names, reading = self._models.names, self._models.reading
        usual = reading if reading in names else self._models.active
        chosen = self.model.value or usual
        self.model.offer([(self._words(name), name) for name in names])
        self.model.take(chosen if chosen in names else usual)
        self._offer_others()

    def _offer_others(self, _: object = None) -> None:
        chosen = self.other.value or ""
        others = [name for name in self._models.names if name != self.model.value]
        self.other.offer([(self.tr("no other"), ""), *((self._words(name), name) for name in others)])
        self.other.take(chosen)
        self._look()

    def _words(self, name: str) -> str:
        return self.tr("{name} (reads now)").format(name=name) if name == self._models.reading else name

    def _look(self) -> None:
        self.start.setEnabled(self.request is not None and not self._is_busy)

    def _on_folder(self) -> None:
        self.folder_wanted.emit()

    def _on_table(self) -> None:
        self.table_wanted.emit()

    def _on_start(self) -> None:
        if request := self.request:
            self.wanted.emit(request)


def _choice(name: str) -> Choice:
    made = Choice(name)
    made.setMinimumContentsLength(14)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made
