"""The review panel: agree with the reading or correct it, note something, and see how far the two agree."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.controls import words_label
from gui.review import words
from gui.review.note import NoteField
from gui.review.state import ReviewState

#: A note is told of when nothing was typed for so long, and when the field is left.
_NOTE_AFTER_MS = 700

_SPACING = 6


class ReviewPanel(QWidget):
    """Shows a `ReviewState` and says what the person wants; decides nothing.

    A note that was typed is told of before anything else that the person wants, with the key of the scan that
    it was typed for: another may be on the screen by then.
    """

    agreed = Signal()
    corrected = Signal(str)  # NORMAL or PNEUMONIA
    note_changed = Signal(object, str)  # `ReviewState.key`, and the whole note
    cleared = Signal()
    next_unreviewed = Signal()
    note_finished = Signal()  # by a key: the keys are to go back to where they were

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ReviewState()
        self._told = ""  # the note as it was last shown or told of
        self._soon = QTimer(self, singleShot=True, interval=_NOTE_AFTER_MS)
        self._said = words_label("muted")
        self._counts = words_label("caption")
        self._agree = self._answer(self.tr("Agree"), "agree")
        self._normal = self._answer(words.label("NORMAL"), "normal")
        self._pneumonia = self._answer(words.label("PNEUMONIA"), "pneumonia")
        self._clear = QPushButton(self.tr("Take back"))
        self._clear.setProperty("role", "link")
        keeps_its_room = self._clear.sizePolicy()
        keeps_its_room.setRetainSizeWhenHidden(True)  # so that what is below does not move when it comes
        self._clear.setSizePolicy(keeps_its_room)
        self._clear.setToolTip(self.tr("Forget what you said of this scan, its note too (Backspace)"))
        self._next = QPushButton(self.tr("Next unreviewed"))
        self._next.setProperty("role", "quiet")
        self._next.setToolTip(self.tr("The next scan on the list that you said nothing of (U)"))
        self.note = NoteField()
        self.note.setPlaceholderText(self.tr("Note"))
        self.note.setAccessibleName(self.tr("Note on this scan"))
        self.note.setToolTip(self.tr("A note on this scan (M). Esc or Ctrl+Enter ends it."))
        self._grid = QGridLayout()
        self._lay_out()
        self._connect()
        self._show()

    @property
    def state(self) -> ReviewState:
        return self._state

    def show_state(self, state: ReviewState) -> None:
        """Show it; what was said newly is announced to screen readers. What is being typed stays."""
        if state == self._state:
            return
        before, said = self._state, self._said.text()
        if state.key != before.key:
            self.tell_note()
            if self._state is not before:
                return  # telling it had a newer one shown
        self._state = state
        if state.key != before.key or state.note != before.note:
            self._show_note(state.note, another=state.key != before.key)
        self._show()
        if state.key == before.key and self._said.text() != said:
            QAccessible.updateAccessibility(QAccessibleEvent(self._said, QAccessible.Event.Alert))

    def tell_note(self) -> None:
        """Say now what was typed and not yet told of, such as before the window closes."""
        self._soon.stop()
        typed = self.note.toPlainText()
        if typed != self._told:
            self._told = typed
            self.note_changed.emit(self._state.key, typed)

    def edit_note(self) -> None:
        """Give the note the keys."""
        if self.note.isEnabled():
            self.note.setFocus()
            self.note.moveCursor(self.note.textCursor().MoveOperation.End)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as the two labels side by side: the button that agrees goes above them."""
        for button in (self._normal, self._pneumonia):
            button.ensurePolished()
        labels = self._normal.sizeHint().width() + _SPACING + self._pneumonia.sizeHint().width()
        return QSize(labels, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange()

    # Putting it together

    def _answer(self, text: str, kind: str) -> QPushButton:
        button = QPushButton(text)
        button.setCheckable(True)
        button.setProperty("role", "answer")
        button.setProperty("kind", kind)
        return button

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Review"))
        title.setProperty("role", "title")
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self._next)
        line = QHBoxLayout()
        line.setSpacing(_SPACING)
        line.addWidget(self._said, 1)
        line.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.setSpacing(_SPACING)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(head)
        column.addLayout(line)
        column.addLayout(self._grid)
        column.addWidget(self.note)
        column.addWidget(self._counts)
        column.addStretch()
        self._arrange()

    def _arrange(self) -> None:
        """The three buttons side by side, or one above the two where there is no room."""
        buttons = (self._agree, self._normal, self._pneumonia)
        needed = sum(button.sizeHint().width() for button in buttons) + 2 * _SPACING
        places = ((0, 0, 1, 1), (0, 1, 1, 1), (0, 2, 1, 1))
        if self.width() < needed:
            places = ((0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1))
        for button, place in zip(buttons, places, strict=True):
            at = self._grid.indexOf(button)
            if at < 0 or self._grid.getItemPosition(at) != place:
                self._grid.removeWidget(button)
                self._grid.addWidget(button, *place)

    def _connect(self) -> None:
        self._agree.clicked.connect(self._on_agree)
        self._normal.clicked.connect(self._on_normal)
        self._pneumonia.clicked.connect(self._on_pneumonia)
        self._clear.clicked.connect(self._on_clear)
        self._next.clicked.connect(self._on_next)
        self.note.textChanged.connect(self._soon.start)
        self.note.left.connect(self.tell_note)
        self.note.finished.connect(self.note_finished)
        self._soon.timeout.connect(self.tell_note)

    # What the person does

    def _on_agree(self) -> None:
        self._before_answering()
        self.agreed.emit()

    def _on_normal(self) -> None:
        self._before_answering()
        self.corrected.emit("NORMAL")

    def _on_pneumonia(self) -> None:
        self._before_answering()
        self.corrected.emit("PNEUMONIA")

    def _on_clear(self) -> None:
        self.tell_note()
        self.cleared.emit()

    def _on_next(self) -> None:
        self.tell_note()
        self.next_unreviewed.emit()

    def _before_answering(self) -> None:
        self.tell_note()
        self._show()  # a click has turned the button over; what is so is in the state

    # Showing

    def _show_note(self, note: str, another: bool) -> None:
        there = self.note.toPlainText()
        if not another and (there != self._told or there.strip() == note.strip()):
            return  # it is being typed, and the cursor is to stay where it is
        if there != note:
            self.note.setPlainText(note)
        self._told = self.note.toPlainText()  # where some signs are other ones
        self._soon.stop()

    def _show(self) -> None:
        state = self._state
        reading = words.label(state.reading_label) if state.reading_label else ""
        self._said.setText(words.said(state))
        self._said.setToolTip(words.when(state))
        self._agree.setChecked(state.agrees)
        self._agree.setEnabled(state.can_review and bool(reading))
        agree = self.tr("Agree with the model: {label}").format(label=reading) if reading else ""
        self._agree.setToolTip(
            self.tr("{agree} (G; Enter goes on to the next, too)").format(agree=agree)
            if agree
            else self.tr("There is no reading to agree with")
        )
        self._agree.setAccessibleName(agree or self._agree.text())
        for button, label, key in ((self._normal, "NORMAL", "N"), (self._pneumonia, "PNEUMONIA", "P")):
            button.setChecked(state.label == label and not state.agrees)
            button.setEnabled(state.can_review)
            tip = self.tr("You see it as {label} ({key})").format(label=words.label(label), key=key)
            button.setToolTip(tip)
        self.note.setEnabled(state.can_review)
        self._clear.setVisible(state.review is not None)
        self._next.setEnabled(state.has_next)
        self._counts.setText(words.counts(state.agreement, state.without_reading))
        explained = words.counts_explained(state.agreement)
        self._counts.setToolTip(explained)
        self._counts.setAccessibleDescription(explained)
