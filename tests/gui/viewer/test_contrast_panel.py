from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLayout, QPushButton, QSlider, QToolButton

from core.imaging.pyramid import Pyramid
from core.imaging.scan import Scan, Window
from gui.viewer.contrast_panel import ContrastPanel
from gui.viewer.display_state import DisplayState
from tests.pictures import radiograph

PIXELS = radiograph(3).astype(np.float32) / 255


def scan_of(**facts):
    scan = Scan(PIXELS, **{"bits": 12, "window": Window(0.25, 0.75), **facts})
    return scan, Pyramid(scan)


@pytest.fixture
def display():
    return DisplayState()


@pytest.fixture
def panel(qtbot, display):
    panel = ContrastPanel(display)
    qtbot.addWidget(panel)
    panel.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # a window that keeps its size
    panel.resize(300, 300)
    panel.show()
    display.set_scan(*scan_of())
    return panel


def named(panel, kind, name):
    (found,) = (
        each
        for each in panel.findChildren(kind)
        if each.accessibleName() == name or getattr(each, "text", str)() == name
    )
    return found


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(10, button.height() // 2))


def checked(panel):
    return [button.text() for button in panel.findChildren(QToolButton) if button.isChecked()]


def number(panel, name):
    return named(panel, QDoubleSpinBox, name).value()


def type_number(qtbot, spin, text):
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, text)
    qtbot.keyClick(spin, Qt.Key.Key_Return)


def test_numbers_are_grey_values_of_the_file(panel):
    assert number(panel, "Window") == round(0.5 * 4095)
    assert number(panel, "Level") == round(0.5 * 4095)
    assert number(panel, "Gamma") == 1
    assert checked(panel) == ["File"]


@pytest.mark.parametrize("name", ["Full", "Auto", "Lung", "Bone", "File"])
def test_a_preset_is_applied_and_marked(panel, display, qtbot, name):
    click(qtbot, named(panel, QToolButton, name))
    assert display.preset == name.lower()
    assert checked(panel) == [name]


def test_auto_leaves_out_a_thousandth_at_either_end(panel, qtbot):
    click(qtbot, named(panel, QToolButton, "Auto"))
    low, high = np.percentile(PIXELS, (0.1, 99.9))
    assert number(panel, "Window") == pytest.approx(4095 * (high - low), abs=20)
    assert number(panel, "Level") == pytest.approx(4095 * (high + low) / 2, abs=20)


def test_the_chosen_preset_stays_marked_when_it_is_chosen_again(panel, qtbot):
    click(qtbot, named(panel, QToolButton, "Full"))
    click(qtbot, named(panel, QToolButton, "Full"))
    assert checked(panel) == ["Full"]


def test_no_preset_is_marked_after_a_change_by_hand(panel, display):
    display.set_width(0.3)
    assert checked(panel) == []


def test_a_typed_number_is_exact(panel, display, qtbot):
    type_number(qtbot, named(panel, QDoubleSpinBox, "Window"), "1200")
    type_number(qtbot, named(panel, QDoubleSpinBox, "Level"), "777")
    assert display.width * 4095 == pytest.approx(1200)
    assert display.level * 4095 == pytest.approx(777)
    assert (number(panel, "Window"), number(panel, "Level")) == (1200, 777)


def test_the_gamma_slider_is_logarithmic(panel, display, qtbot):
    slider = named(panel, QSlider, "Gamma, slider")
    assert slider.value() == pytest.approx((slider.minimum() + slider.maximum()) / 2, abs=1), (
        "1 is the middle"
    )
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert display.display.gamma == 5
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert display.display.gamma == 0.2
    for _ in range(3):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert display.display.gamma == pytest.approx(0.2 * 25**0.3, abs=0.02)


def test_dragging_a_slider_changes_the_picture_on_the_way(panel, display, qtbot):
    slider = named(panel, QSlider, "Level, slider")
    told = []
    display.changed.connect(lambda: told.append(display.level))
    middle = slider.height() // 2
    start = slider.width() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(start, middle))
    for x in range(start, slider.width(), 5):
        qtbot.mouseMove(slider, QPoint(x, middle))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width(), middle))
    assert len(told) >= 5
    assert told == sorted(told)
    assert display.level == pytest.approx(1, abs=0.02)


def test_showing_a_value_does_not_round_it(panel, display):
    told = []
    display.changed.connect(lambda: told.append(1))
    display.set_width(0.12345678)
    display.set_gamma(1.2345678)
    assert len(told) == 2
    assert display.width == pytest.approx(0.12345678, abs=1e-12)
    assert display.display.gamma == 1.2345678


def test_clahe_is_switched_and_keeps_its_strength(panel, display, qtbot):
    assert not named(panel, QDoubleSpinBox, "CLAHE strength").isEnabled()
    click(qtbot, named(panel, QCheckBox, "CLAHE"))
    assert display.display.clahe > 0
    type_number(qtbot, named(panel, QDoubleSpinBox, "CLAHE strength"), "4.5")
    assert display.display.clahe == 4.5
    click(qtbot, named(panel, QCheckBox, "CLAHE"))
    assert display.display.clahe == 0
    click(qtbot, named(panel, QCheckBox, "CLAHE"))
    assert display.display.clahe == 4.5


def test_invert_and_reset(panel, display, qtbot):
    reset = named(panel, QPushButton, "Reset")
    assert not reset.isEnabled()
    click(qtbot, named(panel, QCheckBox, "Invert"))
    assert display.display.inverted
    display.toggle_inverted()
    assert not named(panel, QCheckBox, "Invert").isChecked()
    display.set_gamma(2)
    click(qtbot, reset)
    assert display.display == display.initial
    assert checked(panel) == ["File"]


def test_only_what_is_not_read_so_already_can_be_read_as_displayed(panel, display, qtbot):
    read = named(panel, QPushButton, "Read as displayed")
    assert not read.isEnabled()
    display.set_gamma(2)
    with qtbot.waitSignal(panel.read_as_displayed_requested):
        click(qtbot, read)
    display.reset()
    assert not read.isEnabled()
    panel.set_turned(True)
    assert read.isEnabled()
    panel.set_turned(False)
    assert not read.isEnabled()


def test_without_a_scan_nothing_can_be_set(panel, display):
    display.clear()
    panel.set_turned(True)
    for kind in (QToolButton, QSlider, QDoubleSpinBox, QCheckBox, QPushButton):
        assert not any(each.isEnabled() for each in panel.findChildren(kind)), kind
    assert checked(panel) == []


@pytest.mark.parametrize("window", [Window(-3.0, 4.0), Window(1.4, 2.6), Window(0.5, 0.5)])
def test_a_file_may_ask_for_a_window_that_cannot_be_set(panel, display, window):
    display.set_scan(*scan_of(window=window))
    assert number(panel, "Window") == pytest.approx(4095 * (window.high - window.low), abs=0.51)
    assert number(panel, "Level") == pytest.approx(4095 * (window.high + window.low) / 2, abs=0.51)
    assert display.display.window == window, "showing it changes nothing"


@pytest.mark.parametrize("bits", [1, 8, 16])
def test_every_depth_has_its_numbers(panel, display, bits):
    display.set_scan(*scan_of(bits=bits, window=Window(0, 1)))
    assert number(panel, "Window") == 2**bits - 1


def test_tooltips_name_the_keys(panel):
    tips = [button.toolTip() for button in panel.findChildren(QToolButton)]
    assert [tip[-3:] for tip in tips] == ["(1)", "(2)", "(3)", "(4)", "(5)"]
    assert "(I)" in named(panel, QCheckBox, "Invert").toolTip()
    assert "(R" in named(panel, QPushButton, "Reset").toolTip()
    assert "(C)" in named(panel, QCheckBox, "CLAHE").toolTip()
    assert "(D)" in named(panel, QPushButton, "Read as displayed").toolTip()


def test_everything_is_reached_with_tab(panel, qtbot):
    first = panel.nextInFocusChain()
    reached, widget = [], first
    while widget is not None and (not reached or widget is not first):
        reached.append(widget)
        widget = widget.nextInFocusChain()
    controls = [
        each
        for kind in (QToolButton, QSlider, QDoubleSpinBox, QCheckBox)
        for each in panel.findChildren(kind)
    ]
    for each in controls:
        assert each in reached
        assert each.focusPolicy() & Qt.FocusPolicy.TabFocus, each
