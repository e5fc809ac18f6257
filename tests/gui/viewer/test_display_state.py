from __future__ import annotations

import numpy as np
import pytest

from core.imaging.display import PRESETS, Display, preset_window
from core.imaging.pyramid import Pyramid
from core.imaging.scan import FULL_RANGE, Scan, Window
from gui.viewer.display_state import DisplayState
from gui.viewer.heat_state import HeatState
from tests.pictures import radiograph


def scan_of(window: Window = FULL_RANGE, bits: int = 12) -> Scan:
    return Scan(radiograph(1).astype(np.float32) / 255, window, bits=bits)


def state(scan: Scan | None = None) -> DisplayState:
    scan = scan or scan_of()
    display = DisplayState()
    display.set_scan(scan, Pyramid(scan))
    return display


def test_a_scan_is_first_shown_as_its_file_asks():
    display = state(scan_of(Window(0.2, 0.6, "sigmoid")))
    assert display.display == display.initial == Display(Window(0.2, 0.6, "sigmoid"))
    assert (display.preset, display.is_changed, display.grey_levels) == ("file", False, 4095)
    assert state().preset == "full"


def test_width_and_level_change_the_window_and_keep_each_other():
    display = state()
    display.set_width(0.4)
    display.set_level(0.3)
    assert (display.width, display.level) == pytest.approx((0.4, 0.3))
    assert (display.display.window.low, display.display.window.high) == pytest.approx((0.1, 0.5))
    assert display.is_changed
    assert display.preset == ""


def test_the_narrowest_window_is_one_grey_value():
    display = state()
    display.set_width(0)
    assert display.width == pytest.approx(1 / 4095)
    display.set_width(99)
    display.set_level(-99)
    assert (display.width, display.level) == pytest.approx((2, -0.5))


def test_the_level_of_a_window_wider_than_can_be_set_may_be_changed():
    display = state(scan_of(Window(-2, 3)))
    display.set_level(0.4)
    assert (display.width, display.level) == pytest.approx((5, 0.4))


def test_dragging_is_relative_to_the_range_that_the_scan_uses():
    faint = Scan(scan_of().pixels * np.float32(0.1), bits=16)
    for scan, used in ((scan_of(), 1.0), (faint, 0.1)):
        display = state(scan)
        span = np.subtract(*np.percentile(scan.pixels, (99.9, 0.1)))
        display.set_width(0.5 * used)
        display.drag(0.25, 0.0)
        assert display.width == pytest.approx(0.5 * used + 0.25 * span, rel=0.01)
        display.drag(0.0, -0.5)
        assert display.level == pytest.approx(0.5 - 0.5 * span, rel=0.01)


def test_presets_change_the_window_alone():
    scan = scan_of(Window(0.1, 0.9))
    display = state(scan)
    display.set_gamma(1.5)
    display.toggle_inverted()
    for name in PRESETS:
        display.apply_preset(name)
        window = preset_window(name, scan.window, Pyramid(scan).histogram)
        assert display.display == Display(window, gamma=1.5, inverted=True)
        assert display.preset == name
    display.set_clahe(2)
    assert display.preset == "file", "the window is still that one"
    with pytest.raises(ValueError, match="brain"):
        display.apply_preset("brain")


def test_the_sigmoid_stays_when_the_window_is_dragged():
    display = state(scan_of(Window(0.2, 0.6, "sigmoid")))
    display.drag(0.1, 0.1)
    assert display.display.window.shape == "sigmoid"


def test_gamma_and_clahe_have_limits():
    display = state()
    display.set_gamma(0)
    display.set_clahe(-3)
    assert (display.display.gamma, display.display.clahe) == (0.2, 0)
    display.set_gamma(99)
    display.set_clahe(99)
    assert (display.display.gamma, display.display.clahe) == (5, 10)


def test_reset_and_another_scan_forget_what_was_changed():
    display = state()
    display.set_clahe(3)
    display.set_inverted(True)
    display.reset()
    assert not display.is_changed
    display.set_inverted(True)
    display.set_scan(scan_of(Window(0.3, 0.4)), Pyramid(scan_of()))
    assert display.display == Display(Window(0.3, 0.4))


def test_what_was_set_for_a_scan_can_be_brought_back():
    display = state()
    display.set_display(Display(Window(0.1, 0.2), 2, 1, True))
    assert (display.display, display.preset) == (Display(Window(0.1, 0.2), 2, 1, True), "")
    display.apply_preset("lung")
    lung = display.display
    display.reset()
    display.set_display(lung)
    assert (display.display, display.preset) == (lung, "lung")


def test_it_says_when_something_changed_and_only_then(qtbot):
    display = state()
    with qtbot.waitSignal(display.changed, timeout=100):
        display.set_gamma(2)
    with qtbot.assertNotEmitted(display.changed):
        display.set_gamma(2)
        display.set_inverted(False)
        display.set_level(display.level)


def test_without_a_scan_nothing_can_be_changed(qtbot):
    display = state()
    display.clear()
    assert not display.available
    with qtbot.assertNotEmitted(display.changed):
        display.set_width(0.2)
        display.drag(0.3, 0.3)
        display.apply_preset("lung")
        display.toggle_inverted()
        display.reset()
    assert (display.display, display.preset) == (Display(), "")


def test_how_evidence_is_drawn_keeps_within_its_limits_and_is_told(qtbot):
    heat = HeatState(opacity=3, cut_off=-1)
    assert (heat.shown, heat.opacity, heat.cut_off, heat.side_by_side) == (True, 1, 0, False)
    for change in (heat.toggle, heat.toggle_side_by_side):
        with qtbot.waitSignal(heat.changed, timeout=100):
            change()
    assert (heat.shown, heat.side_by_side) == (False, True)
    with qtbot.assertNotEmitted(heat.changed):
        heat.set_opacity(7)
        heat.set_cut_off(0)
        heat.set_shown(False)
        heat.set_side_by_side(True)
