"""What is asked before something is done to a model."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.models.dialogs import Asked, KeepDialog, ModelDialog, RemoveDialog, Said


@pytest.fixture
def keep(qtbot: QtBot) -> KeepDialog:
    dialog = KeepDialog("ward 7 2", ("bundled-one", "ward 7"))
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def test_keeping_says_name_note_and_whether_it_reads(keep: KeepDialog, qtbot: QtBot) -> None:
    assert keep.name.text() == "ward 7 2"
    assert keep.name.hasFocus() or keep.focusWidget() is keep.name
    keep.note.setPlainText("misses effusions")
    keep.active.click()
    with qtbot.waitSignal(keep.wanted) as told:
        keep.go_on.click()
    assert told.args == [Said("ward 7 2", "misses effusions", True)]
    assert not keep.isVisible()


@pytest.mark.parametrize("name", ["ward 7", "WARD 7", "../x", "con", "bundled"])
def test_a_name_that_cannot_be_given_is_told_while_it_is_typed(
    keep: KeepDialog, qtbot: QtBot, name: str
) -> None:
    keep.name.selectAll()
    qtbot.keyClicks(keep.name, name)
    assert keep.problem.text()
    assert keep.name.accessibleDescription() == keep.problem.text()
    assert not keep.go_on.isEnabled()
    with qtbot.assertNotEmitted(keep.wanted):
        qtbot.keyClick(keep.name, Qt.Key.Key_Return)
    keep.name.selectAll()
    qtbot.keyClicks(keep.name, "ward 8 ")
    assert keep.problem.text() == ""
    assert keep.go_on.isEnabled()


def test_without_a_name_nothing_is_kept(keep: KeepDialog) -> None:
    keep.name.clear()
    assert not keep.go_on.isEnabled()


def test_nothing_is_cut_off_whatever_is_said(keep: KeepDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: keep.problem.width() > 200)
    keep.name.setText("a/b")
    assert keep.problem.height() >= keep.problem.heightForWidth(keep.problem.width())


def test_only_what_is_asked_for_is_there(qtbot: QtBot) -> None:
    dialog = ModelDialog(Asked("Note", "", "Save", note="old"))
    qtbot.addWidget(dialog)
    dialog.open()
    assert not dialog.name.isVisible()
    assert not dialog.active.isVisible()
    assert dialog.go_on.isEnabled()
    with qtbot.waitSignal(dialog.wanted) as told:
        dialog.go_on.click()
    assert told.args[0].note == "old"


def test_removing_is_asked_and_enter_leaves_it(qtbot: QtBot) -> None:
    dialog = RemoveDialog("<b>x</b>", "<i>y</i>")
    qtbot.addWidget(dialog)
    dialog.open()
    assert dialog.warning.isVisible()
    assert "<i>y</i> will read" in dialog.warning.text()
    with qtbot.assertNotEmitted(dialog.wanted):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_removing(qtbot: QtBot) -> None:
    dialog = RemoveDialog("ward 7", "")
    qtbot.addWidget(dialog)
    dialog.open()
    assert not dialog.warning.isVisible()
    with qtbot.waitSignal(dialog.wanted) as told:
        dialog.remove.click()
    assert told.args == ["ward 7"]
