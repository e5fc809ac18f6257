"""A figure in the window: drawn behind it, anew for each size and theme, with marks that move at once."""

from __future__ import annotations

import threading

import pytest
from matplotlib.figure import Figure
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from gui.plots.view import Marker, PlotView

PATIENCE_MS = 60_000


def square(width, height):
    """Two axes at known places: the left one 0..1 both ways, the right one 0..10 and -1..1."""
    figure = Figure(figsize=(width, height))
    left, right = figure.add_axes((0.1, 0.2, 0.3, 0.6)), figure.add_axes((0.6, 0.2, 0.3, 0.6))
    left.set(xlim=(0, 1), ylim=(0, 1))
    right.set(xlim=(0, 10), ylim=(-1, 1))
    return figure


@pytest.fixture
def view(qtbot, lane, dark):
    made = PlotView(lane, dark, "ROC curve")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.failures = []
    made.failed.connect(made.failures.append)
    return made


def shown(qtbot, view, draw=square):
    with qtbot.waitSignal(view.drawn, timeout=PATIENCE_MS):
        view.show_drawing(draw, "a curve")
        view.show()
    return view


def test_it_is_drawn_on_the_lane_at_the_size_of_the_widget(qtbot, view):
    asked = []

    def draw(width, height):
        asked.append((round(96 * width), round(96 * height), threading.current_thread().name))
        return square(width, height)

    shown(qtbot, view, draw)
    assert asked == [(400, 300, "lane test")]
    assert not view.is_drawing
    assert view.text == ""
    assert (view.accessibleName(), view.accessibleDescription()) == ("ROC curve", "a curve")


def test_a_value_is_marked_where_the_axes_have_it(qtbot, view):
    shown(qtbot, view)
    assert view.place(Marker(0, 0, 0)) == QPointF(40, 240)
    assert view.place(Marker(1, 5, 0)) == QPointF(300, 150)
    assert view.place(Marker(2, 0, 0)) is None

    before = view.grab().toImage()
    place = QPoint(300, 150)
    view.set_markers([Marker(1, 5, 0), Marker(0, 0.5)])
    after = view.grab().toImage()
    assert before.pixelColor(place) != after.pixelColor(place) == QColor("#f5924a")
    line = {after.pixelColor(100, y).name() for y in range(62, 238)}
    assert len(line) > 1  # the upright one


def test_a_mark_moves_without_drawing_anew(qtbot, view):
    drawn = []

    def draw(width, height):
        drawn.append(1)
        return square(width, height)

    shown(qtbot, view, draw)
    for step in range(100):
        view.set_markers([Marker(0, step / 100, step / 100)])
    qtbot.wait(20)
    assert len(drawn) == 1
    assert not view.is_drawing


def test_a_click_tells_the_values_under_it(qtbot, view):
    shown(qtbot, view)
    with qtbot.waitSignal(view.clicked) as told:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 150))
    axes, across, up = told.args
    assert (axes, round(across, 6), round(up, 6)) == (1, 5, 0)
    with qtbot.assertNotEmitted(view.clicked):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))  # between the two


def test_another_size_is_drawn_anew_once_it_has_settled(qtbot, view):
    shown(qtbot, view)
    with qtbot.waitSignal(view.drawn, timeout=PATIENCE_MS):
        for width in range(410, 500, 10):
            view.resize(width, 300)
    assert view._plot.image.width() == 490
    assert view.place(Marker(0, 0, 0)) == QPointF(49, 240)


def test_another_theme_is_drawn_anew(qtbot, view, dark):
    shown(qtbot, view)
    with qtbot.waitSignal(view.drawn, timeout=PATIENCE_MS):
        dark.apply("light")


def test_nothing_is_drawn_out_of_sight(qtbot, view, lane):
    view.show_drawing(square)
    assert lane.is_idle
    with qtbot.waitSignal(view.drawn, timeout=PATIENCE_MS):
        view.show()


def test_a_newer_figure_supersedes(qtbot, view):
    first = threading.Event()

    def slow(width, height):
        first.wait(5)
        return square(width, height)

    view.show()
    view.show_drawing(slow)
    drawn = []
    view.drawn.connect(lambda: drawn.append(1))
    with qtbot.waitSignal(view.drawn, timeout=PATIENCE_MS):
        view.show_drawing(square)
        first.set()
    qtbot.wait(20)
    assert drawn == [1]


def test_words_in_the_place_of_a_figure(qtbot, view):
    shown(qtbot, view)
    view.say("No epoch is done yet")
    assert (view.text, view.accessibleDescription(), view.axes) == ("No epoch is done yet",) * 2 + ((),)


def test_a_figure_that_cannot_be_drawn_says_so(qtbot, view):
    def broken(width, height):
        raise ValueError("a bug")

    view.show()
    with qtbot.waitSignal(view.failed, timeout=PATIENCE_MS):
        view.show_drawing(broken)
    assert view.text == "This figure could not be drawn"
    shown(qtbot, view)
    assert view.text == ""
