"""The question before the history is cleared."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from gui.dialogs.clear_history import ClearHistoryDialog


@pytest.fixture
def ask(qtbot):
    dialogs = []

    def asked(*counts):
        dialog = ClearHistoryDialog(*counts)
        dialog.heard = []
        dialog.wanted.connect(dialog.heard.append)
        dialogs.append(dialog)
        qtbot.addWidget(dialog)
        with qtbot.waitExposed(dialog):
            dialog.open()
        return dialog

    return asked


def test_it_says_what_goes_and_what_stays(ask):
    dialog = ask(120, 130, 7)
    assert "scans: 120, readings: 130" in dialog.goes.text()
    assert "reviews, notes" in dialog.stays.text()
    dialog.reviews.click()
    assert "cannot be brought back" in dialog.stays.text()
    assert "7" in dialog.reviews.text()
    assert dialog.stays.text() in dialog.clear.accessibleDescription()


@pytest.mark.parametrize("reviews", [False, True])
def test_reviews_go_only_where_that_is_ticked(ask, reviews):
    dialog = ask(1, 1, 1)
    assert not dialog.reviews.isChecked()
    dialog.reviews.setChecked(reviews)
    dialog.clear.click()
    assert dialog.heard == [reviews]
    assert not dialog.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_enter_and_escape_keep_everything(ask, qtbot, key):
    dialog = ask(1, 1, 1)
    qtbot.keyClick(dialog, key)
    assert dialog.heard == []
    assert not dialog.isVisible()


def test_without_reviews_there_is_nothing_to_tick(ask):
    assert not ask(3, 3, 0).reviews.isVisible()


@pytest.mark.usefixtures("dark")
def test_nothing_moves_or_is_cut_when_the_box_is_ticked(ask):
    dialog = ask(123456, 123456, 1234)
    heights = set()
    for ticked in (False, True):
        dialog.reviews.setChecked(ticked)
        QApplication.processEvents()
        heights.add((dialog.height(), dialog.clear.y()))
        for label in dialog.findChildren(QLabel):
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    assert len(heights) == 1
