"""What the window looks like while files are dragged over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

#: Nearly all: the words below must not mix with those of the veil.
_COVERS = 0.96


class DropVeil(QWidget):
    """Lies over the whole window while something that can be opened is dragged over it.

    Args:
        text: what dropping it does; empty for reading it.
    """

    def __init__(self, parent: QWidget, text: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = text or self.tr("Drop to read")
        self.hide()

    def cover(self) -> None:
        """Lie over the parent as it is now."""
        parent = self.parentWidget()
        if parent:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(self.palette().color(QPalette.ColorRole.Window))
        veil.setAlphaF(_COVERS)
        painter.fillRect(self.rect(), veil)
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        painter.setPen(QPen(accent, 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), 12, 12)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        painter.setFont(font)
        middle = Qt.AlignmentFlag.AlignCenter
        card = QRectF(painter.boundingRect(self.rect(), middle, self._words)).adjusted(-36, -20, 36, 20)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(card, 8, 8)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawText(self.rect(), middle, self._words)
