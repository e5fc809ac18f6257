"""The line at the bottom: what is going on, what reads, and what this program is not for."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolButton, QWidget

from core.pace import Pace, duration

#: How long a note stays.
_NOTE_MS = 5000

#: The bar moves in so many steps at most.
_STEPS = 80


class StatusLine(QWidget):
    """Progress on the left, the engine and the disclaimer on the right. The disclaimer is always there."""

    training_wanted = Signal()  # the person wants to see the fine-tuning that goes on

    def __init__(self, stop: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pace = Pace()
        self._note = ""
        self._forget_note = QTimer(self, singleShot=True, interval=_NOTE_MS)
        self._forget_note.timeout.connect(self._on_note_over)
        self._progress = ""
        self._searching = False
        self._words = QLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName(self.tr("Progress of reading"))
        self._stop = QToolButton()
        self._stop.setDefaultAction(stop)
        self._stop.setAccessibleName(stop.text())
        self.engine = QLabel()
        disclaimer = QLabel(self.tr("Research and education only. Not for diagnosis."))
        disclaimer.setProperty("role", "disclaimer")
        disclaimer.setObjectName("disclaimer")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 0, 10, 0)
        layout.setSpacing(10)
        self._trouble = QLabel()
        self._trouble.setProperty("role", "warning")
        self._trouble.hide()
        for widget in (self._stop, self._bar, self._words):
            layout.addWidget(widget)
        layout.addStretch()
        self._training = QPushButton()
        self._training.setProperty("role", "link")
        self._training.setToolTip(self.tr("Show the fine-tuning that goes on"))
        self._training.clicked.connect(self.training_wanted)
        self._training.hide()
        layout.addWidget(self._training)
        layout.addWidget(self._trouble)
        layout.addWidget(self.engine)
        layout.addWidget(disclaimer)
        # As high as with the button, so that nothing moves when it comes
        self.setMinimumHeight(self._stop.sizeHint().height())
        self.show_progress(0, 0)

    @property
    def text(self) -> str:
        return self._words.text()

    def show_progress(self, done: int, asked: int) -> None:
        """`done` of `asked` scans were read; (0, 0) is idle."""
        if done == 0:
            self._pace.begin()
        self._pace.tell(done)
        busy = asked > 0 and done < asked
        self._bar.setVisible(busy and asked > 1)
        self._stop.setVisible(busy)
        if busy:
            self._bar.setRange(0, asked)
            if done == 0 or (done - self._bar.value()) * _STEPS >= asked:
                self._bar.setValue(done)  # which paints at once
        self._progress = self._progress_words(done, asked) if busy else ""
        self._show()

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

    def show_trouble(self, words: str, why: str) -> None:
        """Say something for as long as it is so; nothing where it is empty."""
        self._trouble.setText(words)
        self._trouble.setToolTip(why)
        self._trouble.setVisible(bool(words))

    def show_training(self, words: str) -> None:
        """How far a fine-tuning is; nothing where none goes on."""
        self._training.setText(words)
        self._training.setVisible(bool(words))

    def show_engine(self, words: str, why: str) -> None:
        self.engine.setText(words)
        self.engine.setToolTip(why)

    def _show(self) -> None:
        searching = self.tr("Looking for scans…") if self._searching else ""
        self._words.setText(" · ".join(filter(None, (self._progress or searching, self._note))))

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
