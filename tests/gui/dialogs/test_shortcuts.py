"""The page of shortcuts shows every key, at every size."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QLabel
from pytestqt.qtbot import QtBot

from gui.dialogs.shortcuts import ShortcutsDialog, caps

GROUPS = [
    ("File", [("Ctrl+O", "Open scans"), ("Ctrl+Shift+O", "Open a folder")]),
    ("View", [("+ / =", "Zoom in"), ("Ctrl++", "Larger"), ("F", "Fit"), ("R", "Reset"), ("I", "Invert")]),
    ("Mouse", [("Wheel", "Zoom at the cursor"), ("Right drag / Middle drag", "Move the picture")]),
]


@pytest.fixture
def dialog(qtbot: QtBot) -> ShortcutsDialog:
    dialog = ShortcutsDialog(GROUPS)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.mark.parametrize(
    ("keys", "drawn"),
    [
        ("F", ["F"]),
        ("Ctrl+Shift+O", ["Ctrl", "Shift", "O"]),
        ("+", ["+"]),
        ("Ctrl++", ["Ctrl", "+"]),
        ("Left drag", ["Left drag"]),
        ("⌘O", ["⌘O"]),
    ],
)
def test_a_shortcut_is_drawn_as_its_keys(keys: str, drawn: list[str]) -> None:
    assert caps(keys) == drawn


def test_every_key_and_every_action_is_there(dialog: ShortcutsDialog) -> None:
    labels = dialog.findChildren(QLabel)
    drawn = sorted(label.text() for label in labels if label.property("role") == "key")
    keys = [alternative for _, rows in GROUPS for keys, _ in rows for alternative in keys.split(" / ")]
    assert drawn == sorted(cap for each in keys for cap in caps(each))
    texts = {label.text() for label in labels}
    assert {action for _, rows in GROUPS for _, action in rows} | {title for title, _ in GROUPS} <= texts


def test_an_action_is_read_out_with_its_keys(dialog: ShortcutsDialog) -> None:
    assert "Open scans: Ctrl+O" in {label.accessibleName() for label in dialog.findChildren(QLabel)}


def test_a_small_window_scrolls(dialog: ShortcutsDialog, qtbot: QtBot) -> None:
    long = ShortcutsDialog([(str(n), [("F", "Fit")] * 12) for n in range(6)])
    qtbot.addWidget(long)
    long.show()
    assert long.height() <= 760
    qtbot.waitUntil(lambda: long.area.verticalScrollBar().maximum() > 0)
    assert dialog.area.verticalScrollBar().maximum() == 0


def test_no_groups_are_no_problem(qtbot: QtBot) -> None:
    qtbot.addWidget(ShortcutsDialog([]))


def test_it_is_called_as_in_the_menu(dialog: ShortcutsDialog) -> None:
    assert dialog.windowTitle() == "Keys and mouse"


def test_it_closes(dialog: ShortcutsDialog) -> None:
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close).click()
    assert not dialog.isVisible()
