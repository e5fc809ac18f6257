from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton, QToolButton, QWidget

from core import pace
from core.reading.overlay import DISCLAIMER
from gui.controls import ElidedLabel
from gui.status_line import StatusLine


class Clock:
    """The time as the test sets it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=made.monotonic))
    return made


@pytest.fixture
def line(qtbot, clock) -> StatusLine:
    """In a window that may make it as narrow as it likes."""
    window = QWidget()
    window.resize(2000, 40)
    made = StatusLine(QAction("Stop"), window)
    made.resize(1000, 28)
    qtbot.addWidget(window)
    window.show()
    yield made
    window.close()


def bar(line: StatusLine) -> QProgressBar:
    return line.findChild(QProgressBar)


@pytest.mark.parametrize(
    ("done", "asked", "words"),
    [
        (0, 0, ""),
        (0, 1, "Reading…"),
        (1, 1, ""),
        (0, 12, "0 of 12 read"),
        (3, 12, "3 of 12 read"),
        (12, 12, ""),
    ],
)
def test_progress_is_said_in_words(line, done, asked, words):
    line.show_progress(done, asked)
    assert line.text == words


@pytest.mark.parametrize(
    ("seconds", "done", "asked", "words"),
    [
        (2, 10, 30, "10 of 30 read · 5 a second · 4 s left"),
        (10, 100, 1000, "100 of 1000 read · 10 a second · 1:30 min left"),
        (10, 20, 8000, "20 of 8000 read · 2 a second · 1:06:30 h left"),
        (20, 10, 15, "10 of 15 read · 0.5 a second · 10 s left"),
        (0.5, 10, 30, "10 of 30 read"),
        (10, 4, 30, "4 of 30 read"),
    ],
)
def test_rate_and_time_left_are_said_once_they_are_known(line, clock, seconds, done, asked, words):
    line.show_progress(0, asked)
    clock.now += seconds
    line.show_progress(done, asked)
    assert line.text == words


def test_the_time_before_reading_does_not_count(line, clock):
    line.show_progress(0, 0)
    clock.now += 3600
    line.show_progress(0, 30)
    clock.now += 2
    line.show_progress(10, 30)
    assert line.text == "10 of 30 read · 5 a second · 4 s left"


def test_the_bar_fills(line):
    line.show_progress(3, 12)
    assert bar(line).isVisible()
    assert (bar(line).minimum(), bar(line).value(), bar(line).maximum()) == (0, 3, 12)


@pytest.mark.parametrize(("done", "asked"), [(0, 0), (12, 12), (0, 1)])
def test_there_is_no_bar_where_it_would_say_nothing(line, done, asked):
    line.show_progress(3, 12)
    line.show_progress(done, asked)
    assert not bar(line).isVisible()


@pytest.mark.parametrize(("done", "asked"), [(0, 1), (3, 12), (0, 0), (12, 12)])
def test_what_is_read_can_be_stopped(line, done, asked):
    line.show_progress(done, asked)
    assert line.findChild(QToolButton).isVisible() == (done < asked)


def test_stopping_is_one_click(qtbot):
    stop = QAction("Stop")
    line = StatusLine(stop)
    line.resize(1000, 28)
    qtbot.addWidget(line)
    line.show()
    line.show_progress(3, 12)
    with qtbot.waitSignal(stop.triggered, timeout=500):
        qtbot.mouseClick(line.findChild(QToolButton), Qt.MouseButton.LeftButton)


def test_looking_for_scans_is_said(line):
    line.show_searching(True)
    assert line.text == "Looking for scans…"
    line.show_searching(False)
    assert line.text == ""


def test_looking_for_scans_can_be_stopped(line):
    stop = line.findChild(QToolButton)
    line.show_searching(True)
    assert stop.isVisible()
    line.show_progress(0, 0)
    assert stop.isVisible()
    line.show_progress(3, 12)
    line.show_searching(False)
    assert stop.isVisible(), "there is still something to read"
    line.show_progress(0, 0)
    assert not stop.isVisible()


@pytest.mark.parametrize(("done", "asked", "words"), [(0, 1, "Reading…"), (3, 12, "3 of 12 read")])
def test_progress_stands_before_looking_for_scans(line, done, asked, words):
    line.show_searching(True)
    line.show_progress(done, asked)
    assert line.text == words
    line.show_searching(False)
    assert line.text == words
    line.show_searching(True)
    assert line.text == words


def test_looking_for_scans_is_said_again_after_the_last_was_read(line):
    line.show_progress(3, 12)
    line.show_searching(True)
    line.show_progress(0, 0)
    assert line.text == "Looking for scans…"


def test_the_engine_is_named_with_the_reason(line, qtbot):
    line.show_engine("OpenVINO cpu fp32", "the fastest on a CPU")
    qtbot.waitUntil(lambda: line.engine.text() == "OpenVINO cpu fp32")
    assert line.engine.toolTip() == "the fastest on a CPU"


@pytest.mark.parametrize("width", [500, 800, 1280])
@pytest.mark.parametrize(("done", "asked"), [(0, 0), (0, 1), (3, 12), (12, 12)])
def test_the_disclaimer_is_always_to_be_read(line, done, asked, width):
    line.resize(width, 28)
    line.show_progress(done, asked)
    line.show_engine("OpenVINO cpu fp32", "")
    line.layout().activate()
    label = line.findChild(QLabel, "disclaimer")
    assert label.text() == DISCLAIMER
    assert label.isVisible()
    assert line.rect().contains(label.geometry())
    assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())


ENGINE = "lungfield-resnet18 · OpenVINO · CPU · fp32 · no GPU found"
TRAINING = "Fine-tuning: Epoch 12 of 40 · 1:23 h left"
TROUBLE = "Not kept: history is in memory only"


def say_all(line: StatusLine, clock: Clock) -> None:
    """Everything that there is to say, at once."""
    line.show_engine(ENGINE, "the fastest on a CPU")
    line.show_training(TRAINING)
    line.show_trouble(TROUBLE, "the disk is full")
    line.show_progress(0, 5678)
    clock.now += 100
    line.show_progress(1234, 5678)
    line.show_note("Saved /home/someone/Documents/Studies/2026/ward 3/scan-lungfield.png")
    QApplication.processEvents()


def parts(line: StatusLine) -> dict[str, QWidget]:
    """What is seen, by its words."""
    labels = {each.whole_text: each for each in line.findChildren(ElidedLabel)}
    return labels | {button.text(): button for button in line.findChildren(QPushButton)}


@pytest.mark.parametrize("width", [400, 900, 1280, 1920])
@pytest.mark.usefixtures("dark")
def test_nothing_that_is_said_takes_room_from_the_disclaimer(line, clock, width):
    line.resize(width, 28)
    say_all(line, clock)
    label = line.findChild(QLabel, "disclaimer")
    assert label.width() == label.sizeHint().width()
    assert line.rect().contains(label.geometry())


@pytest.mark.usefixtures("dark")
def test_in_the_smallest_window_all_is_said_side_by_side_and_whole_in_the_tooltip(line, clock):
    line.resize(900, 28)
    say_all(line, clock)
    seen = [line.findChild(QToolButton), bar(line), *parts(line).values()]
    places = sorted((each.geometry() for each in seen), key=QRect.left)
    assert all(one.right() < other.left() for one, other in itertools.pairwise(places))
    assert line.engine.text() != ENGINE
    for words, why in ((ENGINE, "the fastest on a CPU"), (TROUBLE, "the disk is full")):
        assert parts(line)[words].toolTip() == f"{words}\n{why}"
    assert parts(line)[line.text].toolTip() == line.text
    assert parts(line)[TRAINING].toolTip().startswith(TRAINING)


@pytest.mark.usefixtures("dark")
def test_the_engine_is_shortened_before_the_rest_and_not_where_there_is_room(line, clock):
    line.show_engine(ENGINE, "")
    line.show_progress(0, 5678)
    clock.now += 100
    line.show_progress(1234, 5678)
    for width, whole in ((880, False), (1280, True)):
        line.resize(width, 28)
        QApplication.processEvents()
        assert parts(line)[line.text].text() == line.text
        assert (line.engine.text() == ENGINE) is whole
