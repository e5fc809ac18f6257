from __future__ import annotations

import numpy as np
import pytest

from core.imaging.display import Display, displayed
from core.imaging.pyramid import Pyramid, Renderer, View
from core.imaging.scan import Scan, Window
from tests.pictures import radiograph

DISPLAYS = [
    Display(),
    Display(Window(0.2, 0.5)),
    Display(Window(0.2, 0.5, "sigmoid"), gamma=0.6),
    Display(inverted=True, gamma=2.5),
    Display(clahe=2.0),
    Display(Window(0.1, 0.6), 1.5, 4.0, True),
]


def scan_of(height: int = 300, width: int = 420) -> Scan:
    random = np.random.default_rng(1)
    pixels = radiograph(2, size=(height, width)) / 255 + random.uniform(0, 0.01, (height, width))
    return Scan(np.clip(pixels, 0, 1).astype(np.float32), bits=16)


def test_levels_are_area_averages():
    scan = scan_of(256, 320)
    levels = Pyramid(scan).levels
    for k in (1, 2):
        n = 2**k
        mean = scan.pixels.reshape(256 // n, n, 320 // n, n).mean((1, 3))
        np.testing.assert_allclose(levels[k] / 65535, mean, atol=2 / 65535)


def test_an_odd_size_is_halved_without_shifting():
    ramp = np.linspace(0, 1, 301, dtype=np.float32)[None].repeat(201, 0)
    level = Pyramid(Scan(ramp)).levels[1]
    assert level.shape == (101, 151)
    middles = (np.arange(151) + 0.5) * 301 / 151 - 0.5
    np.testing.assert_allclose(level[50, 2:-2] / 65535, middles[2:-2] / 300, atol=1e-3)


def test_sixteen_bits_survive():
    pixels = (np.arange(65536, dtype=np.float64) / 65535).astype(np.float32).reshape(256, 256)
    pyramid = Pyramid(Scan(pixels))
    np.testing.assert_array_equal(pyramid.levels[0].ravel(), np.arange(65536))
    assert (pyramid.histogram == 1).all()


def test_the_histogram_is_numpys():
    pyramid = Pyramid(scan_of())
    np.testing.assert_array_equal(pyramid.histogram, np.bincount(pyramid.levels[0].ravel(), minlength=65536))


def test_size_and_memory():
    pyramid = Pyramid(scan_of(300, 420))
    assert pyramid.size == (420, 300)
    assert 300 * 420 * 6 < pyramid.nbytes < 300 * 420 * 7


@pytest.mark.parametrize(
    ("scale", "level"), [(4, 0), (1, 0), (0.51, 0), (0.5, 1), (0.3, 1), (0.25, 2), (1e-9, 2)]
)
def test_the_level_has_at_least_the_pixels_that_are_drawn_and_less_than_twice(scale, level):
    assert Pyramid(scan_of()).level_for(scale) == level


@pytest.mark.parametrize("display", DISPLAYS)
def test_at_one_to_one_it_draws_what_displayed_says(display):
    scan = scan_of()
    grey = Renderer(Pyramid(scan)).render(View(1, 60, 20, 300, 250), display)
    expected = displayed(scan.pixels, display)[20:270, 60:360] * 255
    assert np.abs(grey - expected).max() <= 1


@pytest.mark.parametrize("display", DISPLAYS)
def test_made_smaller_it_draws_the_average_of_what_displayed_says(display):
    scan = scan_of(512, 512)
    grey = Renderer(Pyramid(scan)).render(View(0.25, 0, 0, 128, 128), display)
    expected = displayed(scan.pixels, display).reshape(128, 4, 128, 4).mean((1, 3)) * 255
    # Not the same: tones are applied to averages. But no shift, and the same brightness
    assert np.abs(grey - expected).mean() < 2


def test_enlarged_eight_times_pixels_are_squares():
    scan = scan_of()
    grey = Renderer(Pyramid(scan)).render(View(8, 8 * 30, 8 * 40, 160, 80), Display())
    expected = np.rint(scan.pixels[40:50, 30:50] * 255).repeat(8, 0).repeat(8, 1)
    assert np.abs(grey - expected).max() <= 1


def test_enlarged_a_little_it_is_interpolated_linearly():
    ramp = np.linspace(0, 1, 101, dtype=np.float32)[None].repeat(64, 0)
    grey = Renderer(Pyramid(Scan(ramp))).render(View(3, 0, 0, 303, 192), Display())
    middles = (np.arange(303) + 0.5) / 3 - 0.5
    assert np.abs(grey[90] - np.clip(middles / 100, 0, 1) * 255).max() <= 0.6


@pytest.mark.parametrize("scale", [0.13, 0.5, 0.77, 1.0, 2.6, 11.0])
def test_a_part_is_drawn_as_it_is_in_the_whole(scale):
    pyramid = Pyramid(scan_of())
    width, height = round(420 * scale), round(300 * scale)
    whole = Renderer(pyramid).render(View(scale, 0, 0, width, height), Display())
    left, top = width // 3, height // 2
    part = Renderer(pyramid).render(View(scale, left, top, width // 4, height // 4), Display())
    difference = part.astype(int) - whole[top : top + height // 4, left : left + width // 4]
    assert np.abs(difference).max() <= 1


def test_a_renderer_that_drew_before_draws_as_a_new_one():
    pyramid = Pyramid(scan_of())
    used = Renderer(pyramid)
    views = [View(0.5, 0, 0, 100, 90), View(0.5, 7, 3, 100, 90), View(2, 50, 9, 140, 90)]
    for view in views:
        for display in DISPLAYS:
            np.testing.assert_array_equal(used.render(view, display), Renderer(pyramid).render(view, display))


@pytest.mark.parametrize("size", [(40, 34000), (34000, 40)])
def test_a_side_longer_than_opencv_takes_can_be_drawn(size):
    scan = Scan(np.full(size, 0.4, np.float32))
    scale = 1000 / 34000
    view = View(scale, 0, 0, max(int(size[1] * scale), 1), max(int(size[0] * scale), 1))
    for display in (Display(), Display(clahe=1)):
        assert np.ptp(Renderer(Pyramid(scan)).render(view, display)) == 0
    assert displayed(scan.pixels, Display(clahe=1)).shape == size
