"""Paints the cells of the worklist: thumbnail, name and state of a scan, and the columns beside them."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.preferences import Preferences
from gui.theme import Theme
from gui.worklist.entry import Entry
from gui.worklist.marks import MARK, paint_as_displayed, paint_review, paint_verdict, review_sign
from gui.worklist.order import COLUMNS
from gui.worklist.thumbnails import Thumbnails
from gui.worklist.verdict import cell_words, state_words, verdict_of

_MARGIN = 8
_SIDE = 44  # of a thumbnail, in the window's units
_GAP = 7  # between a mark and its words
_BAR = 3  # of the scan that is on the screen
_LEADING = 4  # between the two lines of a row
_FITTED = 4000  # texts of which it is kept how they fit

_SELECTED = QStyle.StateFlag.State_Selected.value
_MIDDLE, _RIGHT = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight


class WorklistDelegate(QStyledItemDelegate):
    """Paints a row by its entry.

    Attributes:
        columns: those in sight; the scan's own cell says what they do not.
        marked: the entry that is on the screen.
        hovered: the row under the mouse; -1 where it is elsewhere.
    """

    def __init__(
        self, theme: Theme, preferences: Preferences, thumbnails: Thumbnails, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns: Collection[str] = frozenset({"scan"})
        self.marked: Entry | None = None
        self.hovered = -1
        self._theme = theme
        self._preferences = preferences
        self._thumbnails = thumbnails
        self._colours: dict[str, QColor] = {}
        self._letters: _Letters | None = None
        theme.changed.connect(self._forget)

    @Slot()
    def _forget(self) -> None:
        self._colours.clear()
        self._letters = None

    def row_height(self, font: QFont) -> int:
        """Of every row, for a font of the view."""
        letters = self._lettering(font)
        return max(_SIDE, letters.name.height() + _LEADING + letters.state.height()) + 2 * _MARGIN

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(160, self.row_height(option.font))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry = index.model().shown[index.row()]  # as ENTRY_ROLE gives it, ten times as fast
        column = COLUMNS[index.column()]
        rect = option.rect
        painter.save()
        painter.setClipRect(rect)
        if option.state.value & _SELECTED:
            painter.fillRect(rect, self._colour("selection"))
        elif index.row() == self.hovered:
            painter.fillRect(rect, self._colour("hover"))
        if column == "scan":
            self._paint_scan(painter, rect, option.font, entry)
        else:
            self._paint_cell(painter, rect.adjusted(_MARGIN, 0, -_MARGIN, 0), option.font, entry, column)
        painter.restore()

    # The scan itself

    def _paint_scan(self, painter: QPainter, rect: QRect, font: QFont, entry: Entry) -> None:
        if entry is self.marked:
            painter.fillRect(rect.left(), rect.top(), _BAR, rect.height(), self._colour("accent"))
        box = rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        square = QRect(box.left(), box.center().y() - _SIDE // 2, _SIDE, _SIDE)
        self._paint_thumbnail(painter, square, entry)
        self._paint_words(painter, box.adjusted(_SIDE + 10, 0, 0, 0), font, entry)

    def _paint_thumbnail(self, painter: QPainter, square: QRect, entry: Entry) -> None:
        painter.fillRect(square, self._colour("canvas"))
        image = self._thumbnails.image(entry.found) if entry.status != "failed" else None
        if image is not None:
            scale = _SIDE / max(image.width(), image.height())
            seen = QRectF(0, 0, image.width() * scale, image.height() * scale)
            seen.moveCenter(QRectF(square).center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(seen, image)

    def _paint_words(self, painter: QPainter, box: QRect, font: QFont, entry: Entry) -> None:
        letters = self._lettering(font)
        metrics, small = letters.name, letters.state
        verdict = verdict_of(entry, self._preferences.now.uncertain_band)
        words, is_state = self._second_line(entry, verdict)
        sign = "" if "review" in self.columns else review_sign(entry)
        has_line = bool(words or sign or entry.displayed)
        height = metrics.height() + (_LEADING + small.height() if has_line else 0)
        top = box.center().y() - height // 2
        painter.setPen(self._colour("text"))
        painter.setFont(font)
        name = letters.fitted(metrics, entry.name, _MIDDLE, box.width())
        painter.drawText(box.left(), top + metrics.ascent(), name)
        if not has_line:
            return
        line = top + metrics.height() + _LEADING
        middle = line + small.height() / 2
        colour = self._colour(f"verdict_{verdict}")
        left, right = box.left(), box.right()
        if entry.displayed:
            paint_as_displayed(painter, QPointF(right - MARK / 2, middle), colour)
            right -= MARK + _GAP
        if sign:
            ink = self._colour("warning" if sign == "corrected" else "muted")
            paint_review(painter, QPointF(right - MARK / 2, middle), sign, ink)
            right -= MARK + _GAP
        if is_state:
            paint_verdict(painter, QPointF(left + MARK / 2, middle), verdict, colour)
            left += MARK + _GAP
        painter.setPen(colour if is_state else self._colour("muted"))
        painter.setFont(letters.small)
        elide = _RIGHT if is_state else _MIDDLE
        fitted = letters.fitted(small, words, elide, right - left)
        if is_state and fitted != words:
            shorter = state_words(entry, verdict, with_percent=False)
            fitted = letters.fitted(small, shorter, elide, right - left)
        painter.drawText(left, line + small.ascent(), fitted)

    def _second_line(self, entry: Entry, verdict: str) -> tuple[str, bool]:
        """What stands below the name, and whether that is its state, which has a mark and a colour."""
        columns = self.columns
        if "label" not in columns or (verdict == "idle" and "status" not in columns):
            return state_words(entry, verdict, "probability" not in columns), True
        if verdict in ("failed", "rejected"):
            return state_words(entry, verdict), True
        return ("" if "folder" in columns else entry.folder), False

    # The columns beside it

    def _paint_cell(self, painter: QPainter, box: QRect, font: QFont, entry: Entry, column: str) -> None:
        letters = self._lettering(font)
        metrics = letters.name
        verdict = verdict_of(entry, self._preferences.now.uncertain_band)
        words = cell_words(entry, column, verdict)
        middle = box.center().y() + 0.5
        left = box.left()
        ink = self._colour("text")
        if column == "label" and words:
            ink = self._colour(f"verdict_{verdict}")
            paint_verdict(painter, QPointF(left + MARK / 2, middle), verdict, ink)
            left += MARK + _GAP
        elif column == "review" and words:
            sign = review_sign(entry)
            if sign == "corrected" and entry.review:
                words = entry.review.label  # the mark says the rest
            ink = self._colour("warning" if sign == "corrected" else "text")
            paint_review(painter, QPointF(left + MARK / 2, middle), sign, ink)
            left += MARK + _GAP
            if sign != "note" and entry.review and entry.review.note:
                # A note stands beside what was said
                paint_review(painter, QPointF(box.right() - MARK / 2, middle), "note", self._colour("muted"))
                box = box.adjusted(0, 0, -MARK - _GAP, 0)
        elif column in ("status", "folder") or verdict == "rejected":
            ink = self._colour("verdict_failed" if verdict == "failed" and column == "status" else "muted")
        painter.setPen(ink)
        painter.setFont(font)
        elide = _MIDDLE if column == "folder" else _RIGHT
        baseline = box.center().y() + (metrics.ascent() - metrics.descent()) // 2 + 1
        painter.drawText(left, baseline, letters.fitted(metrics, words, elide, box.right() - left))

    # What painting needs again and again

    def _colour(self, name: str) -> QColor:
        if name not in self._colours:
            self._colours[name] = self._theme.colour(name)
        return self._colours[name]

    def _lettering(self, font: QFont) -> _Letters:
        if self._letters is None or self._letters.font != font:
            self._letters = _Letters(font)
        return self._letters


class _Letters:
    """A font of the view and the smaller one that goes with it, and texts shortened to fit.

    Attributes:
        name, state: metrics of the font and of the smaller one, which are used for these.
    """

    def __init__(self, font: QFont) -> None:
        self.font = QFont(font)
        self.small = QFont(font)
        self.small.setPointSizeF(QFontInfo(font).pointSizeF() * 0.92)  # the font's own may be in pixels
        self.name, self.state = QFontMetrics(font), QFontMetrics(self.small)
        self._fitted: dict[tuple[str, int, bool], str] = {}

    def fitted(self, metrics: QFontMetrics, text: str, elide: Qt.TextElideMode, width: int) -> str:
        """`text`, shortened where it is wider than `width`. Most is painted many times over."""
        key = (text, width, metrics is self.name)
        if key not in self._fitted:
            if len(self._fitted) >= _FITTED:
                self._fitted.clear()
            self._fitted[key] = metrics.elidedText(text, elide, width)
        return self._fitted[key]
