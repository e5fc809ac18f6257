"""The library on the screen, with real files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QSplitter
from pytestqt.qtbot import QtBot

from core.model import checkpoint, library
from gui.icons import Icons
from gui.models.dialogs import ModelDialog, RemoveDialog
from gui.models.models import Models
from gui.models.page import ModelsPage
from gui.preferences import Preferences
from gui.theme import Theme


@pytest.fixture
def page(models: Models, dark: Theme, qtbot: QtBot) -> ModelsPage:
    made = ModelsPage(models, Icons(dark))
    qtbot.addWidget(made)
    made.resize(1280, 760)
    with qtbot.waitSignal(models.detailed):
        made.show()
    return made


def choose(qtbot: QtBot, page: ModelsPage, name: str) -> None:
    row = next(row for row in range(page.table.rowCount()) if page.table.item(row, 0).text() == name)
    place = page.table.visualItemRect(page.table.item(row, 0)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert page.chosen is not None
    assert page.chosen.name == name


def opened(page: ModelsPage, kind: type) -> object:
    return next(each for each in page.findChildren(kind) if each.isVisible())


def column(page: ModelsPage, number: int) -> list[str]:
    return [page.table.item(row, number).text() for row in range(page.table.rowCount())]


def test_the_list_tells_of_each(page: ModelsPage) -> None:
    assert column(page, 0) == [library.BUNDLED, "second", "ward 7"]
    aucs = [each["auc"] for each in checkpoint.load(library.find(library.BUNDLED)).metrics.values()]
    assert column(page, 1) == [f"{min(aucs):.3f}–{max(aucs):.3f}", "–", "–"]
    assert column(page, 3) == ["", "", "a note in two lines"]
    assert page.table.current == library.BUNDLED
    spoken = page.table.item(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "reads now" in spoken
    assert page.table.item(0, 0).font().bold()


def test_the_card_of_the_chosen_one_is_shown(page: ModelsPage, qtbot: QtBot, models: Models) -> None:
    assert "Model card" in page.details.card.browser.toPlainText()
    with qtbot.waitSignal(models.detailed):
        choose(qtbot, page, "ward 7")
    text = page.details.card.browser.toPlainText()
    assert "EfficientNet-B0" in text
    assert "a note\nin two lines" in text.replace("\u2028", "\n")
    assert page.details.name.whole_text == "ward 7"
    assert "your own" in page.details.short.text()


def test_no_button_is_cut_however_narrow_the_details_are(page: ModelsPage) -> None:
    page.resize(900, 560)  # the smallest window
    (split,) = page.findChildren(QSplitter)
    split.setSizes([900, 0])
    QApplication.processEvents()
    assert split.sizes()[1] < 500
    for button in page.details.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width(), button.text()


def test_the_keys_choose_too(page: ModelsPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    assert page.chosen is not None
    assert page.chosen.name == "second"


def test_making_one_active_and_going_back(page: ModelsPage, qtbot: QtBot, models: Models) -> None:
    assert not page.details.activate.isEnabled()
    assert not page.way_back.isEnabled()
    choose(qtbot, page, "ward 7")
    with qtbot.waitSignal(page.activated) as told:
        page.details.activate.click()
    assert told.args == ["ward 7"]
    qtbot.waitUntil(page.way_back.isEnabled)
    assert library.BUNDLED in page.way_back.text()
    assert not page.details.activate.isEnabled()
    with qtbot.waitSignal(page.activated) as told:
        page.way_back.click()
    assert told.args == [library.BUNDLED]
    qtbot.waitUntil(page.way_back.isEnabled)
    (earlier,) = page.way_back.menu().actions()
    with qtbot.waitSignal(page.activated) as told:
        earlier.trigger()
    assert told.args == ["ward 7"]


def test_enter_makes_it_active(page: ModelsPage, qtbot: QtBot) -> None:
    choose(qtbot, page, "second")
    with qtbot.waitSignal(page.activated):
        qtbot.keyClick(page.table, Qt.Key.Key_Return)


def test_what_others_do_is_passed_on(page: ModelsPage, qtbot: QtBot) -> None:
    choose(qtbot, page, "ward 7")
    with qtbot.waitSignal(page.evaluate_wanted) as told:
        page.details.evaluate.click()
    assert told.args == ["ward 7"]
    with qtbot.waitSignal(page.train_from_wanted) as told:
        page.details.train.click()
    assert told.args == ["ward 7"]


def test_the_bundled_one_can_be_neither_renamed_nor_removed(page: ModelsPage, qtbot: QtBot) -> None:
    able = {name for name, action in page.actions_of.items() if action.isEnabled()}
    assert able == {"copy", "export"}
    choose(qtbot, page, "ward 7")
    assert all(action.isEnabled() for action in page.actions_of.values())


def test_renaming(page: ModelsPage, qtbot: QtBot, models: Models) -> None:
    choose(qtbot, page, "ward 7")
    page.actions_of["rename"].trigger()
    dialog = opened(page, ModelDialog)
    assert isinstance(dialog, ModelDialog)
    qtbot.keyClicks(dialog.name, "ward 8")
    with qtbot.waitSignal(models.renamed):
        dialog.go_on.click()
    assert page.chosen is not None
    assert page.chosen.name == "ward 8"
    assert column(page, 0) == [library.BUNDLED, "second", "ward 8"]


def test_annotating(page: ModelsPage, qtbot: QtBot, models: Models) -> None:
    choose(qtbot, page, "second")
    page.actions_of["note"].trigger()
    dialog = opened(page, ModelDialog)
    assert isinstance(dialog, ModelDialog)
    dialog.note.setPlainText("only children")
    with qtbot.waitSignal(models.changed):
        dialog.go_on.click()
    assert column(page, 3)[1] == "only children"
    qtbot.waitUntil(lambda: "only children" in page.details.card.browser.toPlainText())


def test_copying(page: ModelsPage, qtbot: QtBot, models: Models) -> None:
    page.actions_of["copy"].trigger()
    dialog = opened(page, ModelDialog)
    assert isinstance(dialog, ModelDialog)
    assert dialog.name.text() == f"{library.BUNDLED} 2"
    with qtbot.waitSignal(models.added, timeout=20_000):
        dialog.go_on.click()
    assert page.chosen is not None
    assert page.chosen.name == f"{library.BUNDLED} 2"


def test_removing_the_active_one_says_which_reads(page: ModelsPage, qtbot: QtBot, models: Models) -> None:
    choose(qtbot, page, "ward 7")
    with qtbot.waitSignal(models.activated):
        models.activate("ward 7")
    qtbot.waitUntil(lambda: not models.is_busy)
    page.actions_of["remove"].trigger()
    dialog = opened(page, RemoveDialog)
    assert isinstance(dialog, RemoveDialog)
    assert dialog.warning.isVisible()
    with qtbot.waitSignal(models.removed):
        dialog.remove.click()
    assert column(page, 0) == [library.BUNDLED, "second"]
    assert page.notice.text == f"ward 7 was removed. {library.BUNDLED} reads."
    assert page.table.current == library.BUNDLED


def test_the_one_that_the_settings_name_is_told_to_read(
    page: ModelsPage, qtbot: QtBot, preferences: Preferences
) -> None:
    preferences.change(model="ward 7")
    spoken = [page.table.item(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken == [library.BUNDLED, "second", "ward 7, reads now"]
    assert [page.table.item(row, 0).font().bold() for row in range(3)] == [False, False, True]
    # The active one can be made what reads
    assert page.chosen is not None
    assert page.chosen.active
    assert "reads now" not in page.details.short.text()
    with qtbot.waitSignal(page.activated) as told:
        page.details.activate.click()
    assert told.args == [library.BUNDLED]


def test_removing_the_one_that_the_settings_name_says_which_reads(
    page: ModelsPage, qtbot: QtBot, models: Models, preferences: Preferences
) -> None:
    preferences.change(model="ward 7")
    choose(qtbot, page, "ward 7")
    assert not page.details.activate.isEnabled()
    assert "reads now" in page.details.short.text()
    page.actions_of["remove"].trigger()
    dialog = opened(page, RemoveDialog)
    assert isinstance(dialog, RemoveDialog)
    assert dialog.warning.isVisible()
    assert library.BUNDLED in dialog.warning.text()
    with qtbot.waitSignal(models.removed):
        dialog.remove.click()
    assert page.notice.text == f"ward 7 was removed. {library.BUNDLED} reads."


def test_removing_the_active_one_where_another_reads_warns_of_nothing(
    page: ModelsPage, qtbot: QtBot, models: Models, preferences: Preferences
) -> None:
    with qtbot.waitSignal(models.activated):
        models.activate("ward 7")
    preferences.change(model="second")
    qtbot.waitUntil(lambda: not models.is_busy)
    choose(qtbot, page, "ward 7")
    page.actions_of["remove"].trigger()
    dialog = opened(page, RemoveDialog)
    assert isinstance(dialog, RemoveDialog)
    assert not dialog.warning.isVisible()
    with qtbot.waitSignal(models.removed):
        dialog.remove.click()
    assert page.notice.text == "ward 7 was removed. second reads."


def test_exporting(page: ModelsPage, qtbot: QtBot, models: Models, tmp_path: Path) -> None:
    choose(qtbot, page, "ward 7")
    page.actions_of["export"].trigger()
    dialog = page.findChild(QFileDialog, "export-model")
    target = tmp_path / "out.safetensors"
    with qtbot.waitSignal(models.exported):
        dialog.fileSelected.emit(str(target))
        dialog.close()
    assert checkpoint.load(target).name == "ward 7"
    assert "out.safetensors" in page.notice.text


def test_importing_is_checked_and_then_asked(
    page: ModelsPage, qtbot: QtBot, models: Models, model_files: tuple[Path, Path]
) -> None:
    page.take_in.click()
    chooser = page.findChild(QFileDialog, "import-model")
    with qtbot.waitSignal(models.examined):
        chooser.fileSelected.emit(str(model_files[0]))
        chooser.close()
    dialog = opened(page, ModelDialog)
    assert isinstance(dialog, ModelDialog)
    assert dialog.name.text() == "first"
    with qtbot.waitSignal(models.added):
        dialog.go_on.click()
    assert column(page, 0) == [library.BUNDLED, "first", "second", "ward 7"]
    assert page.table.current == "first"


def drop(page: ModelsPage, *paths: Path) -> bool:
    """Drag these over the page and let go. Whether they were taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    enter = QDragEnterEvent(QPoint(50, 50), actions, mime, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(page, enter)
    if enter.isAccepted():
        QApplication.sendEvent(page, QDropEvent(QPointF(50, 50), actions, mime, buttons, keys))
    return enter.isAccepted()


def test_a_file_that_is_dropped_is_imported(
    page: ModelsPage, qtbot: QtBot, models: Models, model_files: tuple[Path, Path]
) -> None:
    with qtbot.waitSignal(models.examined):
        assert drop(page, model_files[1])
    dialog = opened(page, ModelDialog)
    assert isinstance(dialog, ModelDialog)
    dialog.reject()
    assert not drop(page, *model_files)


def test_a_foreign_file_is_refused_with_the_reason(
    page: ModelsPage, qtbot: QtBot, models: Models, tmp_path: Path
) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with qtbot.waitSignal(models.refused):
        drop(page, path)
    assert "weights.pth is not a Lungfield model" in page.notice.text
    assert "can hold programs" in page.notice.text
    assert column(page, 0) == [library.BUNDLED, "second", "ward 7"]


def test_a_damaged_model_can_only_be_removed(
    page: ModelsPage, qtbot: QtBot, models: Models, own_library: Path
) -> None:
    (own_library / "odd.safetensors").write_text("hello")
    with qtbot.waitSignal(models.changed):
        models.refresh()
    with qtbot.waitSignal(models.not_detailed):
        choose(qtbot, page, "odd")
    assert "not a Lungfield model" in page.details.card.browser.toPlainText()
    assert {name for name, action in page.actions_of.items() if action.isEnabled()} == {"remove"}
    assert not page.details.evaluate.isEnabled()


def test_what_another_window_did_is_seen_when_it_is_shown_again(
    page: ModelsPage, qtbot: QtBot, models: Models
) -> None:
    page.hide()
    library.remove("second")
    with qtbot.waitSignal(models.changed):
        page.show()
    assert column(page, 0) == [library.BUNDLED, "ward 7"]


def test_foreign_words_are_shown_as_they_are(page: ModelsPage, qtbot: QtBot, models: Models) -> None:
    odd = "<img src='file:///etc/passwd'><b>x</b> [y](http://example.org) www.example.org"
    choose(qtbot, page, "second")
    models.set_note("second", odd)
    browser = page.details.card.browser
    qtbot.waitUntil(lambda: odd in browser.toPlainText())
    assert "href=" not in browser.toHtml()
    assert "<img" not in browser.toHtml()
    assert "&lt;b&gt;x" in page.table.item(1, 3).toolTip()


@pytest.mark.parametrize("width", [1000, 1280, 1920])
def test_names_have_room(page: ModelsPage, qtbot: QtBot, models: Models, width: int) -> None:
    with qtbot.waitSignal(models.renamed):
        models.rename("ward 7", "a name as long as can be given to a model so to speak")
    page.resize(width, 700)
    table = page.table
    assert sum(table.columnWidth(each) for each in range(4)) <= table.viewport().width()
    assert table.columnWidth(0) >= 200
    assert table.isColumnHidden(3) == (width == 1000)


def test_everything_has_a_name_and_takes_the_focus(page: ModelsPage) -> None:
    for widget in (page.table, page.details.card.browser, page.way_back):
        assert widget.accessibleName()
    for widget in (page.table, page.take_in, page.way_back, page.details.evaluate, page.details.more):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert page.focusProxy() is page.table
