"""The question before the history is cleared: what goes, and what stays."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from gui.dialogs.parts import FittedDialog, words

_WIDTH = 460


class ClearHistoryDialog(FittedDialog):
    """Asks, and clears nothing itself. Enter and Esc leave everything as it is.

    Args:
        scans, readings, reviews: how many are kept.
    """

    wanted = Signal(bool)  # whether the reviews are to go too

    def __init__(self, scans: int, readings: int, reviews: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Clear history"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        number = QLocale().toString
        self.reviews = QCheckBox(self.tr("Forget my &reviews and notes too ({n})").format(n=number(reviews)))
        self.reviews.setVisible(reviews > 0)
        self.clear = QPushButton(self.tr("&Clear history"))
        self.keep = QPushButton(self.tr("&Keep it"))
        self.goes = words(
            self.tr(
                "What was read is forgotten (scans: {scans}, readings: {readings}). Scans that you open "
                "again are read again. The list in the window is emptied."
            ).format(scans=number(scans), readings=number(readings))
        )
        self.stays = words("", "muted")
        self._lay_out()
        self.keep.setDefault(True)  # only now: its dialog has to know
        self.reviews.toggled.connect(self._say_what_stays)
        self.clear.clicked.connect(self._want)
        self.keep.clicked.connect(self.reject)
        self.keep.setFocus()

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox()
        buttons.addButton(self.clear, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.keep, QDialogButtonBox.ButtonRole.RejectRole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(10)
        layout.addWidget(words(self.tr("Clear the history?"), "title"))
        layout.addWidget(self.goes)
        layout.addWidget(self.stays)
        layout.addWidget(self.reviews)
        layout.addStretch()
        layout.addWidget(buttons)
        heights = []
        for forgotten in (True, False):  # so that nothing moves when the box is ticked
            self.reviews.setChecked(forgotten)
            self._say_what_stays()
            heights.append(layout.totalHeightForWidth(_WIDTH))
        self.fit(QSize(_WIDTH, max(heights)), QSize(_WIDTH, max(heights)))

    @Slot()
    def _say_what_stays(self) -> None:
        if self.reviews.isChecked():
            text = self.tr("Your files, settings and models stay. Reviews and notes cannot be brought back.")
        else:
            text = self.tr("Your files, reviews, notes, settings and models stay.")
        self.stays.setText(text)
        self.clear.setAccessibleDescription(f"{self.goes.text()} {text}")

    @Slot()
    def _want(self) -> None:
        self.wanted.emit(self.reviews.isChecked())
        self.accept()
