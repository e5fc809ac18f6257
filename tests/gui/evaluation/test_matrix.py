"""The confusion matrix is four buttons: by mouse, by keys, and read out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from core.scoring.thresholds import Counts
from gui.evaluation.matrix import ConfusionMatrix

COUNTS = Counts(0.5, tn=80, fp=20, fn=3, tp=47)


@pytest.fixture
def matrix(qtbot, dark):
    made = ConfusionMatrix(dark)
    qtbot.addWidget(made)
    made.show_counts(COUNTS)
    with qtbot.waitActive(made):
        made.show()
    return made


def test_each_cell_says_its_number_and_its_share_of_the_row(matrix):
    assert {cell: button.count for cell, button in matrix.cells.items()} == {
        "tn": 80,
        "fp": 20,
        "fn": 3,
        "tp": 47,
    }
    assert (
        matrix.cells["fp"].accessibleName()
        == "False positives. NORMAL, called PNEUMONIA: 20 scans, 20.0% of NORMAL"
    )
    assert matrix.cells["tp"].accessibleName().endswith("94.0% of PNEUMONIA")


def test_a_click_asks_for_the_scans_of_a_cell_and_another_for_all_that_are_wrong(matrix, qtbot):
    asked = []
    matrix.chosen.connect(asked.append)
    qtbot.mouseClick(matrix.cells["fn"], Qt.MouseButton.LeftButton)
    assert [cell for cell, button in matrix.cells.items() if button.isChecked()] == ["fn"]
    qtbot.mouseClick(matrix.cells["fp"], Qt.MouseButton.LeftButton)
    assert [cell for cell, button in matrix.cells.items() if button.isChecked()] == ["fp"]
    qtbot.mouseClick(matrix.cells["fp"], Qt.MouseButton.LeftButton)
    assert asked == ["fn", "fp", "wrong"]
    assert not any(button.isChecked() for button in matrix.cells.values())


def test_the_arrow_keys_go_from_cell_to_cell_and_enter_chooses(matrix, qtbot):
    asked = []
    matrix.chosen.connect(asked.append)
    matrix.cells["tn"].setFocus()
    for key, cell in (
        (Qt.Key.Key_Right, "fp"),
        (Qt.Key.Key_Down, "tp"),
        (Qt.Key.Key_Left, "fn"),
        (Qt.Key.Key_Left, "fn"),
    ):
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert QApplication.focusWidget() is matrix.cells[cell]
    qtbot.keyClick(matrix.cells["fn"], Qt.Key.Key_Return)
    qtbot.keyClick(matrix.cells["tp"], Qt.Key.Key_Space)
    assert asked == ["fn", "tp"]


def test_a_row_without_scans_has_no_share(matrix):
    matrix.show_counts(Counts(0.5, tn=5, fp=1, fn=0, tp=0))
    assert matrix.cells["tp"].accessibleName() == "True positives. PNEUMONIA, called PNEUMONIA: 0 scans"
    assert not matrix.grab().isNull()
