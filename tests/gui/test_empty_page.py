from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton

from gui.empty_page import EmptyPage
from gui.icons import Icons

PATHS = tuple(f"/scans/patient {number}/chest {number}.png" for number in range(6))


@pytest.fixture
def actions() -> tuple[QAction, QAction]:
    scans, folder = QAction("&Open scans…"), QAction("Open &folder…")
    scans.setToolTip("Open scans (Ctrl+O)")
    return scans, folder


@pytest.fixture
def page(qtbot, dark, actions) -> EmptyPage:
    made = EmptyPage(Icons(dark), *actions)
    made.resize(700, 600)
    qtbot.addWidget(made)
    made.show()
    return made


def offered(page: EmptyPage) -> list[QPushButton]:
    """The buttons of what was open last, from the top down."""
    buttons = [each for each in page.findChildren(QPushButton) if each.property("role") == "quiet"]
    return sorted((each for each in buttons if each.isVisible()), key=QPushButton.y)


def says(page: EmptyPage, words: str) -> bool:
    return any(words in label.text() and label.isVisible() for label in page.findChildren(QLabel))


@pytest.mark.parametrize(("number", "text"), [(0, "&Open scans…"), (1, "Open &folder…")])
def test_its_buttons_do_what_the_menu_does(page, actions, qtbot, number, text):
    [button] = [each for each in page.findChildren(QPushButton) if each.text() == text]
    with qtbot.waitSignal(actions[number].triggered, timeout=500):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_button_tells_its_key(page, actions):
    [button] = [each for each in page.findChildren(QPushButton) if each.text() == "&Open scans…"]
    assert button.toolTip() == "Open scans (Ctrl+O)"


def test_it_says_what_can_be_opened_and_that_it_stays_here(page):
    assert says(page, "DICOM")
    assert says(page, "stay on this computer")


def test_nothing_is_offered_where_nothing_was_open(page):
    assert offered(page) == []
    assert not says(page, "Recent")


def test_the_latest_are_offered_in_their_order(page):
    page.show_recent(PATHS)
    assert says(page, "Recent")
    assert [each.text() for each in offered(page)] == [f"chest {number}.png" for number in range(4)]


@pytest.mark.parametrize("number", range(4))
def test_one_click_opens_it_again(page, qtbot, number):
    page.show_recent(PATHS)
    with qtbot.waitSignal(page.recent_wanted, timeout=500) as asked:
        qtbot.mouseClick(offered(page)[number], Qt.MouseButton.LeftButton)
    assert asked.args == [PATHS[number]]


def test_fewer_are_offered_when_there_are_fewer(page, qtbot):
    page.show_recent(PATHS)
    page.show_recent(PATHS[4:5])
    [button] = offered(page)
    with qtbot.waitSignal(page.recent_wanted, timeout=500) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [PATHS[4]]


def test_where_it_lies_is_told_by_tooltip_and_screen_reader(page):
    page.show_recent(PATHS)
    assert offered(page)[0].toolTip() == PATHS[0]
    assert PATHS[0] in offered(page)[0].accessibleName()


def test_an_ampersand_is_no_key(page):
    page.show_recent(("/scans/left & right.png",))
    [button] = offered(page)
    assert button.text() == "left && right.png"
    assert button.shortcut().isEmpty()


@pytest.mark.parametrize("path", ["/scans/a folder", "/scans/a folder/"])
def test_a_folder_is_offered_by_its_name(page, path):
    page.show_recent((path,))
    assert offered(page)[0].text() == "a folder"


def test_a_long_name_is_cut_in_the_middle_and_comes_back_with_room(page, qtbot):
    name = "a very " + "long " * 30 + "name.png"
    page.show_recent((f"/scans/{name}",))
    assert "…" in offered(page)[0].text()
    assert offered(page)[0].text().endswith("name.png")
    assert offered(page)[0].geometry().right() <= page.width()
    page.resize(3000, 600)
    qtbot.waitUntil(lambda: offered(page)[0].text() == name)


def test_where_it_lies_stands_beside_its_name(page):
    page.show_recent(("/scans/native/PNEUMONIA", "/scans/" + "deep/" * 30 + "other/PNEUMONIA", "/"))
    near, far, root = offered(page)
    assert (near.text(), near.where) == ("PNEUMONIA", " — /scans/native")
    assert far.where.startswith(" — /scans/")
    assert "…" in far.where
    assert far.where.endswith("/other")
    assert (root.text(), root.where) == ("/", "")
    bare = QPushButton(near.text())
    bare.setProperty("role", "quiet")
    assert near.sizeHint().width() > bare.sizeHint().width()


def test_there_is_no_folder_where_there_is_no_room(page):
    page.show_recent(("/scans/" + "long " * 60 + "name.png",))
    assert offered(page)[0].where == ""
