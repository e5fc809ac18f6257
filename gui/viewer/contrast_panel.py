"""How the scan is shown: presets, window, level, gamma, CLAHE, inversion; and reading it as it is shown."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.imaging.display import CLAHE_RANGE, GAMMA_RANGE, PRESETS
from gui.controls import NumberSlider, words_label
from gui.viewer.display_state import LEVELS, WIDEST, DisplayState

#: Name and explanation of each preset; its key is its place in PRESETS.
_PRESETS = {
    "full": (
        QT_TRANSLATE_NOOP("ContrastPanel", "Full"),
        QT_TRANSLATE_NOOP("ContrastPanel", "Every grey value that the file can hold"),
    ),
    "auto": (
        QT_TRANSLATE_NOOP("ContrastPanel", "Auto"),
        QT_TRANSLATE_NOOP("ContrastPanel", "All but the darkest and the brightest thousandth"),
    ),
    "lung": (
        QT_TRANSLATE_NOOP("ContrastPanel", "Lung"),
        QT_TRANSLATE_NOOP("ContrastPanel", "Dark tissue stretched, for the lungs"),
    ),
    "bone": (
        QT_TRANSLATE_NOOP("ContrastPanel", "Bone"),
        QT_TRANSLATE_NOOP("ContrastPanel", "Dense tissue stretched, for bone"),
    ),
    "file": (
        QT_TRANSLATE_NOOP("ContrastPanel", "File"),
        QT_TRANSLATE_NOOP("ContrastPanel", "As the file asks to be displayed"),
    ),
}

#: Where CLAHE starts when it is switched on for the first time.
_FIRST_CLAHE = 2.0


class ContrastPanel(QWidget):
    """Shows a `DisplayState` and changes it as the person asks."""

    read_as_displayed_requested = Signal()

    def __init__(self, display: DisplayState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display = display
        self._is_turned = False
        self._clahe_strength = _FIRST_CLAHE
        self._preset_group = QButtonGroup(self)
        self._preset_group.setExclusive(False)  # there may be none whose window is in use
        self._presets = {name: self._preset_button(key, name) for key, name in enumerate(PRESETS, start=1)}
        self._width, self._level, self._gamma, self._clahe = self._make_sliders()
        self._clahe_on = QCheckBox(self.tr("CLAHE"))
        self._clahe_on.setToolTip(
            self.tr("Local contrast: contrast-limited adaptive histogram equalisation (C)")
        )
        self._inverted = QCheckBox(self.tr("Invert"))
        self._inverted.setToolTip(self.tr("Exchange black and white (I)"))
        self._reset = QPushButton(self.tr("Reset"))
        self._reset.setToolTip(self.tr("Contrast as the scan was shown first (R, which resets the view too)"))
        self._reset.setProperty("role", "quiet")
        self._read = QPushButton(self.tr("Read as displayed"))
        self._read.setToolTip(self.tr("Let the model read the picture as you see it (D)"))
        self._lay_out()

        self._preset_group.idClicked.connect(self._on_preset)
        self._width.changed_by_hand.connect(self._on_width)
        self._level.changed_by_hand.connect(self._on_level)
        self._gamma.changed_by_hand.connect(display.set_gamma)
        self._clahe.changed_by_hand.connect(display.set_clahe)
        self._clahe_on.clicked.connect(self._on_clahe_switched)
        self._inverted.clicked.connect(display.set_inverted)
        self._reset.clicked.connect(display.reset)
        self._read.clicked.connect(self.read_as_displayed_requested)
        display.changed.connect(self._show)
        self._show()

    def set_turned(self, is_turned: bool) -> None:
        """Whether the picture is turned or mirrored: then, too, what is displayed is not what was read."""
        self._is_turned = is_turned
        self._show()

    # -- putting it together

    def _preset_button(self, key: int, name: str) -> QToolButton:
        word, explanation = _PRESETS[name]
        button = QToolButton()
        button.setText(self.tr(word))
        button.setToolTip(f"{self.tr(explanation)} ({key})")
        button.setCheckable(True)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._preset_group.addButton(button, key)
        return button

    def _make_sliders(self) -> tuple[NumberSlider, NumberSlider, NumberSlider, NumberSlider]:
        width = NumberSlider(
            self.tr("Window"), self.tr("Width of the window, in grey values of the file"), parent=self
        )
        level = NumberSlider(
            self.tr("Level"), self.tr("Middle of the window, in grey values of the file"), parent=self
        )
        gamma = NumberSlider(
            self.tr("Gamma"),
            self.tr("Above 1 brightens what is dark"),
            decimals=2,
            logarithmic=True,
            parent=self,
        )
        gamma.set_range(*GAMMA_RANGE, step=0.05)
        clahe = NumberSlider(self.tr("CLAHE strength"), self.tr("Clip limit"), decimals=1, parent=self)
        clahe.set_range(0.1, CLAHE_RANGE[1], step=0.5)
        return width, level, gamma, clahe

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Contrast"))
        title.setProperty("role", "title")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch()
        head.addWidget(self._inverted)
        head.addWidget(self._reset)
        presets = QHBoxLayout()
        presets.setSpacing(2)
        for button in self._presets.values():
            presets.addWidget(button)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for row, slider in enumerate((self._width, self._level, self._gamma)):
            slider.add_to(grid, row)
        self._clahe.add_with(self._clahe_on, grid, 3)
        caution = words_label("caption")
        caution.setText(self.tr("Contrast changes what you see, not what is read."))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(presets)
        column.addLayout(grid)
        column.addWidget(caution)
        column.addWidget(self._read)

    # -- what the person does

    def _on_preset(self, key: int) -> None:
        self._display.apply_preset(PRESETS[key - 1])
        self._show()  # the button of the preset that was chosen already has just been let go

    def _on_width(self, grey_values: float) -> None:
        self._display.set_width(grey_values / self._display.grey_levels)

    def _on_level(self, grey_values: float) -> None:
        self._display.set_level(grey_values / self._display.grey_levels)

    def _on_clahe_switched(self, on: bool) -> None:
        self._display.set_clahe(self._clahe_strength if on else 0.0)

    # -- showing

    def _show(self) -> None:
        state, display = self._display, self._display.display
        for name, button in self._presets.items():
            button.setChecked(state.available and name == state.preset)
            button.setEnabled(state.has_own_window if name == "file" else state.available)
        self._show_window()
        self._gamma.show_value(display.gamma)
        is_equalised = display.clahe > 0
        if is_equalised:
            self._clahe_strength = display.clahe
        self._clahe_on.setChecked(is_equalised)
        self._clahe.show_value(self._clahe_strength)
        self._inverted.setChecked(display.inverted)
        for widget in (self._clahe_on, self._inverted):
            widget.setEnabled(state.available)
        for slider in (self._width, self._level, self._gamma):
            slider.set_enabled(state.available)
        self._clahe.set_enabled(state.available and is_equalised)
        self._reset.setEnabled(state.available and state.is_changed)
        self._read.setEnabled(state.available and (state.is_changed or self._is_turned))

    def _show_window(self) -> None:
        levels = self._display.grey_levels
        width, level = self._display.width * levels, self._display.level * levels
        # A file may ask for more than can be set by hand; its numbers are shown as they are.
        self._width.set_range(1, max(levels, 2), 1, (min(1.0, width), max(WIDEST * levels, width)))
        lowest, highest = (limit * levels for limit in LEVELS)
        self._level.set_range(0, levels, 1, (min(lowest, level), max(highest, level)))
        self._width.show_value(width)
        self._level.show_value(level)
