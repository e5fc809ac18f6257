"""The first-start notice: nothing starts before it is understood."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.dialogs.notice import NoticeDialog

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def notice(qtbot: QtBot) -> NoticeDialog:
    dialog = NoticeDialog(QIcon())
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    return dialog


def test_it_cannot_be_accepted_before_the_box_is_ticked(notice: NoticeDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(notice.accepted):
        qtbot.mouseClick(notice.start, LEFT)
        qtbot.keyClick(notice, Qt.Key.Key_Return)
    assert notice.isVisible()


def test_ticking_and_accepting_starts(notice: NoticeDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(notice.accepted):
        qtbot.keyClick(notice.focusWidget(), Qt.Key.Key_Space)
        qtbot.mouseClick(notice.start, LEFT)
    assert not notice.isVisible()


def test_enter_accepts_once_the_box_is_ticked(notice: NoticeDialog, qtbot: QtBot) -> None:
    notice.understood.setChecked(True)
    with qtbot.waitSignal(notice.accepted):
        qtbot.keyClick(notice.understood, Qt.Key.Key_Return)


def test_unticking_takes_it_back(notice: NoticeDialog) -> None:
    notice.understood.click()
    notice.understood.click()
    assert not notice.start.isEnabled()


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_it_can_be_left(notice: NoticeDialog, qtbot: QtBot, way: str) -> None:
    notice.understood.setChecked(True)
    with qtbot.waitSignal(notice.rejected):
        if way == "button":
            qtbot.mouseClick(notice.quit, LEFT)
        elif way == "escape":
            qtbot.keyClick(notice, Qt.Key.Key_Escape)
        else:
            notice.close()


def test_it_says_what_must_be_said(notice: NoticeDialog) -> None:
    text = " ".join(label.text() for label in notice.findChildren(QLabel))
    for word in (
        "research",
        "not a medical device",
        "diagnosis",
        "treatment",
        "children",
        "wrong",
        "computer",
    ):
        assert word in text


def test_nothing_is_cut_off(notice: NoticeDialog) -> None:
    for label in notice.findChildren(QLabel):
        if label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width())
    assert notice.height() < 700
