"""From grey values to the network's units."""

from __future__ import annotations

import numpy as np
import pytest

from core.imaging.preprocess import TONE_PLACES, Preprocessing, equalised, normalise, toned
from core.imaging.scan import Pixels
from tests.pictures import radiograph

PICTURE = radiograph(1).astype(np.float32) / 255


@pytest.mark.parametrize(
    "curve",
    [
        pytest.param(lambda p: p**0.6, id="lighter"),
        pytest.param(lambda p: p**1.6, id="darker"),
        pytest.param(lambda p: 0.2 + 0.5 * p, id="flat"),
        pytest.param(lambda p: 1 / (1 + np.exp(-8 * (p - 0.5))), id="sigmoid"),
    ],
)
def test_equalised_grey_does_not_depend_on_the_curve_it_came_through(curve):
    changed = curve(PICTURE).astype(np.float32)
    assert np.abs(changed - PICTURE).max() > 0.1
    assert np.abs(equalised(changed) - equalised(PICTURE)).max() < 0.03


@pytest.mark.parametrize(
    "curve",
    [
        pytest.param(lambda p: p**0.6, id="lighter"),
        pytest.param(lambda p: p**1.6, id="darker"),
        pytest.param(lambda p: 0.2 + 0.5 * p, id="flat"),
        pytest.param(lambda p: 0.7 * p, id="dark"),
        pytest.param(lambda p: np.minimum(1.25 * p, 1), id="overexposed"),
    ],
)
def test_tone_undoes_brightness_contrast_and_gamma(curve):
    changed = curve(PICTURE).astype(np.float32)
    assert np.abs(changed - PICTURE).max() > 0.1
    assert np.abs(toned(changed) - toned(PICTURE)).mean() < 0.02


def test_tone_brings_the_darkest_and_two_quantiles_to_their_places():
    made = toned(PICTURE)
    down, across = (side // 8 for side in PICTURE.shape)
    inner = made[down:-down, across:-across]
    assert np.quantile(inner, 0.004) == 0
    for share, grey in TONE_PLACES:
        assert np.quantile(inner, share) == pytest.approx(grey, abs=0.01)
    assert made.dtype == np.float32
    assert made.min() == 0
    assert made.max() <= 1


def test_a_share_of_the_tone_leaves_a_share_of_the_gamma():
    """In the middle greys; brightness and contrast are undone wholly all the same."""

    def apart(share: float, changed: Pixels) -> float:
        return float(np.abs(toned(changed.astype(np.float32), share) - toned(PICTURE, share)).mean())

    lighter = PICTURE**0.6
    assert apart(1.0, lighter) < 0.6 * apart(0.5, lighter)
    assert apart(0.5, lighter) < 0.7 * apart(0.01, lighter)
    assert apart(0.5, 0.2 + 0.5 * PICTURE) < 0.02


@pytest.mark.parametrize("grey", [0.0, 0.4, 1.0])
def test_a_blank_picture_and_one_of_two_greys_have_a_tone(grey):
    two = np.full((64, 64), grey, np.float32)
    assert np.isfinite(toned(two)).all()
    two[:, 32:] = 1 - grey
    assert ((toned(two) >= 0) & (toned(two) <= 1)).all()


def test_tone_is_each_pictures_own_and_does_not_ask_its_edge():
    framed = PICTURE.copy()
    framed[:5], framed[-5:] = 1, 0
    both = toned(np.stack([PICTURE, framed, PICTURE**2]))
    assert (both[2] == toned(PICTURE**2)).all()
    assert (both[1][5:-5] == both[0][5:-5]).all()


def test_of_no_pictures_there_is_no_tone():
    assert toned(np.empty((0, 32, 32), np.float32)).shape == (0, 32, 32)


def test_equalised_grey_is_spread_evenly():
    grey = np.sort(equalised(PICTURE).ravel())
    # Half of the way through its level a pixel has on average what share of pixels is darker
    assert np.abs(grey - (np.arange(grey.size) + 0.5) / grey.size).max() < np.unique(grey).size ** -1 * 6
    assert grey.mean() == pytest.approx(0.5, abs=1e-3)


def test_pictures_are_equalised_each_for_itself():
    both = np.stack([PICTURE, PICTURE**2])
    assert (equalised(both)[1] == equalised(PICTURE**2)).all()
    assert equalised(both).dtype == np.float32


def test_a_picture_of_one_grey_lies_in_the_middle():
    assert (equalised(np.full((8, 8), 0.3, np.float32)) == 0.5).all()
    assert np.isfinite(normalise(np.zeros((8, 8), np.float32), Preprocessing(8, 0, 1, True, True))).all()
