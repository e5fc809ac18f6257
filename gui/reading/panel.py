"""The reading panel: what the model says of the scan on the screen, and how sure of it one may be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core.reading import words
from core.reading.gate import Verdict
from core.reading.reader import Reading
from gui.controls import ElidedLabel, words_label
from gui.reading.facts import Facts
from gui.reading.idle import idle
from gui.reading.probability_bar import ProbabilityBar
from gui.reading.state import ReadingState
from gui.theme import restyle

#: States in which something is going on.
_BUSY = ("loading-model", "reading")

#: A reading like most, for the room that one takes.
_USUAL = ReadingState(
    "read",
    Reading(0.999, "", 0.5, np.zeros((1, 1), np.float32), Verdict(()), "model", "openvino cpu fp32", 99.0),
    name="scan",
    operating_point="balanced",
    sensitivity=0.95,
    specificity=0.95,
)


class ReadingPanel(QWidget):
    """Shows a `ReadingState`; decides nothing.

    It is never lower than with a usual reading, so that what is below it stays where it is when one arrives.
    """

    read_again_requested = Signal()
    read_as_stored_requested = Signal()
    details_requested = Signal()  # the card of the model

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specimen: ReadingPanel | None = None  # never shown: it tells the height of a usual reading
        self._room = QTimer(self, singleShot=True, interval=0)
        self._room.timeout.connect(self._keep_room)
        self._name = ElidedLabel()
        self._name.setProperty("role", "caption")
        self._verdict = words_label("verdict")
        self._leaning = words_label("muted")
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Working"))
        self._bar = ProbabilityBar()
        self._sentence = words_label()
        self._explanation = words_label("warning")
        self._frequency = words_label("muted")
        self._frequency.setToolTip(words.frequency_caution())
        self._frequency.setAccessibleDescription(words.frequency_caution())
        self._hint = words_label("muted")
        self._contrast = words_label("caption")
        self._as_stored = QPushButton(self.tr("Read as stored"))
        self._as_stored.setToolTip(
            self.tr("Back to the reading of the scan as its file asks to be displayed (Shift+D)")
        )
        self._as_displayed = self._banner("warning", self._as_displayed_content())
        self._notes = words_label()
        self._notes_banner = self._banner("info", [self._notes])
        self._facts = Facts()
        self._again = QPushButton(self.tr("Read again"))
        self._details = QPushButton(self.tr("Model card"))
        for button, tip in (
            (self._again, self.tr("Read this scan once more (F5)")),
            (self._details, self.tr("What the model learnt from, how good it is, and its limits")),
        ):
            button.setProperty("role", "quiet")
            button.setToolTip(tip)
        self._again.clicked.connect(self.read_again_requested)
        self._as_stored.clicked.connect(self.read_as_stored_requested)
        self._details.clicked.connect(self.details_requested)
        self._lay_out()
        self._state = ReadingState()
        self._show(self._state)

    @property
    def state(self) -> ReadingState:
        return self._state

    def show_state(self, state: ReadingState) -> None:
        """Show it; what has changed of the verdict is announced to screen readers."""
        if state == self._state:
            return
        engine_words, self._state = self._state.engine_words, state
        before = self._verdict.text()
        self._show(state)
        if state.engine_words != engine_words:
            self._keep_room()
        if self._verdict.text() != before:
            QAccessible.updateAccessibility(QAccessibleEvent(self._verdict, QAccessible.Event.Alert))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._keep_room()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self._specimen:
            # Not now: the specimen is dressed anew for it, which Qt does not bear while it dresses everything
            self._room.start()

    def _keep_room(self) -> None:
        if isinstance(self.parentWidget(), ReadingPanel):
            return  # it is the specimen itself
        if self._specimen is None:
            # A child, or it would die with the Python object, in whatever thread collects that
            self._specimen = ReadingPanel(self)
            self._specimen.hide()
        usual = _USUAL
        if self._state.engine_words and usual.reading:
            usual = replace(usual, reading=replace(usual.reading, engine=self._state.engine_words))
        self._specimen.setFont(self.font())
        self._specimen.show_state(usual)
        self.setMinimumHeight(self._specimen.height_for(self.width()))

    def height_for(self, width: int) -> int:
        """Of all that it shows now, in pixels, were it this wide."""
        for widget in self.findChildren(QWidget):
            widget.ensurePolished()  # the style sheet's fonts, on one that was never shown
        self._column.invalidate()
        return self._column.totalHeightForWidth(width)

    # -- putting it together

    def _lay_out(self) -> None:
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for widget in (
            self._name,
            self._verdict,
            self._leaning,
            self._progress,
            self._bar,
            self._sentence,
            self._explanation,
            self._frequency,
            self._hint,
            self._as_displayed,
            self._notes_banner,
            self._facts,
        ):
            column.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self._again)
        buttons.addWidget(self._details)
        buttons.addStretch()
        column.addLayout(buttons)
        column.addStretch()

    def _as_displayed_content(self) -> list[QWidget]:
        title = words_label("title")
        title.setText(self.tr("Read as displayed"))
        return [title, self._contrast, self._as_stored]

    @staticmethod
    def _banner(kind: str, content: list[QWidget]) -> QFrame:
        banner = QFrame()
        banner.setProperty("role", "banner")
        banner.setProperty("kind", kind)
        column = QVBoxLayout(banner)
        column.setContentsMargins(10, 6, 8, 6)
        column.setSpacing(4)
        for widget in content:
            alignment = Qt.AlignmentFlag.AlignLeft if isinstance(widget, QPushButton) else Qt.AlignmentFlag(0)
            column.addWidget(widget, 0, alignment)
        return banner

    # -- showing

    def _show(self, state: ReadingState) -> None:
        reading = state.reading if state.status in ("read", "rejected") else None
        self._name.show_text(state.name)
        self._name.setVisible(bool(state.name))
        self._progress.setVisible(state.status in _BUSY)
        self._bar.setVisible(reading is not None)
        if reading:
            self._show_reading(reading, state)
        else:
            self._show_idle(state)
        _say(self._contrast, state.as_displayed)
        self._as_displayed.setVisible(bool(state.as_displayed) and reading is not None)
        _say(self._notes, "\n".join(state.notes))
        self._notes_banner.setVisible(bool(state.notes))
        self._facts.show_state(state)
        self._again.setVisible(state.status in ("read", "rejected", "failed", "unread"))
        self._again.setText(self.tr("Read") if state.status == "unread" else self.tr("Read again"))
        self._details.setVisible(self._facts.names_model)

    def _show_reading(self, reading: Reading, state: ReadingState) -> None:
        shown = (reading.probability, state.threshold, state.band, reading.verdict.reasons)
        said = words.said(*shown)
        self._bar.show_probability(*shown)
        self._show_verdict(said.headline, said.answer)
        _say(self._leaning, said.leaning)
        _say(self._sentence, said.sentence)
        _say(self._explanation, said.explanation)
        _say(self._frequency, said.frequency)
        _say(self._hint, "")

    def _show_idle(self, state: ReadingState) -> None:
        headline, line = idle(state.status)
        self._bar.clear()
        self._show_verdict(headline, "failed" if state.status == "failed" else "idle")
        is_off = state.status == "no-model"
        reason = words.reading_is_off(state.reason) if is_off else words.ended(state.reason)
        _say(self._sentence, reason or line)
        _say(self._hint, words.as_sentence(state.hint))
        for label in (self._leaning, self._explanation, self._frequency):
            _say(label, "")

    def _show_verdict(self, headline: str, verdict: str) -> None:
        self._verdict.setText(headline)
        if self._verdict.property("verdict") != verdict:
            restyle(self._verdict, verdict=verdict)


def _say(label: QLabel, text: str) -> None:
    """What there is to say; no empty line where there is nothing."""
    label.setText(text)
    label.setVisible(bool(text))
