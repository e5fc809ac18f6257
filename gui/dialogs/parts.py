"""What the dialogs are put together from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget


def words(text: str, role: str = "", selectable: bool = False) -> QLabel:
    """Words that wrap.

    Args:
        role: one of style.qss's roles of a QLabel.
        selectable: can be marked with mouse and keys, to be copied.
    """
    label = QLabel(text)
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
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidgetResizable(True)
    page.setProperty("role", "page")
    area.setWidget(page)
    return area
