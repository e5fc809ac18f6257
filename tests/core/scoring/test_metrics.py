"""The figures against scikit-learn's and against cases worked by hand."""

import json
import time
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    balanced_accuracy_score,
    brier_score_loss,
    classification_report,
    confusion_matrix,
    roc_auc_score,
)

from core.model.features import Calibration
from core.scoring.bootstrap import intervals, resampled_auc
from core.scoring.metrics import (
    OperatingPoint,
    Scored,
    even_weights,
    fit_calibration,
    fit_temperature,
    metrics,
    operating_points,
    reliability_bins,
)

KEYS = (
    *("n", "threshold", "accuracy", "balanced_accuracy", "auc", "sensitivity", "specificity", "ece", "brier"),
    *("confusion_matrix", "per_class", "confidence_interval_95", "rejected", "failed"),
)


def scored(labels, probabilities, patients=None, rejected=0, failed=0):
    return Scored(np.array(labels, np.int64), np.array(probabilities), patients, rejected, failed, "set")


def plausible(n=600, seed=1, decimals=None):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    probabilities = 1 / (1 + np.exp(-rng.normal(2.5 * labels - 1.2, 1.3)))
    return labels, probabilities if decimals is None else probabilities.round(decimals)


def no_figures(value):
    """Whether a dict of figures holds None wherever it does not count."""
    if isinstance(value, dict):
        return all(no_figures(inner) for inner in value.values())
    return value is None or (isinstance(value, int) and value == 0)


@pytest.mark.parametrize("threshold", [0.0, 0.31, 0.5, 1.0])
def test_agrees_with_scikit_learn(threshold):
    labels, probabilities = plausible(decimals=2)
    told = metrics(scored(labels, probabilities), threshold)
    predicted = probabilities >= threshold
    report = classification_report(
        labels, predicted, target_names=["NORMAL", "PNEUMONIA"], output_dict=True, zero_division=np.nan
    )
    assert told["accuracy"] == pytest.approx((predicted == labels).mean())
    assert told["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(labels, predicted))
    assert told["auc"] == pytest.approx(roc_auc_score(labels, probabilities), abs=1e-12)
    assert told["brier"] == pytest.approx(brier_score_loss(labels, probabilities))
    assert list(told["confusion_matrix"].values()) == confusion_matrix(labels, predicted).ravel().tolist()
    for name, figures in told["per_class"].items():
        for ours, theirs in zip(("precision", "recall", "f1", "support"), report[name].values(), strict=True):
            assert figures[ours] == (None if np.isnan(theirs) else pytest.approx(theirs)), (name, ours)


def test_a_case_by_hand():
    told = metrics(scored([0, 0, 0, 1, 1], [0.1, 0.5, 0.2, 0.5, 0.4], rejected=3, failed=2), 0.5)
    assert tuple(told) == KEYS
    assert told["confusion_matrix"] == {"tn": 2, "fp": 1, "fn": 1, "tp": 1}
    assert (told["n"], told["accuracy"]) == (5, 0.6)
    assert (told["sensitivity"], told["specificity"]) == (0.5, pytest.approx(2 / 3))
    assert told["auc"] == pytest.approx((3 * 2 - 1 - 0.5) / 6)
    assert told["brier"] == pytest.approx((0.01 + 0.25 + 0.04 + 0.25 + 0.36) / 5)
    assert told["per_class"]["NORMAL"]["support"] == 3
    assert (told["rejected"], told["failed"]) == (3, 2)


@pytest.mark.parametrize("label", [0, 1])
def test_with_one_class_only_what_is_defined_is_told(label):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = metrics(scored([label] * 4, [0.1, 0.2, 0.3, 0.9]), 0.5)
    assert told["auc"] is None
    assert told["balanced_accuracy"] is None
    assert told["confidence_interval_95"]["auc"] is None
    assert told["confidence_interval_95"]["accuracy"] is not None
    here, absent = ("sensitivity", "specificity") if label else ("specificity", "sensitivity")
    assert told[here] == (0.25 if label else 0.75)
    assert told[absent] is None
    assert told["ece"] is not None


def test_with_no_scans_nothing_is_told_and_it_is_still_json():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = metrics(scored([], []), 0.25)
    assert told.pop("threshold") == 0.25
    assert no_figures(told)
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_one_scan_has_no_interval():
    told = metrics(scored([1], [0.7]), 0.5)
    assert told["accuracy"] == 1
    assert told["confidence_interval_95"] == {"accuracy": None, "auc": None}
    assert told["per_class"]["NORMAL"] == {"precision": None, "recall": None, "f1": None, "support": 0}


@pytest.mark.parametrize(
    ("labels", "probabilities", "patients"),
    [
        ([0, 1], [0.2, np.nan], None),
        ([0, 1], [0.2, np.inf], None),
        ([0, 1], [0.2, 1.01], None),
        ([0, 1], [-0.01, 0.3], None),
        ([0, 2], [0.2, 0.3], None),
        ([0, 1, 1], [0.2, 0.3], None),
        ([0, 1], [0.2, 0.3], ["a"]),
        ([0, 1], [0.2, 0.3], ["a", ""]),
    ],
)
def test_what_is_no_score_is_refused(labels, probabilities, patients):
    with pytest.raises(ValueError, match=r"score|probabilities|labels|patient"):
        scored(labels, probabilities, patients)


@pytest.mark.parametrize("threshold", [np.nan, -0.1, 1.1])
def test_what_is_no_threshold_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        metrics(scored([0, 1], [0.2, 0.3]), threshold)


def test_reliability_bins_are_those_of_scikit_learn():
    labels, probabilities = plausible(decimals=2)
    bins = reliability_bins(scored(labels, probabilities))
    observed, predicted = calibration_curve(labels, probabilities, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(bins.observed, observed)
    np.testing.assert_allclose(bins.predicted, predicted)
    assert bins.count.sum() == len(labels)


def test_ece_by_hand_and_whatever_the_order():
    labels, probabilities = [0] * 6 + [1] * 4, [0.25] * 5 + [0.75] + [0.25] + [0.75] * 3
    told = metrics(scored(labels, probabilities), 0.5)["ece"]
    expected = (6 * abs(0.25 - 1 / 6) + 4 * abs(0.75 - 3 / 4)) / 10
    assert told == pytest.approx(expected)
    assert metrics(scored(labels[::-1], probabilities[::-1]), 0.5)["ece"] == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=30))
def test_auc_of_a_resample_is_scikit_learns_with_ties(rows):
    labels, scores, times = (np.array(column) for column in zip(*rows, strict=True))
    told = resampled_auc(labels, scores / 6, np.vstack([times, np.ones_like(times)]).astype(float))
    for area, counts in zip(told, (times, np.ones_like(times)), strict=True):
        drawn = np.repeat(labels, counts)
        if len(set(drawn.tolist())) < 2:
            assert np.isnan(area)
        else:
            assert area == pytest.approx(roc_auc_score(drawn, np.repeat(scores, counts)), abs=1e-12)


def test_interval_holds_the_figure_repeats_itself_and_is_fast():
    labels, probabilities = plausible(1000)
    started = time.process_time()
    told = metrics(scored(labels, probabilities, [f"p{i // 2}" for i in range(1000)]), 0.5)
    assert time.process_time() - started < 3  # some 0.3 s; calling roc_auc_score 2000 times takes over 3
    for name in ("accuracy", "auc"):
        low, high = told["confidence_interval_95"][name]
        assert low < told[name] < high
    assert metrics(scored(labels, probabilities, [f"p{i // 2}" for i in range(1000)]), 0.5) == told


def test_accuracy_interval_of_single_scans_is_the_binomial_one():
    correct = np.arange(400) < 320
    labels, probabilities = plausible(400)
    low, high = intervals(labels, probabilities, correct, None)["accuracy"]
    half = 1.96 * np.sqrt(0.8 * 0.2 / 400)
    assert (low, high) == (pytest.approx(0.8 - half, abs=0.006), pytest.approx(0.8 + half, abs=0.006))


def test_copies_of_a_scan_under_one_patient_leave_the_interval_as_it_was():
    labels, probabilities = plausible(120)
    keys = [f"{i:03d}" for i in range(120)]
    once = metrics(scored(labels, probabilities, keys), 0.5)["confidence_interval_95"]
    four = metrics(scored(np.tile(labels, 4), np.tile(probabilities, 4), keys * 4), 0.5)[
        "confidence_interval_95"
    ]
    loose = metrics(scored(np.tile(labels, 4), np.tile(probabilities, 4)), 0.5)["confidence_interval_95"]
    assert four["auc"] == pytest.approx(once["auc"])
    assert four["accuracy"] == pytest.approx(once["accuracy"])
    assert np.ptp(loose["auc"]) < 0.7 * np.ptp(once["auc"])


@pytest.mark.parametrize("scale", [0.25, 1.0, 3.0])
def test_temperature_undoes_a_scale_and_is_the_best_likelihood(scale):
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, 4000)
    labels = (rng.uniform(size=4000) < 1 / (1 + np.exp(-logits))).astype(np.int64)
    told = fit_temperature(logits * scale, labels)
    assert told == pytest.approx(scale, rel=0.1)
    fitted = LogisticRegression(C=1e9, fit_intercept=False, tol=1e-8).fit((logits * scale)[:, None], labels)
    assert told == pytest.approx(1 / fitted.coef_[0, 0], rel=1e-3)


@pytest.mark.parametrize(
    ("logits", "labels", "expected"),
    [
        ([], [], 1.0),
        ([-3.0, 5.0], [0, 1], 1.0),
        ([-3.0, 5.0], [1, 1], 1.0),
        ([0.0, 0.0], [0, 1], 1.0),
        ([3.0, -5.0], [0, 1], 20.0),
        ([1e300, -1e300, 1.0], [0, 1, 1], 20.0),
    ],
)
def test_temperature_where_there_is_none_to_find(logits, labels, expected):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fit_temperature(np.array(logits), np.array(labels, np.int64)) == pytest.approx(
            expected, rel=1e-3
        )


def test_temperature_refuses_what_is_no_logit():
    with pytest.raises(ValueError, match="finite"):
        fit_temperature(np.array([0.1, np.nan]), np.array([0, 1]))


@pytest.mark.parametrize(("scale", "shift"), [(0.25, 1.0), (1.0, 0.0), (3.0, -6.0)])
def test_a_calibration_undoes_scale_and_shift(scale, shift):
    rng = np.random.default_rng(3)
    true = rng.normal(0, 2, 4000)
    labels = (rng.uniform(size=4000) < 1 / (1 + np.exp(-true))).astype(np.int64)
    logits = true * scale + shift
    told = fit_calibration(logits, labels)
    assert told.temperature == pytest.approx(scale, rel=0.1)
    assert told.offset == pytest.approx(-shift / scale, rel=0.05, abs=0.1)
    fitted = LogisticRegression(C=1e9, tol=1e-8).fit(logits[:, None], labels)
    assert told.temperature == pytest.approx(1 / fitted.coef_[0, 0], rel=0.01)


def test_a_calibration_of_few_scans_that_do_not_overlap_is_not_certain():
    logits, labels = np.array([-9.0, -8.0, -7.0, 5.0, 6.0, 7.0]), np.array([0, 0, 0, 1, 1, 1])
    told = fit_calibration(logits, labels)
    surest = 1 / (1 + np.exp(-(logits / told.temperature + told.offset)))
    assert surest.max() < 0.95
    assert surest.min() > 0.05
    assert 0.3 < 1 / (1 + np.exp(-(-1 / told.temperature + told.offset))) < 0.7


@pytest.mark.parametrize(
    ("logits", "labels"),
    [([], []), ([1.0, 2.0], [1, 1]), ([3.0, -5.0, 4.0], [0, 1, 0])],
)
def test_what_does_not_tell_the_classes_apart_has_no_offset(logits, labels):
    told = fit_calibration(np.array(logits), np.array(labels, np.int64))
    assert told == Calibration(fit_temperature(np.array(logits), np.array(labels, np.int64)))


def test_operating_points_by_hand():
    labels = np.array([0] * 20 + [1] * 20)
    probabilities = np.concatenate([np.linspace(0.02, 0.4, 20), np.linspace(0.5, 0.88, 20)])
    probabilities[0], probabilities[20] = 0.7, 0.03  # one NORMAL high, one PNEUMONIA low
    points = {point.name: point for point in operating_points(labels, probabilities)}
    assert list(points) == ["balanced", "high sensitivity", "high specificity"]
    assert points["balanced"] == OperatingPoint("balanced", pytest.approx(0.46), 0.95, 0.95)
    assert points["high sensitivity"].specificity == 0.95
    assert points["high specificity"].sensitivity == 0.95


def test_balanced_lies_in_the_middle_of_the_widest_of_equal_gaps():
    labels, probabilities = np.array([0, 1, 0, 1]), np.array([0.1, 0.2, 0.6, 0.9])
    assert operating_points(labels, probabilities)[0] == OperatingPoint(
        "balanced", pytest.approx(0.75), 0.5, 1.0
    )


def test_even_weights_let_every_class_of_every_set_count_alike():
    labels = np.array([0] * 3 + [1] * 9 + [0] * 2 + [1] * 1)
    sets = ["children"] * 12 + ["adults"] * 3
    weights = even_weights(labels, sets)
    assert weights.sum() == pytest.approx(15)
    sums = [
        weights[(labels == label) & (np.array(sets) == name)].sum() for name in set(sets) for label in (0, 1)
    ]
    assert sums == pytest.approx([15 / 4] * 4)
    assert even_weights(np.array([1, 1]), ["a", "b"]) == pytest.approx([1, 1]), "a class that nobody has"


@given(st.integers(0, 10**6))
def test_a_weight_is_so_many_scans(seed):
    random = np.random.default_rng(seed)
    labels, times = random.integers(0, 2, 30), random.integers(1, 4, 30)
    labels[:2] = 0, 1
    logits = np.round(random.normal(2 * labels - 1, 2), 1)
    probabilities = 1 / (1 + np.exp(-logits))
    many = np.repeat(np.arange(30), times)
    assert fit_temperature(logits, labels, times) == pytest.approx(
        fit_temperature(logits[many], labels[many]), rel=1e-3
    )
    for weighted, counted in zip(
        operating_points(labels, probabilities, times.astype(float)),
        operating_points(labels[many], probabilities[many]),
        strict=True,
    ):
        assert weighted.name == counted.name
        assert weighted.threshold == counted.threshold
        assert weighted.sensitivity == pytest.approx(counted.sensitivity)
        assert weighted.specificity == pytest.approx(counted.specificity)


def test_no_operating_points_without_both_classes():
    assert operating_points(np.array([1, 1]), np.array([0.1, 0.2])) == []
    assert operating_points(np.array([], np.int64), np.array([])) == []


def test_no_high_specificity_where_no_threshold_can_reach_it():
    points = operating_points(np.array([0, 1, 1]), np.array([1.0, 1.0, 0.2]))
    assert [point.name for point in points] == ["balanced", "high sensitivity"]


some_scores = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, np.nextafter(0.5, 1), 1.0, 5e-324]))


@given(st.lists(st.tuples(st.integers(0, 1), some_scores), min_size=2, max_size=40))
def test_an_operating_point_is_what_it_says_and_none_is_better(rows):
    labels, probabilities = (np.array(column) for column in zip(*rows, strict=True))
    if len(set(labels.tolist())) < 2:
        assert operating_points(labels, probabilities) == []
        return

    def at(threshold):
        predicted = probabilities >= threshold
        return predicted[labels == 1].mean(), (~predicted)[labels == 0].mean()

    points = {point.name: point for point in operating_points(labels, probabilities)}
    for point in points.values():
        assert at(point.threshold) == (point.sensitivity, point.specificity)
    every = [at(threshold) for threshold in [0.0, 1.0, *probabilities]]
    balanced = points["balanced"]
    assert balanced.sensitivity + balanced.specificity == pytest.approx(max(map(sum, every)))
    assert points["high sensitivity"].sensitivity >= 0.95
    assert points["high sensitivity"].specificity == max(spec for sens, spec in every if sens >= 0.95)
    specific = [sens for sens, spec in every if spec >= 0.95]
    assert ("high specificity" in points) == bool(specific)
    if specific:
        assert points["high specificity"].sensitivity == max(specific)
        assert points["high specificity"].specificity >= 0.95
