from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.banner import Banner
from gui.errors import Problem

THEIRS = Problem("scan.png is empty", "export it again")
OURS = Problem("Something went wrong inside Lungfield (KeyError)", "the log file says more", ours=True)


@pytest.fixture
def window(qtbot) -> QWidget:
    made = QWidget()
    made.resize(700, 200)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def banner(window) -> Banner:
    made = Banner()
    QVBoxLayout(window).addWidget(made)
    window.show()
    return made


def button(banner: Banner, words: str) -> QPushButton:
    [found] = [each for each in banner.findChildren(QPushButton) if words in each.text()]
    return found


def test_there_is_none_without_a_problem(banner):
    assert not banner.isVisible()
    assert banner.text == ""


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (Problem("no model is left", "add one"), "no model is left — add one."),
        (Problem("no model is left"), "no model is left."),
        (OURS, "Something went wrong inside Lungfield (KeyError) — the log file says more."),
    ],
)
def test_a_problem_is_said_in_one_sentence(banner, problem, words):
    banner.tell(problem)
    assert banner.isVisible()
    assert banner.findChild(QLabel).text() == banner.text == words


def test_the_latest_problem_stands_instead_of_the_one_before(banner):
    banner.tell(OURS)
    banner.tell(THEIRS)
    assert "empty" in banner.text
    assert "Lungfield" not in banner.text


def test_it_goes_when_the_person_has_seen_it(banner, qtbot):
    banner.tell(THEIRS)
    qtbot.mouseClick(button(banner, "Dismiss"), Qt.MouseButton.LeftButton)
    assert not banner.isVisible()
    assert banner.text == ""


def test_it_can_be_dismissed_with_the_keyboard(banner, qtbot):
    banner.tell(THEIRS)
    dismiss = button(banner, "Dismiss")
    assert dismiss.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.keyClick(dismiss, Qt.Key.Key_Space)
    assert not banner.isVisible()


def test_it_comes_again_after_it_was_dismissed(banner):
    banner.tell(THEIRS)
    banner.hide()
    banner.tell(THEIRS)
    assert banner.isVisible()


@pytest.mark.parametrize(("problem", "kind"), [(THEIRS, "warning"), (OURS, "error")])
def test_our_bugs_look_different(banner, problem, kind):
    banner.tell(problem)
    assert banner.property("kind") == kind


@pytest.mark.parametrize("problem", [THEIRS, OURS])
def test_the_log_is_offered_for_our_bugs_only(banner, problem):
    banner.tell(problem)
    assert button(banner, "log").isVisible() == problem.ours


def test_the_log_can_be_asked_for(banner, qtbot):
    banner.tell(OURS)
    with qtbot.waitSignal(banner.log_wanted, timeout=500):
        qtbot.mouseClick(button(banner, "log"), Qt.MouseButton.LeftButton)


def test_a_files_name_is_never_markup(banner):
    banner.tell(Problem("<b>bold</b>.png is empty"))
    label = banner.findChild(QLabel)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert "<b>bold</b>.png" in label.text()


def test_a_screen_reader_is_told_the_same(banner):
    banner.tell(THEIRS)
    assert "scan.png is empty" in banner.accessibleName()
    assert "export it again" in banner.accessibleName()


@pytest.mark.parametrize("width", [320, 700])
def test_it_can_be_read_at_every_width(banner, window, qtbot, width):
    window.layout().setContentsMargins(0, 0, 0, 0)
    banner.tell(OURS)
    window.resize(width, 300)
    label = banner.findChild(QLabel)
    dismiss = button(banner, "Dismiss")
    qtbot.waitUntil(lambda: banner.width() == width)
    qtbot.waitUntil(lambda: (dismiss.y() > label.geometry().bottom()) == (width == 320))
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    assert label.heightForWidth(label.width()) <= 3 * label.fontMetrics().lineSpacing()
