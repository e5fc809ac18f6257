from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from core.reading.gate import Verdict
from core.reading.overlay import FULL_SCALE, blend, colour, overlay, png
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
    assert max(picture.shape) <= 1024 + 96
    assert min(size) >= 512 or max(picture.shape[:2]) >= 512


def test_a_png_comes_back():
    picture = overlay(_scan(), _reading(np.zeros((7, 7)), verdict=Verdict(("blank picture",))))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png(picture)))), picture)
