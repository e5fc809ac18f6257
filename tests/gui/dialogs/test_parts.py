"""Dialogs stay on the screen, and in the middle of their window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractButton, QDialogButtonBox, QStyle, QWidget
from pytestqt.qtbot import QtBot

from core.settings import Settings
from gui.dialogs.about import AboutDialog
from gui.dialogs.machine import Machine
from gui.dialogs.notice import NoticeDialog
from gui.dialogs.parts import FittedDialog
from gui.dialogs.settings import SettingsDialog
from gui.dialogs.shortcuts import ShortcutsDialog
from gui.preferences import Preferences
from gui.theme import Theme

KINDS = ("settings", "shortcuts", "about", "notice")
SMALL = QRect(0, 0, 640, 420)


def made(kind: str, parent: QWidget | None = None) -> FittedDialog:
    if kind == "settings":
        preferences = Preferences(Settings(), keep=False)
        return SettingsDialog(preferences, (), (), (), machine=Machine(False, True, True), parent=parent)
    if kind == "shortcuts":
        return ShortcutsDialog([(str(group), [("F", "Fit")] * 12) for group in range(6)], parent)
    if kind == "about":
        return AboutDialog(QIcon(), None, "", parent)
    return NoticeDialog(QIcon(), parent)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.setGeometry(20, 30, 720, 700)
    parent.show()
    return parent


@pytest.mark.parametrize("kind", KINDS)
def test_its_buttons_are_on_a_small_screen(
    window: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(FittedDialog, "room", lambda _: SMALL)
    dialog = made(kind, window)
    with qtbot.waitExposed(dialog):
        dialog.show()
    assert SMALL.contains(dialog.frameGeometry())
    for button in dialog.findChildren(QAbstractButton):
        if isinstance(button.parent(), QDialogButtonBox | NoticeDialog):
            assert dialog.rect().contains(QRect(button.mapTo(dialog, QPoint()), button.size()))


def test_what_does_not_fit_scrolls(window: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FittedDialog, "room", lambda _: SMALL)
    notice = made("notice", window)
    assert isinstance(notice, NoticeDialog)
    notice.show()
    qtbot.waitUntil(lambda: notice.area.verticalScrollBar().maximum() > 0)
    assert notice.area.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize("kind", ["settings", "notice"])
def test_it_opens_in_the_middle_of_its_window(window: QWidget, qtbot: QtBot, kind: str) -> None:
    dialog = made(kind, window)
    with qtbot.waitExposed(dialog):
        dialog.open()
    off = dialog.frameGeometry().center() - window.frameGeometry().center()
    assert off.manhattanLength() <= 2
    dialog.close()


def test_a_window_placed_late_is_followed(window: QWidget, qtbot: QtBot) -> None:
    dialog = made("notice", window)
    dialog.show()
    window.move(50, 60)
    window.activateWindow()
    with qtbot.waitActive(dialog):
        dialog.activateWindow()
    qtbot.waitUntil(
        lambda: (dialog.frameGeometry().center() - window.frameGeometry().center()).manhattanLength() <= 2
    )


def test_buttons_carry_no_icons_of_the_desktop(dark: Theme, qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    hint = QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
    assert box.style().styleHint(hint, None, box) == 0
    assert all(button.icon().isNull() for button in box.buttons())
