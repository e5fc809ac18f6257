"""Paints one row of the worklist: thumbnail, name, and what is known of the scan."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QImage, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.preferences import Preferences
from gui.theme import Theme
from gui.worklist.entry import Entry
from gui.worklist.model import ENTRY_ROLE
from gui.worklist.verdict import state_words, verdict_of

_MARGIN = 8
_SIDE = 44  # of a thumbnail, in the window's units
_MARK = 9


class WorklistDelegate(QStyledItemDelegate):
    """Each state has a shape of its own, so that colour says nothing alone."""

    def __init__(self, theme: Theme, preferences: Preferences, parent: QApplication | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._preferences = preferences

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        lines = option.fontMetrics.height() + _small(option.font)[1].height() + 4
        return QSize(160, max(_SIDE, lines) + 2 * _MARGIN)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        painter.save()
        widget = option.widget
        style = widget.style() if widget else QApplication.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        box = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        square = QRect(box.left(), box.center().y() - _SIDE // 2, _SIDE, _SIDE)
        self._paint_thumbnail(painter, square, entry)
        self._paint_words(painter, box.adjusted(_SIDE + 10, 0, 0, 0), option, entry)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, square: QRect, entry: Entry) -> None:
        painter.fillRect(square, self._theme.colour("canvas"))
        if entry.thumbnail is None:
            return
        height, width = entry.thumbnail.shape
        image = QImage(entry.thumbnail.data, width, height, width, QImage.Format.Format_Grayscale8)
        scale = _SIDE / max(width, height)
        seen = QRectF(0, 0, width * scale, height * scale)
        seen.moveCenter(QRectF(square).center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(seen, image)

    def _paint_words(self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, entry: Entry) -> None:
        small, small_metrics = _small(option.font)
        height = option.fontMetrics.height() + 4 + small_metrics.height()
        top = box.center().y() - height // 2
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        painter.setFont(option.font)
        name = option.fontMetrics.elidedText(entry.name, Qt.TextElideMode.ElideMiddle, box.width())
        painter.drawText(box.left(), top + option.fontMetrics.ascent(), name)

        verdict = verdict_of(entry, self._preferences.now.uncertain_band)
        colour = self._theme.colour(f"verdict_{verdict}")
        line = top + option.fontMetrics.height() + 4
        _paint_mark(
            painter, QPointF(box.left() + _MARK / 2, line + small_metrics.height() / 2), verdict, colour
        )
        painter.setPen(colour)
        painter.setFont(small)
        left, right = box.left() + _MARK + 7, box.right()
        if entry.displayed:
            right -= _MARK + 7
            _paint_as_displayed(
                painter, QPointF(box.right() - _MARK / 2, line + small_metrics.height() / 2), colour
            )
        words = small_metrics.elidedText(
            state_words(entry, verdict), Qt.TextElideMode.ElideRight, right - left
        )
        painter.drawText(left, line + small_metrics.ascent(), words)


def _small(font: QFont) -> tuple[QFont, QFontInfo, QFontMetrics]:
    small = QFont(font)
    small.setPointSizeF(QFontInfo(font).pointSizeF() * 0.92)  # the font's own may be in pixels
    return small, QFontMetrics(small)


def _paint_as_displayed(painter: QPainter, centre: QPointF, colour: QColor) -> None:
    """A square half filled, as the sign of contrast: this reading is of what was seen."""
    box = QRectF(centre.x() - _MARK / 2, centre.y() - _MARK / 2, _MARK, _MARK)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.2))
    painter.drawRect(box)
    painter.fillRect(QRectF(box.left(), box.top(), _MARK / 2, _MARK), colour)


def _paint_mark(painter: QPainter, centre: QPointF, verdict: str, colour: QColor) -> None:
    """Disc: pneumonia. Ring: normal. Half a disc: not sure. Triangle: rejected. Cross: failed. Dot: idle."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = _MARK / 2
    box = QRectF(centre.x() - radius, centre.y() - radius, _MARK, _MARK).adjusted(0.8, 0.8, -0.8, -0.8)
    if verdict == "pneumonia":
        painter.setBrush(colour)
        painter.drawEllipse(box)
    elif verdict == "normal":
        painter.drawEllipse(box)
    elif verdict == "unsure":
        painter.drawEllipse(box)
        painter.setPen(Qt.PenStyle.NoPen)  # the pie's own outline would fill half of the other half
        painter.setBrush(colour)
        painter.drawPie(box, 90 * 16, 180 * 16)
    elif verdict == "rejected":
        painter.drawPolygon([QPointF(centre.x(), box.top()), box.bottomRight(), box.bottomLeft()])
    elif verdict == "failed":
        painter.drawLine(box.topLeft(), box.bottomRight())
        painter.drawLine(box.topRight(), box.bottomLeft())
    else:
        painter.setBrush(colour)
        painter.drawEllipse(centre, 1.5, 1.5)
