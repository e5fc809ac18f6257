"""The confusion matrix: four large buttons, each of which lists its scans."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QLabel, QSizePolicy, QWidget

from core.reading.words import label
from core.scoring.thresholds import Counts
from gui.evaluation.judgement import Cell, Group
from gui.evaluation.words import cell_meaning, cell_name, number, percent
from gui.theme import Theme

#: Row and column of each.
_PLACES: dict[Cell, tuple[int, int]] = {"tn": (0, 0), "fp": (0, 1), "fn": (1, 0), "tp": (1, 1)}
_AT = {place: cell for cell, place in _PLACES.items()}

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}

#: Units of height beyond which it would only look empty.
_HIGHEST = 360

#: How strongly a cell is tinted that holds all scans of its row.
_TINT = 0.42


class MatrixCell(QAbstractButton):
    """How many scans are in a cell, and their share of the row."""

    def __init__(self, cell: Cell, theme: Theme, large: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cell = cell
        self.count = 0
        self.share: float | None = None
        self._theme = theme
        self._large = large
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_count(self, count: int, of: int) -> None:
        """`of` are the scans of the row; 0 where there are none."""
        self.count, self.share = count, count / of if of else None
        meaning = cell_meaning(self.cell)
        told = self.tr("{name}. {meaning}: {n} scans").format(
            name=cell_name(self.cell), meaning=meaning, n=number(count)
        )
        if self._of_row():
            told = f"{told}, {self._of_row()}"
        self.setAccessibleName(told)
        self.setToolTip(
            self.tr("{meaning}: {n}. Click to list them.").format(meaning=meaning, n=number(count))
        )
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        big, small = QFontMetrics(self._big()), QFontMetrics(self._small())
        lines = big.height() + (2 if self._large else 1) * small.height()
        return QSize(
            max(small.horizontalAdvance(cell_name(self.cell)), 110) + 20, lines + (30 if self._large else 28)
        )

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(96, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        big, small = self._big(), self._small()
        words = [(number(self.count), big, "text")]
        if self._of_row():
            words.append((self._of_row(), small, "text"))
        if self._large:
            words.append((cell_name(self.cell), small, "muted"))
        height = sum(QFontMetrics(font).height() for _, font, _ in words)
        top = (self.height() - height) // 2
        for text, font, colour in words:
            metrics = QFontMetrics(font)
            line = QRect(6, top, self.width() - 12, metrics.height())
            painter.setFont(font)
            painter.setPen(self._theme.colour(colour))
            fitted = metrics.elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, fitted)
            top += metrics.height()

    def _paint_ground(self, painter: QPainter) -> None:
        """Tinted by the share: as NORMAL and PNEUMONIA look where they are right, else as what went wrong."""
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        ground = self._theme.colour("base")
        tint = self._theme.colour("accent" if self.cell in ("tn", "tp") else "verdict_pneumonia")
        strength = _TINT * (self.share or 0.0)
        painter.setBrush(_mixed(ground, tint, strength + (0.06 if self.underMouse() else 0)))
        is_marked = self.isChecked() or self.hasFocus()
        edge = "text" if self.hasFocus() else "accent" if self.isChecked() else "hairline"
        painter.setPen(QPen(self._theme.colour(edge), 2 if is_marked else 1))
        painter.drawRoundedRect(box, 6, 6)
        if self.isChecked():  # told by more than its edge
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("accent"))
            painter.drawRoundedRect(QRectF(box.left() + 4, box.top() + 6, 3, box.height() - 12), 1.5, 1.5)

    def _of_row(self) -> str:
        if self.share is None:
            return ""
        actual = label(self.cell in ("fn", "tp"))
        return self.tr("{share} of {actual}").format(share=percent(self.share), actual=actual)

    def _big(self) -> QFont:
        return _sized(self.font(), 1.9 if self._large else 1.45, QFont.Weight.DemiBold)

    def _small(self) -> QFont:
        return _sized(self.font(), 0.9, QFont.Weight.Normal)


class ConfusionMatrix(QWidget):
    """Actual class (rows) against the predicted one (columns). The arrow keys go from cell to cell.

    Args:
        large: with the names of the cells; without they are lower, so that two stand on a page.
    """

    chosen = Signal(
        str
    )  # the Group to be listed: a cell, or "wrong" where the cell that was listed is clicked

    def __init__(self, theme: Theme, large: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.cells: dict[Cell, MatrixCell] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        self.setMaximumHeight(_HIGHEST if large else _HIGHEST * 3 // 4)
        for place in (0, 1):
            name = label(bool(place))
            above = _heading(self.tr("Called {label}").format(label=name))
            grid.addWidget(above, 0, place + 1)
            actually = self.tr("Actually {label}").format(label=name)
            beside = _Upright(actually) if large else _heading(name)
            beside.setToolTip(actually)
            grid.addWidget(beside, place + 1, 0)
            grid.setColumnStretch(place + 1, 1)
            grid.setRowStretch(place + 1, 1)
        for cell, (row, column) in _PLACES.items():
            made = self.cells[cell] = MatrixCell(cell, theme, large)
            made.clicked.connect(self._on_clicked)
            made.installEventFilter(self)
            grid.addWidget(made, row + 1, column + 1)
        theme.changed.connect(self.update)

    def show_counts(self, counts: Counts) -> None:
        normal, pneumonia = counts.tn + counts.fp, counts.fn + counts.tp
        for cell, button in self.cells.items():
            button.show_count(getattr(counts, cell), normal if cell in ("tn", "fp") else pneumonia)

    def mark(self, group: str) -> None:
        """Show which cell's scans are listed; none where it is no cell."""
        for cell, button in self.cells.items():
            button.setChecked(cell == group)

    def eventFilter(self, watched: object, event: object) -> bool:  # noqa: N802 - Qt's name
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            step = _STEPS.get(Qt.Key(event.key()))
            if step and isinstance(watched, MatrixCell):
                row, column = _PLACES[watched.cell]
                to = _AT.get((row + step[0], column + step[1]))
                if to:
                    self.cells[to].setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(watched, MatrixCell):
                watched.click()
                return True
        return super().eventFilter(watched, event)

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, MatrixCell):
            group: Group = button.cell if button.isChecked() else "wrong"
            self.mark(group)
            self.chosen.emit(group)


class _Upright(QWidget):
    """Words from below upward, beside a row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        metrics = QFontMetrics(_sized(self.font(), 0.9, QFont.Weight.Normal))
        return QSize(metrics.height() + 2, metrics.horizontalAdvance(self._text))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self.sizeHint().width(), 40)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        font = _sized(self.font(), 0.9, QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(self.palette().placeholderText().color())
        painter.translate(0, self.height())
        painter.rotate(-90)
        room = QRect(0, 0, self.height(), self.width())
        fitted = QFontMetrics(font).elidedText(self._text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, fitted)


def _heading(text: str) -> QLabel:
    made = QLabel(text)
    made.setProperty("role", "caption")
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made


def _sized(font: QFont, factor: float, weight: QFont.Weight) -> QFont:
    made = QFont(font)
    made.setPointSizeF(factor * QFontInfo(font).pointSizeF())  # it may be given in pixels
    made.setWeight(weight)
    return made


def _mixed(ground: QColor, tint: QColor, share: float) -> QColor:
    return QColor.fromRgbF(
        *(
            (1 - share) * below + share * above
            for below, above in zip(ground.getRgbF()[:3], tint.getRgbF()[:3], strict=True)
        )
    )
