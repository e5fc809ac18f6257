"""Slider, number and operating points say the same threshold, and any of them moves it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from gui.evaluation.judgement import Judgement
from gui.evaluation.threshold_panel import ThresholdPanel
from tests.gui.evaluation.evaluations import POINTS, small


@pytest.fixture
def judgement(qapp):
    return Judgement(small())


@pytest.fixture
def panel(qtbot, dark, judgement):
    made = ThresholdPanel(judgement, dark)
    qtbot.addWidget(made)
    made.resize(400, 130)
    made.show()
    return made


def chosen(panel):
    return [button.text() for button in panel.points if button.isChecked()]


def test_the_points_are_buttons_in_rising_order_and_those_of_one_threshold_share_one(panel):
    assert [button.text() for button in panel.points] == ["high sensitivity, scr…  25.0%", "balanced  50.0%"]
    assert panel.points[0].accessibleName() == "high sensitivity, screening: 25.0%"
    assert chosen(panel) == ["balanced  50.0%"]


def test_the_slider_moves_number_and_judgement(panel, judgement):
    panel.slider.setValue(300)
    assert (judgement.threshold, panel.box.value()) == (0.3, 30)
    assert chosen(panel) == []


def test_the_number_is_finer_than_the_slider(panel, judgement):
    panel.box.setValue(12.34)
    assert judgement.threshold == pytest.approx(0.1234)
    assert panel.slider.value() == 123
    assert panel.box.value() == 12.34  # the slider's rounding does not come back


def test_a_point_is_taken_as_it_is_stored(panel, judgement):
    panel.points[0].click()
    assert judgement.threshold == POINTS[1].threshold
    panel.points[0].click()  # once more: it stays chosen
    assert chosen(panel) == [panel.points[0].text()]


def test_a_click_on_a_mark_goes_there_and_one_beside_it_goes_where_it_is(panel, judgement, qtbot):
    slider = panel.slider
    middle = slider.height() // 2
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.at(0.25)) + 2, middle))
    assert judgement.threshold == 0.25
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.at(0.8)), middle))
    assert judgement.threshold == pytest.approx(0.8, abs=0.01)


def test_the_keys_move_it(panel, judgement, qtbot):
    qtbot.keyClick(panel.slider, Qt.Key.Key_Right)
    assert judgement.threshold == 0.501
    qtbot.keyClick(panel.slider, Qt.Key.Key_End)
    assert judgement.threshold == 1


def test_points_that_are_stored_now_have_buttons(panel, judgement):
    judgement.set_threshold(0.65)
    judgement.set_points(judgement.points_with(judgement.point_here("mine")))
    assert chosen(panel) == ["mine  65.0%"]


def test_saving_is_offered_closed_with_a_reason_or_not_at_all(panel):
    panel.allow_saving("it came with Lungfield")
    assert not panel.save.isEnabled()
    assert panel.save.toolTip() == "it came with Lungfield"
    panel.allow_saving("")
    assert panel.save.isEnabled()
    panel.allow_saving(None)
    assert panel.save.isHidden()
