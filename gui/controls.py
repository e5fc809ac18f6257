"""Small controls that several panels use: a slider with its number beside it, words that are shortened."""

from __future__ import annotations

import html
import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

_STEPS = 1000

#: What is always to be seen of words that are shortened.
_LEAST = "mmm…mmm"

#: What a number needs beside its digits: the arrows, the padding and the cursor, in pixels.
_SPIN_EXTRA = 46


class WordsLabel(QLabel):
    """Words that can be selected. Those that are have the key that copies, which else copies the picture."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def event(self, event: QEvent) -> bool:
        # Qt asks this of who has the focus before it looks for an action with the key
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Copy)
            and self.hasSelectedText()
        ):
            event.accept()
            return True
        return super().event(event)


def words_label(role: str = "") -> WordsLabel:
    """Words that wrap and can be selected; `role` as the style sheet knows it."""
    label = WordsLabel()
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label


class ElidedLabel(WordsLabel):
    """One line that is shortened in the middle where there is no room; whole in the tooltip."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._whole = self._more = ""
        self.setIndent(0)  # else Qt adds some where the style sheet pads, which no hint tells of
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.show_text(text)

    @property
    def whole_text(self) -> str:
        return self._whole

    def show_text(self, text: str, more: str = "") -> None:
        """Say it.

        Args:
            more: for the tooltip, below what was shortened.
        """
        self._whole, self._more = " ".join(text.split()), more
        self.setAccessibleName(self._whole)
        self.updateGeometry()  # what is seen of it may be the same as before
        self._shorten()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._shorten()

    def sizeHint(self) -> QSize:  # noqa: N802
        # Not that of the shortened text: a label that shrank would never grow again.
        return QSize(self._width_of(self._whole), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        least = min(self._width_of(self._whole), self._width_of(_LEAST))
        return QSize(least, super().minimumSizeHint().height())

    def _width_of(self, text: str) -> int:
        return self._metrics().horizontalAdvance(text) + 2 + self.width() - self.contentsRect().width()

    def _metrics(self) -> QFontMetrics:
        self.ensurePolished()
        return self.fontMetrics()

    def _shorten(self) -> None:
        room = self.contentsRect().width()
        shortened = self._metrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, room)
        if shortened != self.text():
            self.setText(shortened)
        whole = self._whole if shortened != self._whole else ""
        self.setToolTip(plain_tool_tip("\n".join(filter(None, (whole, self._more)))))


class ElidedButton(QPushButton):
    """A button whose words are shortened at the end where there is no room."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        wide, letters = super().minimumSizeHint(), self.fontMetrics()
        spare = letters.horizontalAdvance(self.text()) - letters.horizontalAdvance(_LEAST)
        return QSize(wide.width() - max(spare, 0), wide.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self).width()
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)


class QuietSlider(QSlider):
    """A horizontal slider that lets the wheel scroll the page it is on until it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        _wheel_if_focused(self, event, super().wheelEvent)


class QuietSpinBox(QDoubleSpinBox):
    """A number that lets the wheel scroll the page it is on until it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def sizeHint(self) -> QSize:  # noqa: N802
        # The style's own leaves half of a narrow panel to a number of three digits.
        ends = (self.textFromValue(end) for end in (self.minimum(), self.maximum()))
        widest = max(self.fontMetrics().horizontalAdvance(end + self.suffix()) for end in ends)
        return QSize(widest + _SPIN_EXTRA, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        _wheel_if_focused(self, event, super().wheelEvent)


class NumberSlider(QObject):
    """A name, a slider and a number that say the same. Shows a value; tells when the person changes it.

    The slider covers a range that is useful, the number may go further. Not a widget: its three widgets
    stand in the rows of a grid, so that those of several sliders are aligned.

    Args:
        name: what is seen before the slider.
        suffix: the unit, after the number.
        logarithmic: equal ways on the slider are equal factors.
    """

    changed_by_hand = Signal(float)

    def __init__(
        self,
        name: str,
        tool_tip: str,
        decimals: int = 0,
        suffix: str = "",
        logarithmic: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._logarithmic = logarithmic
        self._low, self._high = 1.0, 2.0
        self._value = 1.0
        self.label = QLabel(name)
        self.slider = QuietSlider()
        self.slider.setRange(0, _STEPS)
        self.slider.setSingleStep(_STEPS // 100)
        self.slider.setPageStep(_STEPS // 10)
        self.spin = QuietSpinBox()
        self.spin.setDecimals(decimals)
        self.spin.setSuffix(suffix)
        self.label.setBuddy(self.spin)
        for widget in (self.label, self.slider, self.spin):
            widget.setToolTip(tool_tip)
        self.slider.setAccessibleName(self.tr("{name}, slider").format(name=name))
        self.spin.setAccessibleName(name)
        self.slider.valueChanged.connect(self._on_slider)
        self.spin.valueChanged.connect(self._on_spin)

    @property
    def value(self) -> float:
        """As last shown or set by hand."""
        return self._value

    def add_to(self, grid: QGridLayout, row: int) -> None:
        self.add_with(self.label, grid, row)

    def add_with(self, name: QWidget, grid: QGridLayout, row: int) -> None:
        """With another widget in the name's place, such as a check box that switches it on."""
        grid.addWidget(name, row, 0)
        grid.addWidget(self.slider, row, 1)
        grid.addWidget(self.spin, row, 2)
        grid.setColumnStretch(1, 1)

    def set_enabled(self, enabled: bool) -> None:
        for widget in (self.label, self.slider, self.spin):
            widget.setEnabled(enabled)

    def set_range(
        self, low: float, high: float, step: float, number_range: tuple[float, float] | None = None
    ) -> None:
        """What the slider covers, and the number's arrows step by; `number_range` where it goes further."""
        self._low, self._high = low, high
        with QSignalBlocker(self.spin):
            self.spin.setRange(*(number_range or (low, high)))
            self.spin.setSingleStep(step)
        self.show_value(self._value)

    def show_value(self, value: float) -> None:
        """Show it; nobody is told."""
        self._value = value
        position = round(_STEPS * min(max(self._share(value), 0.0), 1.0))
        with QSignalBlocker(self.slider), QSignalBlocker(self.spin):
            self.slider.setValue(position)
            self.spin.setValue(value)
        self.slider.setAccessibleDescription(self.spin.text())

    def _share(self, value: float) -> float:
        if self._logarithmic:
            return math.log(max(value, self._low) / self._low) / math.log(self._high / self._low)
        return (value - self._low) / (self._high - self._low)

    def _on_slider(self, position: int) -> None:
        share = position / _STEPS
        if self._logarithmic:
            value = self._low * (self._high / self._low) ** share
        else:
            value = self._low + share * (self._high - self._low)
        self._tell(round(value, self.spin.decimals()))

    def _on_spin(self, value: float) -> None:
        self._tell(value)

    def _tell(self, value: float) -> None:
        self.show_value(value)
        self.changed_by_hand.emit(value)


def plain_tool_tip(text: str) -> str:
    """For a tool tip of foreign words, such as a file's name: what looks like markup is shown as it is."""
    if "<" not in text:
        return text
    return "<span>" + "<br>".join(html.escape(line) for line in text.split("\n")) + "</span>"


def _wheel_if_focused(widget: QWidget, event: QWheelEvent, handle: Callable[[QWheelEvent], None]) -> None:
    if widget.hasFocus():
        handle(event)
    else:
        event.ignore()
