"""The line at the bottom: what is going on, what reads, and what this program is not for."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QToolButton, QWidget

from core.pace import Pace, duration
from gui.controls import ElidedButton, ElidedLabel

#: How long a note stays.
_NOTE_MS = 5000

#: The bar moves in so many steps at most.
_STEPS = 80


class StatusLine(QWidget):
    """Progress on the left, the engine and the disclaimer on the right.

    The disclaimer is always there, whole: where there is little room the engine is shortened, then the rest.
    """

    training_wanted = Signal()  # the person wants to see the fine-tuning that goes on

    def __init__(self, stop: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pace = Pace()
        self._note = ""
        self._forget_note = QTimer(self, singleShot=True, interval=_NOTE_MS)
        self._forget_note.timeout.connect(self._on_note_over)
        self._progress = ""
        self._searching = False
        self._words = _line()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMinimumWidth(60)
        self._bar.setMaximumWidth(160)
        self._bar.setAccessibleName(self.tr("Progress of reading"))
        self._stop = QToolButton()
        self._stop.setDefaultAction(stop)
        self._stop.setAccessibleName(stop.text())
        self.engine = _line()
        disclaimer = QLabel(self.tr("Research and education only. Not for diagnosis."))
        disclaimer.setProperty("role", "disclaimer")
        disclaimer.setObjectName("disclaimer")
        self._trouble = _line()
        self._trouble.setProperty("role", "warning")
        self._trouble.hide()
        self._training = ElidedButton()
        self._training.setProperty("role", "link")
        self._training.clicked.connect(self.training_wanted)
        self._training.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 0, 10, 0)
        layout.setSpacing(10)
        layout.addWidget(self._all_but_the_disclaimer(), 1)
        layout.addWidget(disclaimer)
        # As high as with the button, so that nothing moves when it comes
        self.setMinimumHeight(self._stop.sizeHint().height())
        self.show_progress(0, 0)

    def _all_but_the_disclaimer(self) -> QWidget:
        """On a widget that may be as narrow as need be: it never takes room from what is beside it."""
        rest = QWidget()
        rest.setMinimumWidth(1)
        layout = QHBoxLayout(rest)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._stop)
        # What stretches begins at its least width: it is the first to be shortened
        layout.addWidget(self._bar, 1000)
        layout.addWidget(self._words)
        layout.addStretch(1)
        layout.addWidget(self._training)
        layout.addWidget(self._trouble)
        layout.addWidget(self.engine, 1000)
        return rest

    @property
    def text(self) -> str:
        return self._words.whole_text

    def show_progress(self, done: int, asked: int) -> None:
        """`done` of `asked` scans were read; (0, 0) is idle."""
        if done == 0:
            self._pace.begin()
        self._pace.tell(done)
        busy = asked > 0 and done < asked
        self._bar.setVisible(busy and asked > 1)
        if busy:
            self._bar.setRange(0, asked)
            if done == 0 or (done - self._bar.value()) * _STEPS >= asked:
                self._bar.setValue(done)  # which paints at once
        self._progress = self._progress_words(done, asked) if busy else ""
        self._show()
        self._show_stop()

    def show_note(self, words: str) -> None:
        """Say something for some seconds, such as that a picture was saved."""
        self._note = words
        self._show()
        self._forget_note.start()

    def _on_note_over(self) -> None:
        self._note = ""
        self._show()

    def show_searching(self, searching: bool) -> None:
        """Files are looked for in a folder."""
        self._searching = searching
        self._show()
        self._show_stop()

    def show_trouble(self, words: str, why: str) -> None:
        """Say something for as long as it is so; nothing where it is empty."""
        self._trouble.show_text(words, why)
        self._trouble.setVisible(bool(words))

    def show_training(self, words: str) -> None:
        """How far a fine-tuning is; nothing where none goes on."""
        self._training.setText(words)
        self._training.setToolTip(f"{words}\n{self.tr('Show the fine-tuning that goes on')}")
        self._training.setVisible(bool(words))

    def show_engine(self, words: str, why: str) -> None:
        self.engine.show_text(words, why)

    def _show(self) -> None:
        searching = self.tr("Looking for scans…") if self._searching else ""
        self._words.show_text(" · ".join(filter(None, (self._progress or searching, self._note))))

    def _show_stop(self) -> None:
        self._stop.setVisible(self._searching or bool(self._progress))

    def _progress_words(self, done: int, asked: int) -> str:
        if asked == 1:
            return self.tr("Reading…")
        words = self.tr("{done} of {asked} read").format(done=done, asked=asked)
        rate, left = self._pace.rate, self._pace.left(asked - done)
        if rate and left is not None:
            words += " · " + self.tr("{rate} a second · {left} left").format(
                rate=f"{rate:.0f}" if rate >= 1 else f"{rate:.1f}", left=duration(left)
            )
        return words


def _line() -> ElidedLabel:
    """Words that are no wider than they need to be, and leave the keys where they are."""
    label = ElidedLabel()
    label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
    label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return label
