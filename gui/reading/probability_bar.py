"""The probability of pneumonia as a bar, with the operating point and the uncertain band marked."""

from __future__ import annotations

from dataclasses import dataclass

from numpy import ndarray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QBrush,
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.reading.overlay import AGAINST, FOR
from core.reading.words import aloud, label, percents


@dataclass(frozen=True)
class _Shown:
    probability: float
    threshold: float
    band: float
    reasons: tuple[str, ...]


class ProbabilityBar(QWidget):
    """From 0 to 100%, filled to the probability: orange from the operating point on, blue below it, hatched
    grey where the scan was turned away. Nothing is told by colour alone: the number stands over its place,
    the operating point is a labelled line, the uncertain band a bracket.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: _Shown | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Probability of pneumonia"))

    def show_probability(
        self, probability: float, threshold: float, band: float, reasons: tuple[str, ...] = ()
    ) -> None:
        """`probability` and `threshold` 0..1, `band` 0..0.5; `reasons` are the gate's for turning it away."""
        shown = _Shown(probability, threshold, band, reasons)
        if shown == self._shown:
            return
        self._shown = shown
        self.setAccessibleDescription(aloud(probability, threshold, band, reasons))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.setToolTip(self._explained(shown))
        self.update()

    def clear(self) -> None:
        """There is nothing to show: an empty bar."""
        self._shown = None
        self.setAccessibleDescription("")
        self.setToolTip("")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(280, round(self._rows()[-1]))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(180, round(self._rows()[-1]))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _, top, bottom, _ = self._rows()
        bar = QRectF(0.5, top, self.width() - 1, bottom - top)
        self._draw_ends(painter)
        self._draw_track(painter, bar)
        if self._shown is None:
            return
        self._draw_fill(painter, bar, self._shown)
        self._draw_band(painter, bar, self._shown)
        self._draw_value(painter, bar, self._shown)
        self._draw_operating_point(painter, bar, self._shown)

    def _explained(self, shown: _Shown) -> str:
        lines = [
            aloud(shown.probability, shown.threshold, shown.band, shown.reasons),
            self.tr("From the operating point on (the line) a scan is called PNEUMONIA, below it NORMAL."),
        ]
        if shown.band > 0:
            lines.append(
                self.tr("Within the bracket, {points} points to either side, it is called not sure.").format(
                    points=f"{100 * shown.band:.3g}"
                )
            )
        return "\n".join(lines)

    # -- where things are

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(0.9 * QFontInfo(self.font()).pointSizeF())  # it may be given in pixels
        return font

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _rows(self) -> tuple[float, float, float, float]:
        """Tops of the number and the bar, bottoms of the bar and of everything, in pixels.

        The ends are named in a row of their own: beside the number they would read as its unit.
        """
        number, words = QFontMetricsF(self._bold()).height(), QFontMetricsF(self._small()).height()
        pointer = 6.0
        top = words + number + pointer
        bottom = top + 0.75 * number
        return words, top, bottom, bottom + pointer + words

    @staticmethod
    def _at(bar: QRectF, share: float) -> float:
        return bar.left() + min(max(share, 0.0), 1.0) * bar.width()

    # -- drawing

    def _draw_ends(self, painter: QPainter) -> None:
        row = QRectF(0, 0, self.width(), self._rows()[0])
        painter.setFont(self._small())
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, label(False))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, label(True))

    def _draw_track(self, painter: QPainter, bar: QRectF) -> None:
        track = QColor(self.palette().text().color())
        track.setAlphaF(0.10)
        edge = QColor(self.palette().text().color())
        edge.setAlphaF(0.30)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(track)
        painter.drawRoundedRect(bar, 3, 3)

    def _draw_fill(self, painter: QPainter, bar: QRectF, shown: _Shown) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(bar, 3, 3)
        painter.save()
        painter.setClipPath(shape)
        filled = QRectF(bar)
        filled.setRight(self._at(bar, shown.probability))
        if shown.reasons:
            painter.fillRect(
                filled, QBrush(self.palette().placeholderText().color(), Qt.BrushStyle.BDiagPattern)
            )
        else:
            painter.fillRect(filled, _rgb(FOR if shown.probability >= shown.threshold else AGAINST))
        painter.restore()

    def _draw_band(self, painter: QPainter, bar: QRectF, shown: _Shown) -> None:
        if shown.band <= 0:
            return
        ink = self.palette().text().color()
        left, right = (self._at(bar, shown.threshold + side * shown.band) for side in (-1, 1))
        shade = QColor(ink)
        shade.setAlphaF(0.22)
        painter.fillRect(QRectF(left, bar.top(), right - left, bar.height()), shade)
        painter.setPen(QPen(ink, 1))
        y, foot = bar.bottom() + 3, bar.bottom() + 0.5
        painter.drawPolyline([QPointF(left, foot), QPointF(left, y), QPointF(right, y), QPointF(right, foot)])

    def _draw_value(self, painter: QPainter, bar: QRectF, shown: _Shown) -> None:
        """The number over a pointer to its place."""
        ink = self.palette().text().color()
        x = self._at(bar, shown.probability)
        pointer = QPainterPath(QPointF(x, bar.top() - 1))
        pointer.lineTo(x - 4, bar.top() - 6)
        pointer.lineTo(x + 4, bar.top() - 6)
        painter.fillPath(pointer, ink)

        value, _ = percents(shown.probability, shown.threshold)
        bold = self._bold()
        number = _row_around(x, QFontMetricsF(bold).horizontalAdvance(value), bar)
        number.setTop(self._rows()[0])
        number.setBottom(bar.top() - 6)
        painter.setFont(bold)
        painter.setPen(ink)
        painter.drawText(number, Qt.AlignmentFlag.AlignCenter, value)

    def _draw_operating_point(self, painter: QPainter, bar: QRectF, shown: _Shown) -> None:
        ink = self.palette().text().color()
        x = self._at(bar, shown.threshold)
        painter.setPen(QPen(ink, 2))
        painter.drawLine(QPointF(x, bar.top() - 1), QPointF(x, bar.bottom() + 6))
        _, point = percents(shown.probability, shown.threshold)
        words = self.tr("operating point {percent}").format(percent=point)
        small = self._small()
        row = _row_around(x, QFontMetricsF(small).horizontalAdvance(words), bar)
        row.setTop(bar.bottom() + 6)
        row.setBottom(self.height())
        painter.setFont(small)
        painter.setPen(self.palette().placeholderText().color())
        painter.drawText(row, Qt.AlignmentFlag.AlignCenter, words)


def _row_around(x: float, width: float, bar: QRectF) -> QRectF:
    """A box for words `width` wide, centred on `x` as far as the bar's ends allow."""
    left = min(max(x - width / 2, bar.left()), bar.right() - width)
    return QRectF(left, 0, width + 1, bar.top())


def _rgb(colour: ndarray) -> QColor:
    return QColor.fromRgbF(*(float(each) for each in colour))
