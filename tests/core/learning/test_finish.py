"""What is fitted on validation, kind of scan by kind."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from core.datasets.dataset import Sample
from core.imaging.preprocess import normalise
from core.learning.finish import calibrated, changed_as_in_training, of_every_set
from core.learning.recipe import Recipe
from core.model.features import FeatureGroup, FeatureStatistics
from core.reading.gate import Likeness
from tests.pictures import radiograph

NOTHING = np.zeros(1, np.float32), np.eye(1, dtype=np.float32)
GROUPS = tuple(FeatureGroup(*NOTHING, 1.0, name) for name in ("children", "adults", "few"))


def _scans(count, scale, shift, seed=0):
    random = np.random.default_rng(seed)
    true = random.normal(0, 2, count)
    return true * scale + shift, (random.uniform(size=count) < 1 / (1 + np.exp(-true))).astype(np.int64)


def test_each_kind_has_the_calibration_of_the_scans_nearest_to_it():
    parts = [_scans(1500, 0.25, 0.5), _scans(1500, 2.0, -3.0), _scans(10, 1.0, 0.0)]
    log_odds, labels = (np.concatenate(each) for each in zip(*parts, strict=True))
    likely = [Likeness(kind, 0.5) for kind, (part, _) in enumerate(parts) for _ in part]
    made = calibrated(FeatureStatistics(GROUPS), likely, log_odds, labels)
    children, adults, few = (group.calibration for group in made.groups)
    np.testing.assert_allclose([children.temperature, children.offset], [0.25, -2.0], rtol=0.15)
    np.testing.assert_allclose([adults.temperature, adults.offset], [2.0, 1.5], rtol=0.15)
    assert few is None, "ten scans tell none"


def test_a_copy_of_each_scan_makes_them_no_more():
    log_odds, labels = _scans(30, 1.0, 0.0)
    labels[:] = np.arange(30) % 2
    both = [np.tile(each, 2) for each in (log_odds, labels)]
    likely, groups = [Likeness(0, 0.5)] * 60, FeatureStatistics(GROUPS[:1])
    assert calibrated(groups, likely, *both, copies=2).groups[0].calibration is None
    assert calibrated(groups, likely, *both).groups[0].calibration is not None


def test_both_classes_of_a_kind_count_alike():
    """Of a kind with twice the pneumonia, the calibration is that of one with as much of each."""
    log_odds, labels = _scans(3000, 1.0, 0.0)
    many = np.r_[np.arange(len(labels)), np.flatnonzero(labels == 1)]
    groups = FeatureStatistics(GROUPS[:2])

    def fitted(rows):
        likely = [Likeness(0, 0.5)] * len(rows)
        return calibrated(groups, likely, log_odds[rows], labels[rows]).groups[0].calibration

    once, twice = fitted(np.arange(len(labels))), fitted(many)
    np.testing.assert_allclose(
        [twice.temperature, twice.offset], [once.temperature, once.offset], rtol=0.02, atol=0.02
    )


def test_one_kind_alone_is_calibrated_though_all_its_log_odds_lie_on_one_side():
    log_odds, labels = _scans(3000, 0.25, 4.0)
    assert (log_odds > 0).all()
    likely = [Likeness(0, 0.5)] * len(labels)
    (only,) = calibrated(FeatureStatistics(GROUPS[:1]), likely, log_odds, labels).groups
    np.testing.assert_allclose(only.calibration.temperature, 0.25, rtol=0.1)
    np.testing.assert_allclose(only.calibration.offset, -16.0, rtol=0.1)


def test_scans_are_changed_as_in_training_and_alike_in_each_run():
    pixels = np.stack([radiograph(seed, size=(64, 64)) for seed in range(40)])
    recipe = Recipe(size=64, augment="strong", standardise=True)
    spec = recipe.preprocessing
    once, again = (changed_as_in_training(pixels, recipe, spec) for _ in range(2))
    assert once.shape == (40, 1, 64, 64)
    np.testing.assert_array_equal(once, again)
    as_they_are = normalise(pixels.astype(np.float32) / 255, spec)
    assert (np.abs(once[:, 0] - as_they_are).mean((1, 2)) > 0.05).mean() > 0.9


def test_what_scans_look_like_is_learnt_from_every_set():
    counts = {"large": 3000, "middle": 300, "small": 40}
    samples = [
        Sample(Path(f"{name}/{n}"), n % 2, name, "train" if n % 10 else "val", f"{name}{n}")
        for name, count in counts.items()
        for n in range(count)
    ]
    rows = of_every_set(samples, 1000, np.random.default_rng(0))
    assert len(set(rows.tolist())) == len(rows) == 1000
    assert {samples[row].split for row in rows} == {"train"}
    assert Counter(samples[row].dataset for row in rows) == {"small": 36, "middle": 270, "large": 694}
    first = Counter(samples[row].dataset for row in rows[:200])
    assert first["middle"] > 30, "in no order: the first are of every set too"
    assert len(of_every_set(samples, 9000, np.random.default_rng(0))) == 0.9 * sum(counts.values())
