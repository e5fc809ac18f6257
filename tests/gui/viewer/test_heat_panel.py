from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QDoubleSpinBox, QLayout, QSlider

from gui.viewer.colour_bar import ColourBar
from gui.viewer.heat_panel import HeatPanel
from gui.viewer.heat_state import HeatState


@pytest.fixture
def heat():
    return HeatState(opacity=0.6, cut_off=0.25)


@pytest.fixture
def panel(qtbot, heat):
    panel = HeatPanel(heat)
    qtbot.addWidget(panel)
    panel.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # a window that keeps its size
    panel.resize(300, 240)
    panel.show()
    return panel


def named(panel, kind, name):
    (found,) = (
        each
        for each in panel.findChildren(kind)
        if each.accessibleName() == name or getattr(each, "text", str)() == name
    )
    return found


def click(qtbot, box):
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(10, box.height() // 2))


def test_what_is_set_is_shown(panel):
    assert named(panel, QCheckBox, "Show evidence").isChecked()
    assert not named(panel, QCheckBox, "Side by side").isChecked()
    assert named(panel, QDoubleSpinBox, "Opacity").value() == 60
    assert named(panel, QDoubleSpinBox, "Cut-off").value() == 3.0, "a quarter of 12 log-odds"


def test_the_checks_switch(panel, heat, qtbot):
    click(qtbot, named(panel, QCheckBox, "Show evidence"))
    assert not heat.shown
    click(qtbot, named(panel, QCheckBox, "Side by side"))
    assert heat.side_by_side


def test_without_evidence_there_is_nothing_to_set(panel, heat):
    heat.toggle()
    assert not named(panel, QDoubleSpinBox, "Opacity").isEnabled()
    assert not named(panel, QSlider, "Cut-off, slider").isEnabled()
    assert not panel.findChild(ColourBar).isEnabled()
    assert named(panel, QCheckBox, "Side by side").isEnabled()


def test_the_sliders_follow_the_keys(panel, heat, qtbot):
    opacity = named(panel, QSlider, "Opacity, slider")
    opacity.setFocus()
    qtbot.keyClick(opacity, Qt.Key.Key_End)
    assert heat.opacity == 1
    qtbot.keyClick(opacity, Qt.Key.Key_PageDown)
    assert heat.opacity == pytest.approx(0.9)
    qtbot.keyClick(opacity, Qt.Key.Key_Left)
    assert heat.opacity == pytest.approx(0.89)
    cut_off = named(panel, QSlider, "Cut-off, slider")
    qtbot.keyClick(cut_off, Qt.Key.Key_Home)
    assert heat.cut_off == 0


def test_a_number_can_be_typed(panel, heat, qtbot):
    cut_off = named(panel, QDoubleSpinBox, "Cut-off")
    cut_off.setFocus()
    cut_off.selectAll()
    qtbot.keyClicks(cut_off, "6")
    qtbot.keyClick(cut_off, Qt.Key.Key_Return)
    assert heat.cut_off == 0.5
    qtbot.keyClick(cut_off, Qt.Key.Key_Up)
    assert heat.cut_off == pytest.approx(6.5 / 12)


def test_dragging_tells_on_the_way(panel, heat, qtbot):
    slider = named(panel, QSlider, "Opacity, slider")
    told = []
    heat.changed.connect(lambda: told.append(heat.opacity))
    middle = slider.height() // 2
    start = round(0.6 * (slider.width() - 12)) + 6
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(start, middle))
    for x in range(start, slider.width() - 5, 6):
        qtbot.mouseMove(slider, QPoint(x, middle))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 5, middle))
    assert len(told) >= 4
    assert told == sorted(told)
    assert heat.opacity > 0.9


def test_others_changes_are_shown_and_not_told_back(panel, heat):
    told = []
    heat.changed.connect(lambda: told.append(1))
    heat.set_opacity(1 / 3)
    assert len(told) == 1
    assert heat.opacity == 1 / 3, "not rounded by being shown"
    assert named(panel, QDoubleSpinBox, "Opacity").value() == 33


def test_the_wheel_passes_over_what_has_no_focus(panel, heat, qtbot):
    """Scrolling the panel must not change numbers on the way."""
    for kind, name in ((QSlider, "Opacity, slider"), (QDoubleSpinBox, "Opacity")):
        widget = named(panel, kind, name)
        widget.clearFocus()
        at = QPointF(widget.rect().center())
        wheel = QWheelEvent(
            at,
            widget.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, wheel)
    assert heat.opacity == 0.6
