"""A title and a text on the dark surroundings of a radiograph, where there is none to be seen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

#: Around a radiograph it is nearly black, in both themes.
SURROUNDINGS = QColor("#0b0c0e")

_TITLE = QColor("#d5dade")
_TEXT = QColor("#9aa4ac")


class Message(QWidget):
    """Painted, not made of labels: a label cannot break a file name without spaces."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def title(self) -> str:
        return self._title

    @property
    def text(self) -> str:
        return self._text

    def say(self, title: str, text: str) -> None:
        self._title, self._text = title, text
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.update()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(160, 120)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(event.rect(), SURROUNDINGS)
        em = self.fontMetrics().height()
        width = max(min(self.width() - 3 * em, 34 * em), em)
        column = QRectF((self.width() - width) / 2, 0, width, 1e6)
        option = QTextOption(Qt.AlignmentFlag.AlignHCenter)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        painter.setFont(self._title_font())
        title_height = painter.boundingRect(column, self._title, option).height()
        painter.setFont(self.font())
        text_height = painter.boundingRect(column, self._text, option).height()
        gap = em / 2 if self._title and self._text else 0
        top = max((self.height() - title_height - gap - text_height) / 2, em / 2)
        column.moveTop(top + title_height + gap)
        painter.setPen(_TEXT)
        painter.drawText(column, self._text, option)
        column.moveTop(top)
        painter.setFont(self._title_font())
        painter.setPen(_TITLE)
        painter.drawText(column, self._title, option)

    def _title_font(self) -> QFont:
        font = QFont(self.font())
        if font.pixelSize() > 0:
            font.setPixelSize(round(font.pixelSize() * 1.5))
        else:
            font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setWeight(QFont.Weight.DemiBold)
        return font
