"""What the dialogs are put together from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

#: What a desktop draws around a window; known only once it is shown.
_FRAME = QSize(16, 44)

#: A line of text is no wider than this many letters before it wraps.
_LINE = 80


class FittedDialog(QDialog):
    """A dialog that opens in the middle of its parent, and never larger than the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settled = False

    def room(self) -> QRect:
        """The part of the screen that windows may cover, in the window's units."""
        return (self.parentWidget() or self).screen().availableGeometry()

    def fit(self, wanted: QSize, least: QSize) -> None:
        """Take these sizes, both smaller where the screen is."""
        most = self.room().size() - _FRAME
        self.setMinimumSize(least.boundedTo(most))
        self.resize(wanted.boundedTo(most))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        if not event.spontaneous():
            self._settled = False
        super().showEvent(event)
        if not event.spontaneous():
            self._centre()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and not self._settled:
            # Only now has the desktop surely placed the parent, which may have been shown just before
            self._settled = True
            self._centre()

    def _centre(self) -> None:
        parent, room, frame = self.parentWidget(), self.room(), self.frameGeometry()
        if not parent:
            return
        frame.moveCenter(parent.window().frameGeometry().center())
        left = max(min(frame.left(), room.right() - frame.width()), room.left())
        top = max(min(frame.top(), room.bottom() - frame.height()), room.top())
        self.move(left, top)


class _Words(QLabel):
    """Wraps no earlier than it must: Qt's own hint is about square, and leaves gaps below short lines."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        letters = self.fontMetrics()
        widest = max((letters.horizontalAdvance(line) for line in self.text().split("\n")), default=0)
        width = min(widest, _LINE * letters.averageCharWidth()) + 2
        return QSize(width, self.heightForWidth(width)) if self.wordWrap() else super().sizeHint()


def words(text: str, role: str = "", selectable: bool = False) -> QLabel:
    """Words that wrap.

    Args:
        role: one of style.qss's roles of a QLabel.
        selectable: can be marked with mouse and keys, to be copied.
    """
    label = _Words(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    if role:
        label.setProperty("role", role)
    if selectable:
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return label


def picture(icon: QIcon, side: int) -> QLabel:
    """An icon at a size in the window's units; an ornament, nothing that has to be read out."""
    label = QLabel()
    label.setPixmap(icon.pixmap(side, side))
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


def card() -> tuple[QFrame, QVBoxLayout]:
    """A raised surface, and the layout inside it."""
    frame = QFrame()
    frame.setProperty("role", "card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(16, 14, 16, 14)
    return frame, layout


def add_row(form: QFormLayout, text: str, field: QWidget) -> None:
    """A row of a form whose label, with the field's mnemonic, stands at the height of the field's words."""
    field.ensurePolished()
    label = QLabel(text)
    label.setBuddy(field)
    label.setMinimumHeight(field.sizeHint().height())
    form.addRow(label, field)


def add_below(form: QFormLayout, field: QWidget) -> None:
    """A row of a form without a label, in line with the fields."""
    form.setWidget(form.rowCount(), QFormLayout.ItemRole.FieldRole, field)


def scrolling(page: QWidget) -> QScrollArea:
    """The page, with a scroll bar where the window is too small for it."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    page.setProperty("role", "page")
    area.setWidget(page)
    return area
