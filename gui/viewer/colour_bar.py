"""The colours of the evidence and what they stand for, in fixed units."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.reading.overlay import FULL_SCALE, LUNG_GREY, colour

_COLOURS = 481  # odd, so that one of them is zero
_TICK = 4.0


class ColourBar(QWidget):
    """From full evidence against pneumonia on the left to full evidence for it on the right, in log-odds.

    The units are the same for every scan. Drawn over mid grey, as over lung, with the opacity and cut-off of
    the picture.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Colour scale of the evidence"))

    def show_colours(self, opacity: float, cut_off: float) -> None:
        """`opacity` of the full colour, 0..1; `cut_off`: share of the full scale, 0..1."""
        strength = np.linspace(-1, 1, _COLOURS, dtype=np.float32)
        rgb, opacities = colour(strength, cut_off, opacity)
        mixed = LUNG_GREY * (1 - opacities[:, None]) + rgb * opacities[:, None]
        row = np.rint(255 * mixed).astype(np.uint8).tobytes()
        # A copy: the image does not keep the bytes alive.
        self._strip = QImage(row, _COLOURS, 1, 3 * _COLOURS, QImage.Format.Format_RGB888).copy()
        description = self.tr(
            "From −{full}, blue, against pneumonia, to +{full}, orange, for pneumonia, in log-odds.\n"
            "Nothing is drawn between −{cut_off} and +{cut_off}.\n"
            "The scale is the same for every scan, so that two can be compared.\n"
            "The map has only a few cells a side: it shows roughly where, not exactly, and strong colour may "
            "lie beside the lungs."
        ).format(full=f"{FULL_SCALE:.0f}", cut_off=f"{cut_off * FULL_SCALE:.1f}")
        self.setAccessibleDescription(description)
        self.setToolTip(description)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(280, round(self._strip_height() + _TICK + 2 * self._line()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(180, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        strip = QRectF(0, 0, self.width(), self._strip_height())
        painter.drawImage(strip, self._strip)
        painter.setFont(self._small())
        self._draw_marks(painter, strip)
        self._draw_words(painter)

    def _draw_marks(self, painter: QPainter, strip: QRectF) -> None:
        painter.setPen(self.palette().placeholderText().color())
        for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
            x = strip.left() + (1 + share) / 2 * (strip.width() - 1) + 0.5
            painter.drawLine(QPointF(x, strip.bottom()), QPointF(x, strip.bottom() + _TICK))
            text = f"{share * FULL_SCALE:+.0f}".replace("-", "−") if share else "0"
            width = painter.fontMetrics().horizontalAdvance(text) + 2
            left = min(max(x - width / 2, 0), strip.right() - width)
            row = QRectF(left, strip.bottom() + _TICK, width, self._line())
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_words(self, painter: QPainter) -> None:
        row = QRectF(0, self.height() - self._line(), self.width(), self._line())
        left, unit, right = self.tr("against pneumonia"), self.tr("log-odds"), self.tr("for pneumonia")
        painter.setPen(self.palette().text().color())
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, left)
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, right)
        advance = painter.fontMetrics().horizontalAdvance
        # Under the zero, unless it would touch its neighbours.
        if row.width() / 2 >= max(advance(left), advance(right)) + advance(unit) / 2 + 4:
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(row, Qt.AlignmentFlag.AlignHCenter, unit)

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(0.9 * QFontInfo(self.font()).pointSizeF())  # it may be given in pixels
        return font

    def _line(self) -> float:
        return QFontMetricsF(self._small()).height()

    def _strip_height(self) -> float:
        return 0.9 * self._line()
