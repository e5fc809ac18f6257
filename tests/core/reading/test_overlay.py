from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from core.reading.framed import _font, wrapped
from core.reading.gate import Verdict
from core.reading.overlay import CUT_OFF, FULL_SCALE, STRONGEST, blend, burnt_in, colour, overlay, png
from core.reading.reader import Reading
from tests.pictures import radiograph


def _reading(heatmap, **more):
    facts = {"probability": 0.9, "label": "PNEUMONIA", "threshold": 0.5, "verdict": Verdict(), "model": "m"}
    return Reading(heatmap=np.asarray(heatmap, np.float32), engine="e", milliseconds=1, **{**facts, **more})


def _scan(height=200, width=260):
    return radiograph(3, size=(height, width)).astype(np.float32) / 255


def test_no_evidence_leaves_the_scan_grey():
    picture = blend(_scan(), np.zeros((7, 7), np.float32))
    np.testing.assert_array_equal(picture, np.rint(_scan() * 255).astype(np.uint8)[..., None].repeat(3, 2))


def test_weak_evidence_is_not_stretched_to_strong_colours():
    """The usual code stretches each map to its own range; a healthy scan then looks hot."""
    weak = np.zeros((7, 7), np.float32)
    weak[3, 3] = 0.05 * FULL_SCALE / 49
    grey = blend(_scan(), np.zeros((7, 7), np.float32)).astype(int)
    assert np.abs(blend(_scan(), weak) - grey).max() == 0
    assert np.abs(blend(_scan(), weak * 16) - grey).max() > 40


def test_for_is_orange_against_is_blue_and_both_grow():
    (low, high), (faint, full) = colour(np.array([-1.0, 1.0], np.float32))
    assert high[0] > high[2], "orange has more red than blue"
    assert low[2] > low[0], "blue the other way round"
    assert faint == full
    _, opacity = colour(np.linspace(0, 1.5, 50, dtype=np.float32))
    assert (np.diff(opacity) >= 0).all()
    assert opacity[0] == 0
    assert opacity[-1] == opacity.max() < 1


def test_evidence_lies_where_its_cell_is():
    corner = np.zeros((4, 4), np.float32)
    corner[0, 3] = FULL_SCALE / 16
    red_over_blue = blend(np.full((80, 80), 0.5, np.float32), corner)[..., 0].astype(int)
    top_right = red_over_blue[:20, 60:].mean()
    assert top_right > red_over_blue[40:, :40].mean() + 20


@pytest.mark.parametrize("size", [(40, 3000), (3000, 40), (64, 64), (2000, 2400)])
def test_pictures_of_any_shape_come_out_at_a_size_to_look_at(size):
    picture = overlay(_scan(*size), _reading(np.ones((7, 7)) * 0.1, model="a model " * 60))
    assert picture.dtype == np.uint8
    assert max(picture.shape) <= 1024 + 128
    assert min(size) >= 512 or max(picture.shape[:2]) >= 512


def test_a_png_comes_back():
    picture = overlay(_scan(), _reading(np.zeros((7, 7)), verdict=Verdict(("blank picture",))))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png(picture)))), picture)


def test_the_cut_off_and_the_opacity_are_where_they_are_asked_to_be():
    strength = np.linspace(-1, 1, 201, dtype=np.float32)
    _, opacity = colour(strength, cut_off=0.3, strongest=0.9)
    np.testing.assert_array_equal(opacity > 0, np.abs(strength) > np.float32(0.3))
    np.testing.assert_allclose(opacity[[0, -1]], 0.9, rtol=1e-6)
    half_way = np.abs(strength - 0.65).argmin()
    assert opacity[half_way] == pytest.approx(0.45, abs=1e-3)


@pytest.mark.parametrize("nothing", [{"cut_off": 1.0}, {"strongest": 0.0}])
def test_at_their_ends_cut_off_and_opacity_hide_everything(nothing):
    map_ = np.full((7, 7), 0.9 * FULL_SCALE / 49, np.float32)
    np.testing.assert_array_equal(blend(_scan(), map_, **nothing), blend(_scan(), map_ * 0))


def test_the_defaults_are_what_was_always_drawn():
    map_ = np.full((7, 7), 0.5 * FULL_SCALE / 49, np.float32)
    np.testing.assert_array_equal(blend(_scan(), map_), blend(_scan(), map_, CUT_OFF, STRONGEST))


def test_a_saved_picture_holds_the_scan_at_its_full_size():
    pixels = _scan(900, 1100)
    saved = burnt_in(pixels, captions=["NORMAL"])
    np.testing.assert_array_equal(saved[:900, :1100], np.rint(pixels * 255)[..., None].repeat(3, 2))
    assert saved.shape[1] == 1100, "no scale without evidence"
    evidence = np.full((7, 7), 0.1, np.float32)
    with_evidence = burnt_in(pixels, evidence, cut_off=0.2, strongest=0.3)
    np.testing.assert_array_equal(with_evidence[:900, :1100], blend(pixels, evidence, 0.2, 0.3))


def test_the_scale_shows_the_colours_that_are_used():
    saved = burnt_in(_scan(900, 1100), np.zeros((7, 7), np.float32), strongest=0.5)
    strip = saved[:900, 1100:].astype(int)
    orange, blue = strip[..., 0] - strip[..., 2], strip[..., 2] - strip[..., 0]
    # Full colour at half opacity over a grey without a hue of its own
    assert orange.max() == pytest.approx(255 * 0.5 * 0.902, abs=4)
    assert blue.max() == pytest.approx(255 * 0.5 * (0.914 - 0.337), abs=4)


@pytest.mark.parametrize("size", [(60, 60), (300, 260), (3000, 2400), (40, 1500)])
def test_the_disclaimer_is_whole_and_no_letter_touches_the_border(size):
    saved = burnt_in(np.zeros(size, np.float32), captions=["W" * 500, "a b " * 200, "\udcff – γ"])
    warning = saved[..., 0].astype(int) - saved[..., 2] > 60
    assert warning.any()
    words = saved.max(2) > 60
    assert not words[:, 0].any()
    assert not words[:, -1].any()
    assert not words[-1].any()


def test_letters_grow_with_the_picture():
    def letters(side):
        warning = np.ptp(burnt_in(np.zeros((side, side), np.float32)).astype(int), axis=2) > 60
        rows = np.flatnonzero(warning.any(1))
        return int(rows[-1] - rows[0] + 1)

    small, large = letters(1000), letters(3000)
    assert large == pytest.approx(3 * small, rel=0.15)


def test_long_captions_end_in_an_ellipsis_and_stay_in_their_width():
    font = _font(20)
    lines = wrapped("some words that go on " * 40, font, 300, most=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    whole = wrapped("some words that go on " * 40, font, 300)
    assert " ".join(whole).split() == ("some words that go on " * 40).split()
    assert max(font.getlength(line) for line in lines + whole + wrapped("W" * 90, font, 300)) <= 300


def test_a_rejection_comes_first_in_the_words():
    """The words cannot be read back; that they need more lines can be seen."""
    said = overlay(_scan(), _reading(np.zeros((7, 7))))
    rejected = overlay(_scan(), _reading(np.zeros((7, 7)), verdict=Verdict(("blank picture",))))
    assert rejected.shape[0] > said.shape[0]
