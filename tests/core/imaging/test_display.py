from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imaging.display import (
    PRESETS,
    Display,
    Orientation,
    as_displayed,
    displayed,
    histogram_of,
    preset_window,
    to_plane,
)
from core.imaging.scan import FULL_RANGE, DicomFacts, Scan, Window
from tests.pictures import radiograph

orientations = st.builds(Orientation, st.integers(0, 3), st.booleans())


def pixels_of(seed: int = 1, size: tuple[int, int] = (256, 320)) -> np.ndarray:
    return radiograph(seed, size=size).astype(np.float32) / 255


def preset(name: str, pixels: np.ndarray, file: Window = FULL_RANGE) -> Window:
    return preset_window(name, file, histogram_of(to_plane(pixels)))


# ---- the chain ----


def test_nothing_asked_for_leaves_the_pixels_as_they_are():
    np.testing.assert_array_equal(displayed(pixels_of(), Display()), pixels_of())


@pytest.mark.parametrize("shape", ["linear", "sigmoid"])
def test_the_window_is_the_scans_own_definition_of_it(shape):
    window = Window(0.2, 0.7, shape)
    np.testing.assert_allclose(displayed(pixels_of(), Display(window)), window.apply(pixels_of()))


def test_window_then_gamma_then_inversion():
    seen = displayed(np.array([[0.1, 0.3, 0.45, 0.9]], np.float32), Display(Window(0.2, 0.6), 2.0, 0.0, True))
    np.testing.assert_allclose(seen, [[1, 1 - 0.25**0.5, 1 - 0.625**0.5, 0]], rtol=1e-5)


def test_inversion_comes_after_gamma():
    plain = displayed(pixels_of(), Display(gamma=2.2))
    np.testing.assert_allclose(displayed(pixels_of(), Display(gamma=2.2, inverted=True)), 1 - plain)


@pytest.mark.parametrize("clahe", [0.0, 2.0])
def test_a_narrow_window_on_deep_pixels_keeps_every_grey_value(clahe):
    """256 of 65,536 values, stretched to the whole range: an 8-bit step anywhere would merge some of them."""
    values = np.random.default_rng(0).integers(20000, 20256, (256, 256))
    window = Window(20000 / 65535, 20255 / 65535)
    seen = displayed((values / 65535).astype(np.float32), Display(window, clahe=clahe))
    assert len(np.unique(seen.round(6))) >= 256


# ---- CLAHE ----


@pytest.mark.parametrize("clip_limit", [1.0, 2.0, 4.0])
def test_clahe_is_opencvs_on_eight_bits(clip_limit):
    eight = radiograph(4, size=(512, 640))
    expected = cv2.createCLAHE(clip_limit, (8, 8)).apply(eight)
    seen = displayed(eight.astype(np.float32) / 255, Display(clahe=clip_limit)) * 255
    difference = np.abs(seen - expected)
    # OpenCV counts a value wholly below itself, half a step more than we do, and rounds what it clips
    assert difference.mean() < 3
    assert difference.max() < 8
    assert difference.mean() < np.abs(expected.astype(float) - eight).mean() / 4


def test_clahe_does_the_same_to_eight_and_to_sixteen_bits():
    """OpenCV's own does nearly nothing to the former when its grey values are spread over 16 bits."""
    eight = radiograph(4, size=(512, 640)).astype(np.float32)
    grain = np.random.default_rng(0).uniform(-0.5, 0.5, eight.shape).astype(np.float32)
    deep = np.clip((eight + grain) / 255, 0, 1).astype(np.float32)
    display = Display(Window(0.2, 0.5), clahe=3.0)
    difference = np.abs(displayed(eight / 255, display) - displayed(deep, display))
    assert np.median(difference) * 255 < 3


def test_little_clahe_changes_little_and_more_changes_more():
    plain = displayed(pixels_of(), Display())
    changes = [np.abs(displayed(pixels_of(), Display(clahe=c)) - plain).mean() for c in (0.05, 1, 2, 5, 10)]
    assert changes[0] < 0.01
    assert changes == sorted(changes)


def test_clahe_leaves_black_black_and_white_white():
    pixels = pixels_of(size=(256, 256)).copy()
    pixels[:100, :100], pixels[150:, 150:] = 0, 1
    seen = displayed(pixels, Display(clahe=4))
    assert seen[:100, :100].max() == 0
    assert seen[150:, 150:].min() > 0.999


@pytest.mark.parametrize("pixels", [np.zeros((40, 50)), np.full((40, 50), 0.37), np.ones((32, 33))])
def test_a_blank_picture_can_be_displayed_in_every_way(pixels):
    pixels = pixels.astype(np.float32)
    for name in PRESETS:
        for clahe in (0, 2):
            seen = displayed(pixels, Display(preset(name, pixels), clahe=clahe))
            assert np.isfinite(seen).all()
            assert 0 <= seen.min() == seen.max() <= 1


@pytest.mark.parametrize("shape", ["linear", "sigmoid"])
@given(
    low=st.floats(-0.5, 1.4), width=st.floats(1e-5, 2), clip_limit=st.floats(0, 10), gamma=st.floats(0.2, 5)
)
def test_what_is_displayed_is_always_within_black_and_white(shape, low, width, clip_limit, gamma):
    seen = displayed(pixels_of(size=(40, 50)), Display(Window(low, low + width, shape), gamma, clip_limit))
    assert np.isfinite(seen).all()
    assert seen.min() >= 0
    assert seen.max() <= 1


# ---- presets ----


def test_auto_is_numpys_percentiles():
    pixels = np.random.default_rng(0).beta(2, 5, (400, 500)).astype(np.float32)
    window = preset("auto", pixels)
    np.testing.assert_allclose((window.low, window.high), np.percentile(pixels, (0.1, 99.9)), atol=2 / 65535)


def test_full_and_file_are_what_they_say():
    file = Window(0.1, 0.4, "sigmoid")
    assert preset("full", pixels_of(), file) == FULL_RANGE
    assert preset("file", pixels_of(), file) == file


def test_an_unknown_preset_is_refused():
    with pytest.raises(ValueError, match="brain"):
        preset("brain", pixels_of())


def two_tissues(exposure: float = 1.0) -> np.ndarray:
    """Air at 0, lung 0.3 ± 0.03, tissue 0.7 ± 0.04, lettering at 1: float32 [400, 400]."""
    random = np.random.default_rng(0)
    pixels = np.zeros((400, 400))
    pixels[:, 50:200] = random.normal(0.3, 0.03, (400, 150))
    pixels[:, 200:350] = random.normal(0.7, 0.04, (400, 150))
    pixels *= exposure
    pixels[:20, :20] = 1
    return pixels.clip(0, 1).astype(np.float32)


def test_lung_and_bone_stand_on_the_two_tissues():
    lung, bone = preset("lung", two_tissues()), preset("bone", two_tissues())
    assert (lung.low, lung.high) == pytest.approx((0.3 - 2 * 0.03, 0.7 + 0.04 / 2), abs=0.01)
    assert bone.low == pytest.approx(0.3, abs=0.01)
    assert bone.high > 0.7


def test_lung_and_bone_follow_the_exposure():
    for name in ("lung", "bone"):
        bright, dark = preset(name, two_tissues()), preset(name, two_tissues(0.5))
        assert dark.low == pytest.approx(bright.low / 2, abs=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_lung_is_narrower_than_all_and_shows_more_of_the_lung_than_bone(seed):
    pixels = pixels_of(seed)
    dark = np.percentile(pixels, 30)
    shown = {name: preset(name, pixels) for name in ("lung", "bone")}
    assert all(window.high - window.low < 0.9 for window in shown.values())
    assert shown["lung"].apply(np.array([[dark]], np.float32)) > shown["bone"].apply(
        np.array([[dark]], np.float32)
    )


def test_presets_are_sensible_on_real_scans(data_root):
    from core.imaging.decode import decode_file

    for file in sorted((data_root / "native").rglob("*.jp*g"))[::10]:
        pixels = decode_file(file).pixels
        lung = preset("lung", pixels).apply(pixels)
        centre = lung[lung.shape[0] // 4 : -lung.shape[0] // 4, lung.shape[1] // 8 : -lung.shape[1] // 8]
        assert np.mean((centre > 0.02) & (centre < 0.98)) > 0.3, file.name
        assert np.mean(centre < 0.02) < 0.2, file.name


# ---- orientation ----


def test_quarter_turns_are_clockwise():
    array = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(Orientation(1).apply(array), np.rot90(array, -1))


@given(orientations, st.integers(-5, 5))
def test_turning_and_flipping_act_on_what_is_seen(orientation, turns):
    array = np.arange(12).reshape(3, 4)
    seen = orientation.apply(array)
    np.testing.assert_array_equal(orientation.rotated(turns).apply(array), np.rot90(seen, -turns))
    np.testing.assert_array_equal(orientation.flipped_horizontally().apply(array), np.fliplr(seen))
    np.testing.assert_array_equal(orientation.flipped_vertically().apply(array), np.flipud(seen))


@given(orientations)
def test_undo_undoes(orientation):
    array = np.arange(24).reshape(3, 4, 2)
    np.testing.assert_array_equal(orientation.undo(orientation.apply(array)), array)
    assert orientation.is_upright == np.array_equal(orientation.apply(array), array)


@given(orientations, st.integers(0, 2), st.integers(0, 4))
def test_points_go_where_their_pixels_go(orientation, row, column):
    array = np.zeros((3, 5))
    array[row, column] = 1
    seen = orientation.apply(array)
    x, y = orientation.point((column + 0.5, row + 0.5), (5, 3))
    assert seen[int(y), int(x)] == 1
    assert orientation.size((5, 3)) == seen.shape[::-1]
    assert orientation.undo_point((x, y), (5, 3)) == (column + 0.5, row + 0.5)


# ---- a scan as displayed ----


def test_a_scan_as_displayed_has_what_was_seen_and_keeps_the_rest():
    facts = DicomFacts(modality="DX")
    scan = Scan(pixels_of(), Window(0.1, 0.8), "a.dcm", "ab" * 32, "DICOM", 12, dicom=facts)
    seen = as_displayed(scan, Display(Window(0.2, 0.6), inverted=True), Orientation(1, True))
    expected = np.rot90(np.fliplr(1 - Window(0.2, 0.6).apply(scan.pixels)), -1)
    np.testing.assert_array_equal(seen.windowed(), expected)
    assert (seen.window, seen.source, seen.sha256, seen.bits) == (FULL_RANGE, "a.dcm", "ab" * 32, 12)
    assert seen.dicom == facts


def test_a_scan_displayed_as_at_first_is_read_as_always():
    scan = Scan(pixels_of(), Window(0.1, 0.8))
    np.testing.assert_array_equal(
        as_displayed(scan, Display(scan.window), Orientation()).windowed(), scan.windowed()
    )
