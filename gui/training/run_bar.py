"""Below a run: pause, enough, stop; and what is asked before it is stopped."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gui.dialogs.parts import words
from gui.training.asking import Question
from gui.training.following import Following
from gui.training.service import TrainingService


class RunBar(QWidget):
    """Says what the person wants of the run that goes on."""

    stop_wanted = Signal(str)  # "later" or "discard"

    def __init__(self, following: Following, service: TrainingService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._following = following
        self._service = service
        self._is_enough = False
        self.line = words("", "muted")
        self.line.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.pause = QPushButton()
        self.enough = QPushButton(self.tr("&Enough: keep what it has"))
        self.enough.setToolTip(self.tr("End after this epoch, and go on to the result"))
        self.stop = QPushButton(self.tr("&Stop…"))
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 10, 20, 12)
        row.setSpacing(10)
        row.addWidget(self.line, 1)
        for button in (self.stop, self.enough, self.pause):
            row.addWidget(button)
        self.pause.clicked.connect(self._on_pause)
        self.enough.clicked.connect(self._on_enough)
        self.stop.clicked.connect(self._ask)
        service.changed.connect(self._show)
        following.began.connect(self._on_began)
        following.moved.connect(self._show)
        self._show()

    def _show(self) -> None:
        service, stage = self._service, self._following.position.stage
        self.pause.setText(self.tr("&Go on") if service.is_paused else self.tr("&Pause"))
        is_on = service.is_running
        self.pause.setEnabled(is_on)
        self.stop.setEnabled(is_on)
        self.enough.setEnabled(is_on and stage == "epochs" and not self._is_enough)
        if service.is_paused:
            line = self.tr("Paused: the computer is all yours. It goes on from here.")
        elif self._is_enough and stage == "epochs":
            line = self.tr("It ends after this epoch.")
        else:
            line = self.tr("You can go on reading scans meanwhile.")
        self.line.setText(line if is_on else "")

    @Slot()
    def _on_began(self) -> None:
        self._is_enough = False
        self._show()

    @Slot()
    def _on_pause(self) -> None:
        if self._service.is_paused:
            self._service.go_on()
        else:
            self._service.pause()

    @Slot()
    def _on_enough(self) -> None:
        self._is_enough = True
        self._service.enough()
        self._service.go_on()  # what is paused would never come to the end of its epoch
        self._show()

    @Slot()
    def _ask(self) -> None:
        epochs = self._service.epochs_done
        if not epochs:
            about = self.tr("No epoch is finished yet. Another time it would begin anew.")
        elif epochs == 1:
            about = self.tr("One epoch is finished; another time it can go on from there.")
        else:
            about = self.tr("{n} epochs are finished; another time it can go on from there.").format(n=epochs)
        question = Question(
            self.tr("Stop this training?"),
            about,
            {"discard": self.tr("&Discard it"), "later": self.tr("Go on &another time")},
            self.tr("&Keep training"),
            self.window(),
        )
        question.answered.connect(self.stop_wanted)
        question.open()
