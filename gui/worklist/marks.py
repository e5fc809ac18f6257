"""The marks of the worklist. Each state has a shape of its own, so that colour says nothing alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.worklist.entry import Entry

#: Side of the square that a mark fills, in the window's units.
MARK = 9


def paint_verdict(painter: QPainter, centre: QPointF, verdict: str, colour: QColor) -> None:
    """Disc: pneumonia. Ring: normal. Half a disc: not sure. Triangle: rejected. Cross: failed. Dot: idle."""
    box = _prepared(painter, centre, colour)
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


def paint_as_displayed(painter: QPainter, centre: QPointF, colour: QColor) -> None:
    """A square half filled, as the sign of contrast: this reading is of what was seen."""
    box = QRectF(centre.x() - MARK / 2, centre.y() - MARK / 2, MARK, MARK)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.2))
    painter.drawRect(box)
    painter.fillRect(QRectF(box.left(), box.top(), MARK / 2, MARK), colour)


def review_sign(entry: Entry) -> str:
    """What `paint_review` shows of an entry: "agreed", "corrected", "said", "note", or nothing."""
    if entry.review is None:
        return ""
    if not entry.review.label:
        return "note"
    return {True: "agreed", False: "corrected", None: "said"}[entry.agrees]


def paint_review(painter: QPainter, centre: QPointF, sign: str, colour: QColor) -> None:
    """Tick: agreed. Struck equals sign: corrected. Arrow head: said without a reading. Lines: a note."""
    box = _prepared(painter, centre, colour)
    if sign == "agreed":
        foot = QPointF(box.left() + box.width() * 0.38, box.bottom() - 0.5)
        painter.drawLine(QPointF(box.left(), centre.y() + 0.5), foot)
        painter.drawLine(foot, QPointF(box.right(), box.top() + 0.5))
    elif sign == "corrected":
        for y in (centre.y() - 1.8, centre.y() + 1.8):
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.drawLine(QPointF(box.left() + 1.5, box.bottom()), QPointF(box.right() - 1.5, box.top()))
    elif sign == "said":
        painter.drawPolyline([box.topLeft(), QPointF(box.right(), centre.y()), box.bottomLeft()])
    elif sign == "note":
        for y, right in ((box.top(), 1.0), (centre.y(), 1.0), (box.bottom(), 0.6)):
            painter.drawLine(QPointF(box.left(), y), QPointF(box.left() + right * box.width(), y))


def _prepared(painter: QPainter, centre: QPointF, colour: QColor) -> QRectF:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.6))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = MARK / 2
    return QRectF(centre.x() - radius, centre.y() - radius, MARK, MARK).adjusted(0.8, 0.8, -0.8, -0.8)
