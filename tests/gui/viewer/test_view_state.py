from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imaging.display import Orientation
from gui.viewer.geometry import Geometry, fit_scale
from gui.viewer.view_state import MAX_SCALE, ViewState

orientations = st.builds(Orientation, st.integers(0, 3), st.booleans())
places = st.floats(-500, 4000)
EVERY_ORIENTATION = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)]


def state(image=(3000, 2000), viewport=(900, 700)) -> ViewState:
    view = ViewState()
    view.set_viewport(viewport)
    view.set_image_size(image)
    return view


# ---- geometry ----


@given(orientations, st.floats(0.01, 32), st.tuples(places, places), st.tuples(places, places))
def test_from_image_to_widget_and_back(orientation, scale, centre, point):
    geometry = Geometry.around((2000, 3000), orientation, scale, centre, (801, 600))
    assert geometry.to_image(geometry.to_widget(point)) == pytest.approx(point, abs=1e-6)
    assert geometry.to_widget(geometry.to_image(point)) == pytest.approx(point, abs=1e-6)


@given(orientations, st.floats(0.05, 32), st.tuples(st.floats(0, 200), st.floats(0, 300)))
def test_the_centre_is_in_the_middle_to_half_a_pixel(orientation, scale, centre):
    x, y = Geometry.around((200, 300), orientation, scale, centre, (801, 600)).to_widget(centre)
    assert (x, y) == pytest.approx((400.5, 300), abs=0.51)


@given(orientations, st.floats(0.05, 32), st.tuples(st.floats(0, 40), st.floats(0, 30)))
def test_visible_are_the_pixels_whose_middle_is_on_the_picture(orientation, scale, centre):
    geometry = Geometry.around((40, 30), orientation, scale, centre, (50, 61))
    left, top, right, bottom = geometry.visible((50, 61))
    for x in range(50):
        for y in (0, 30, 60):
            across, down = geometry.to_image((x + 0.5, y + 0.5))
            near = min(abs(across), abs(across - 40), abs(down), abs(down - 30)) < 1e-6
            on = 0 <= across < 40 and 0 <= down < 30
            assert near or on == (left <= x < right and top <= y < bottom)


@pytest.mark.parametrize("orientation", EVERY_ORIENTATION)
def test_the_view_of_a_box_is_what_is_seen_there_once_turned(orientation):
    """At 1:1 it is slicing."""
    picture = np.arange(30 * 40).reshape(30, 40)
    geometry = Geometry.around((40, 30), orientation, 1.0, (13.0, 11.0), (24, 22))
    left, top, right, bottom = geometry.visible((24, 22))
    view = geometry.view((left, top, right, bottom))
    cut = picture[int(view.top) : int(view.top) + view.height, int(view.left) : int(view.left) + view.width]
    x, y = left - geometry.origin[0], top - geometry.origin[1]
    expected = orientation.apply(picture)[y : y + bottom - top, x : x + right - left]
    np.testing.assert_array_equal(orientation.apply(cut), expected)


# ---- the state ----


@pytest.mark.parametrize("turns", range(4))
def test_fitted_it_touches_two_sides_and_is_in_the_middle(turns):
    view = state()
    view.rotate(turns)
    (left, top), (width, height) = view.geometry().origin, view.geometry().seen_size
    assert width == pytest.approx(900) or height == pytest.approx(700)
    assert width <= 900.001
    assert height <= 700.001
    assert (left + width / 2, top + height / 2) == pytest.approx((450, 350), abs=0.51)


def test_fitting_follows_the_canvas():
    view = state()
    view.set_viewport((450, 700))
    assert view.scale == pytest.approx(450 / 3000)
    assert view.geometry((300, 700)).scale == pytest.approx(300 / 3000), "each canvas has its own size"


def test_one_to_one_is_one_to_one():
    view = state()
    view.actual_size()
    assert (view.fit, view.scale, view.centre) == (False, 1.0, (1500, 1000))


@given(
    st.lists(st.floats(0.3, 4), max_size=5),
    st.tuples(st.floats(0, 3000), st.floats(0, 2000)),
    st.integers(0, 3),
)
def test_enlarging_leaves_the_point_under_the_cursor_where_it_is(factors, at, turns):
    view = state()
    view.rotate(turns)
    view.zoom(2)
    for factor in factors:
        before = view.geometry().to_widget(at)
        larger = max(factor, 1 / factor)
        view.zoom(larger, at)
        assert view.geometry().to_widget(at) == pytest.approx(before, abs=1.02)


def test_making_smaller_leaves_it_too_while_the_middle_is_on_the_picture():
    view = state()
    view.zoom(8)
    at = (1450.0, 1020.0)
    before = view.geometry().to_widget(at)
    view.zoom(0.5, at)
    assert view.geometry().to_widget(at) == pytest.approx(before, abs=1.02)


def test_zoom_has_limits():
    view = state()
    fitted = view.scale
    view.zoom(1e9)
    assert view.scale == MAX_SCALE
    view.zoom(1e-9)
    assert fitted / 2 < view.scale < fitted
    view.fit_to_window()
    assert view.scale == fitted


def test_a_tiny_picture_can_be_fitted_and_seen_at_its_size():
    view = state((16, 16), (800, 800))
    assert view.scale == 50
    view.zoom(1.5)
    assert view.scale == 50
    view.actual_size()
    assert view.scale == 1


@pytest.mark.parametrize("orientation", EVERY_ORIENTATION)
def test_panning_moves_what_is_seen_with_the_mouse(orientation):
    view = state()
    view.rotate(orientation.quarter_turns)
    if orientation.mirrored:
        view.flip_horizontally()
    view.actual_size()
    before = view.geometry().origin
    view.pan(40, -25)
    assert view.geometry().origin == (before[0] + 40, before[1] - 25)


@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), orientations)
def test_the_picture_cannot_be_lost(dx, dy, orientation):
    view = state()
    view.rotate(orientation.quarter_turns)
    view.zoom(5)
    view.pan(dx, dy)
    left, top, right, bottom = view.geometry().visible((900, 700))
    assert right > left
    assert bottom > top


def test_turning_keeps_what_is_in_the_middle():
    view = state()
    view.zoom(3, (700, 500))
    centre = view.centre
    view.rotate(1)
    view.flip_vertically()
    assert view.centre == centre
    assert view.geometry().to_widget(centre) == pytest.approx((450, 350), abs=0.51)


def test_another_picture_is_fitted_and_stays_turned():
    view = state()
    view.rotate(1)
    view.zoom(4)
    view.set_image_size((500, 400))
    assert view.fit
    assert view.orientation == Orientation(1)
    assert view.scale == pytest.approx(min(900 / 400, 700 / 500))


@given(orientations)
def test_it_can_be_turned_as_it_was_for_this_scan(orientation):
    view = state()
    view.rotate(1)
    view.set_orientation(orientation)
    assert view.orientation == orientation


def test_reset_is_upright_and_fitted():
    view = state()
    view.rotate(-1)
    view.flip_horizontally()
    view.zoom(4)
    view.reset()
    assert view.fit
    assert view.orientation.is_upright


@pytest.mark.parametrize("change", ["zoom", "pan", "rotate", "flip_horizontally", "fit_to_window", "reset"])
def test_every_change_is_told(change, qtbot):
    view = state()
    arguments = {"zoom": (2,), "pan": (1, 1), "rotate": (1,)}.get(change, ())
    with qtbot.waitSignal(view.changed, timeout=100):
        getattr(view, change)(*arguments)


def test_nothing_fails_without_a_picture():
    view = ViewState()
    for change in (view.fit_to_window, view.actual_size, view.flip_vertically, view.reset):
        change()
    view.zoom(2)
    view.pan(3, 3)
    assert fit_scale((0, 0), Orientation(), (10, 10)) == 1
    assert view.geometry((10, 10)).visible((10, 10))[2:] >= (0, 0)
