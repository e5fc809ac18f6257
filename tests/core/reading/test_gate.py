"""What is turned away, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from core.imaging.scan import DicomFacts
from core.model.features import FeatureGroup, FeatureStatistics
from core.reading.gate import BLANK, COLOURED, SIDE_VIEW, TURNED, UNLIKE, Likeness, fit_features, likenesses
from core.reading.gate import judge as judge_likeness
from core.reading.layout import amiss, laid_out, layout_distance
from tests.pictures import radiograph

NEAR, FAR = np.array([0, 1, 0], np.float32), np.array([0, 90, 0], np.float32)
PRECISION = np.diag([1, 4, 0.25]).astype(np.float32)


def picture(seed: int) -> np.ndarray:
    return cv2.resize(radiograph(seed), (96, 96), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def likeness(picture, middle, known):
    return likenesses([picture], middle[None], known)[0] if known else None


def judge(picture, coloured, facts, middle, known):
    layout = known.layout if known else None
    return judge_likeness(picture, coloured, facts, likeness(picture, middle, known), layout)


@pytest.fixture(scope="module")
def known():
    """Of two wards: 320 scans each to learn from, 60 to validate on; middle features of three values."""
    random = np.random.default_rng(0)

    def ward(count: int, first: int, centre: float) -> tuple[np.ndarray, np.ndarray]:
        middle = random.normal(centre, 1, (count, 3)).astype(np.float32)
        return middle, np.stack([laid_out(picture(first + n)) for n in range(count)])

    learnt = [ward(320, 0, 0), ward(320, 400, 20)]
    held = [ward(60, 800, 0), ward(60, 900, 20)]
    return fit_features(
        np.concatenate([middle for middle, _ in learnt]),
        np.concatenate([laid for _, laid in learnt]),
        ["a"] * 320 + ["b"] * 320,
        np.concatenate([middle for middle, _ in held]),
        np.concatenate([laid for _, laid in held]),
        ["a"] * 60 + ["b"] * 60,
    )


def test_distance_is_mahalanobis_in_units_of_the_limit():
    plain = FeatureStatistics((FeatureGroup(np.zeros(3, np.float32), PRECISION, 3.0),))
    assert likeness(picture(1), NEAR, plain) == Likeness(0, pytest.approx(2 / 3))
    assert judge(picture(1), False, None, NEAR, plain).accepted
    assert judge(picture(1), False, None, 2 * NEAR, plain).reasons == (UNLIKE,)
    assert judge(picture(1), False, None, FAR, None).accepted


def test_the_nearest_kind_of_scan_counts(known):
    assert [group.name for group in known.groups] == ["a", "b"]
    for kind, centre in enumerate((0, 20)):
        assert likeness(picture(950), np.full(3, centre, np.float32), known).kind == kind
        assert judge(picture(950), False, None, np.full(3, centre, np.float32), known).accepted
    assert judge(picture(950), False, None, np.full(3, 10, np.float32), known).reasons == (UNLIKE,)


def test_scans_never_seen_are_let_in(known):
    turned_away = [
        seed
        for seed in range(1000, 1100)
        if not judge(picture(seed), False, None, np.zeros(3, np.float32), known).accepted
    ]
    assert len(turned_away) <= 2


@pytest.mark.parametrize(
    ("way", "turn"),
    [
        ("inverted", lambda p: 1 - p),
        ("on its side", lambda p: np.rot90(p)),
        ("on its other side", lambda p: np.rot90(p, 3)),
        ("upside down", lambda p: p[::-1, ::-1]),
    ],
)
def test_a_turned_scan_is_told_how_to_be_read(known, way, turn):
    for seed in range(1000, 1010):
        odd = np.ascontiguousarray(turn(picture(seed)))
        assert judge(odd, False, None, np.zeros(3, np.float32), known).reasons == (TURNED[way],)
        assert amiss(picture(seed), known.layout) == ""


def test_a_scan_upside_down_is_told_though_it_looks_like_a_chest(known):
    """Its texture is a chest's, and with the limit of its kind far away nothing else would object."""
    lax = replace(known, groups=tuple(replace(group, limit=1e6) for group in known.groups))
    nothing = np.zeros(3, np.float32)
    for seed in range(1000, 1040):
        odd = np.ascontiguousarray(picture(seed)[::-1, ::-1])
        assert judge(odd, False, None, nothing, lax).reasons == (TURNED["upside down"],)
        assert judge(picture(seed), False, None, nothing, lax).accepted
    untold = replace(lax, layout=replace(lax.layout, upright=0.0))
    assert judge(np.ascontiguousarray(picture(1000)[::-1, ::-1]), False, None, nothing, untold).accepted


def test_other_pictures_look_like_nothing_whichever_way_they_are_turned(known):
    random = np.random.default_rng(0)
    steps = np.mgrid[0:96, 0:96].astype(np.float32)
    for other in (
        random.uniform(0, 1, (96, 96)),
        np.sin(steps[0] / 5) * np.sin(steps[1] / 3) / 2 + 0.5,
        (steps[0] + steps[1]) / 190,
    ):
        other = other.astype(np.float32)
        assert layout_distance(laid_out(other)[None], known.layout)[0] > known.layout.limit
        assert judge(other, False, None, np.zeros(3, np.float32), known).reasons == (UNLIKE,)


def test_brightness_contrast_and_gamma_do_not_matter_to_the_layout():
    before = picture(3) * 0.5 + 0.25
    for after in (before * 0.5 + 0.3, before**1.6, before**0.6):
        assert np.abs(laid_out(after.astype(np.float32)) - laid_out(before)).max() < 0.05


def test_colour_counts_only_against_what_looks_odd(known):
    assert judge(picture(5), True, None, np.zeros(3, np.float32), known).accepted
    assert judge(picture(5), True, None, FAR, known).reasons == (COLOURED,)


def test_a_blank_picture():
    assert judge(np.full((64, 64), 0.4, np.float32), False, None, NEAR, None).reasons == (BLANK,)


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (DicomFacts(modality="CR"), ()),
        (DicomFacts(modality="DX", view_position="PA", body_part="CHEST"), ()),
        (DicomFacts(modality="CT"), ("the file says that it is computed tomography",)),
        (DicomFacts(modality="DX", view_position="LL"), (SIDE_VIEW,)),
        # Decubitus: the patient lies on a side, and is seen from the front
        (DicomFacts(modality="CR", view_position="LLD"), ()),
        (DicomFacts(modality="CR", view_position="RLD"), ()),
        # A body part is often stated wrongly, and so is believed only of what looks odd
        (DicomFacts(modality="CR", body_part="HAND"), ()),
    ],
)
def test_what_a_dicom_file_calls_itself(known, facts, reasons):
    assert judge(picture(7), False, facts, np.zeros(3, np.float32), known).reasons == reasons


def test_the_body_part_explains_what_looks_odd(known):
    noise = np.random.default_rng(0).uniform(0, 1, (96, 96)).astype(np.float32)
    facts = DicomFacts(modality="CR", body_part="HAND")
    assert judge(noise, False, facts, FAR, known).reasons == ("the file says that it shows: hand",)


def test_a_set_too_small_for_itself_counts_with_the_others():
    random = np.random.default_rng(0)
    middle = random.normal(0, 1, (40, 3)).astype(np.float32)
    laid = np.stack([laid_out(picture(seed)) for seed in range(40)])
    owners = ["a"] * 30 + ["b"] * 10
    few = fit_features(middle, laid, owners, middle[:12], laid[:12], owners[:12])
    assert len(few.groups) == 1
    assert judge(picture(3), False, None, middle[3], few).accepted
