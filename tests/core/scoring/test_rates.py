"""Intervals of rates: the bootstrap by patient, against the one that exists and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from core.scoring.bootstrap import intervals
from core.scoring.rates import rate_intervals
from core.scoring.thresholds import Thresholds

RATES = ("sensitivity", "specificity", "precision", "npv", "accuracy", "f1")


def scans(n=400, seed=3):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, n)
    return labels, np.clip(random.normal(0.35 + 0.3 * labels, 0.2), 0, 1)


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8])
def test_the_rate_that_was_observed_lies_within(threshold):
    labels, probabilities = scans()
    counts = Thresholds(labels, probabilities).at(threshold)
    for name, interval in rate_intervals(labels, probabilities >= threshold, None).items():
        assert interval[0] < getattr(counts, name) < interval[1]


@pytest.mark.parametrize("patients", [None, [str(number // 3) for number in range(400)]])
def test_accuracy_is_that_of_the_other_bootstrap_to_the_last_digit(patients):
    labels, probabilities = scans()
    called = probabilities >= 0.5
    known = intervals(labels, probabilities, called == labels, patients)["accuracy"]
    assert rate_intervals(labels, called, patients)["accuracy"] == pytest.approx(known, abs=1e-12)


def test_a_rate_of_scans_of_their_own_patients_is_as_wide_as_the_binomial():
    labels, probabilities = scans(4000)
    called = probabilities >= 0.5
    for name in ("sensitivity", "specificity"):
        of = called[labels == 1] if name == "sensitivity" else ~called[labels == 0]
        low, high = rate_intervals(labels, called, None)[name]
        expected = 2 * 1.96 * np.sqrt(of.mean() * (1 - of.mean()) / len(of))
        assert high - low == pytest.approx(expected, rel=0.1)


def test_copies_of_a_patients_scan_add_no_certainty():
    labels, probabilities = scans(200)
    called = probabilities >= 0.5
    once = rate_intervals(labels, called, [str(number) for number in range(200)])
    often = rate_intervals(np.tile(labels, 5), np.tile(called, 5), [str(number) for number in range(200)] * 5)
    for name in RATES:
        assert often[name] == pytest.approx(once[name], abs=1e-12)


def test_what_cannot_be_told_is_none():
    labels = np.zeros(5, np.int64)
    told = rate_intervals(labels, labels == 1, None)
    assert (told["sensitivity"], told["precision"]) == (None, None)
    assert told["specificity"] == [1, 1]
    assert set(rate_intervals(labels, labels == 1, ["one"] * 5).values()) == {None}
    assert set(rate_intervals(labels[:0], labels[:0] == 1, None).values()) == {None}
