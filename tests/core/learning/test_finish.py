"""What is fitted on validation, kind of scan by kind."""

from __future__ import annotations

import numpy as np

from core.learning.finish import calibrated
from core.model.features import FeatureGroup, FeatureStatistics
from core.reading.gate import Likeness

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


def test_one_kind_alone_keeps_to_the_models_temperature():
    log_odds, labels = _scans(200, 1.0, 0.0)
    alone = FeatureStatistics(GROUPS[:1])
    assert calibrated(alone, [Likeness(0, 0.5)] * 200, log_odds, labels) == alone
