"""Counts and rates at a threshold, against scikit-learn's."""

import math
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import classification_report, confusion_matrix, precision_recall_curve, roc_curve

from core.model.checkpoint import OperatingPoint
from core.scoring.metrics import Scored, metrics
from core.scoring.thresholds import Counts, Thresholds, operating_point

scores = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.25, 0.5, np.nextafter(0.5, 1), 1.0]))
scans = st.lists(st.tuples(st.integers(0, 1), scores), max_size=40)


def columns(rows):
    labels, probabilities = zip(*rows, strict=True) if rows else ((), ())
    return np.array(labels, np.int64), np.array(probabilities, np.float64)


@given(scans, scores)
def test_counts_are_those_of_scikit_learn_and_of_metrics(rows, threshold):
    labels, probabilities = columns(rows)
    counts = Thresholds(labels, probabilities).at(threshold)
    told = [counts.tn, counts.fp, counts.fn, counts.tp]
    if rows:
        predicted = probabilities >= threshold
        assert told == confusion_matrix(labels, predicted, labels=[0, 1]).ravel().tolist()
    else:
        assert told == [0, 0, 0, 0]
    result = metrics(Scored(labels, probabilities, None, 0, 0, ""), threshold)
    for name in ("threshold", "accuracy", "balanced_accuracy", "sensitivity", "specificity"):
        assert getattr(counts, name) == result[name]
    assert counts.n == result["n"]


@settings(max_examples=40)
@given(scans.filter(bool), scores)
def test_the_report_is_scikit_learns(rows, threshold):
    labels, probabilities = columns(rows)
    told = {row.name: row for row in Thresholds(labels, probabilities).at(threshold).report()}
    theirs = classification_report(
        labels,
        probabilities >= threshold,
        labels=[0, 1],
        target_names=["NORMAL", "PNEUMONIA"],
        output_dict=True,
        zero_division=np.nan,
    )
    for ours, name in (("NORMAL",) * 2, ("PNEUMONIA",) * 2, ("macro average", "macro avg")):
        assert told[ours].support == theirs[name]["support"]
        for figure, key in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            value = getattr(told[ours], figure)
            if value is not None:
                assert value == pytest.approx(theirs[name][key])
            elif ours != "macro average":  # scikit-learn leaves out of a mean what cannot be told
                assert np.isnan(theirs[name][key])
    each = (told["NORMAL"], told["PNEUMONIA"])
    for figure in ("precision", "recall", "f1"):
        counted = [(getattr(row, figure), row.support) for row in each if row.support]
        expected = None
        if all(value is not None for value, _ in counted):
            expected = np.average([v for v, _ in counted], weights=[s for _, s in counted])
        assert getattr(told["weighted average"], figure) == (expected and pytest.approx(expected))


def test_a_report_by_hand():
    rows = Counts(0.5, tn=6, fp=2, fn=1, tp=1).report()
    assert [row.name for row in rows] == ["NORMAL", "PNEUMONIA", "macro average", "weighted average"]
    assert [row.support for row in rows] == [8, 2, 10, 10]
    assert [row.recall for row in rows] == [0.75, 0.5, 0.625, pytest.approx(0.7)]
    assert rows[2].precision == pytest.approx((6 / 7 + 1 / 3) / 2)


def test_a_mean_over_what_cannot_be_told_cannot_be_told():
    _, pneumonia, macro, weighted = Counts(0.9, tn=3, fp=0, fn=2, tp=0).report()
    assert pneumonia.precision is None
    assert (macro.precision, weighted.precision) == (None, None)
    assert macro.recall == 0.5
    only = Counts(0.5, tn=3, fp=1, fn=0, tp=0).report()
    assert (only[2].recall, only[3].recall) == (None, 0.75)


@given(scans, st.floats(0, 1))
def test_the_marked_points_are_on_the_curves(rows, threshold):
    labels, probabilities = columns(rows)
    counts = Thresholds(labels, probabilities).at(threshold)
    if len(set(labels.tolist())) < 2:
        assert counts.roc_point is None
        return
    across, up, _ = roc_curve(labels, probabilities, drop_intermediate=False)
    assert np.abs(np.column_stack((across, up)) - counts.roc_point).sum(axis=1).min() < 1e-12
    if counts.precision_recall_point is None:
        assert counts.tp + counts.fp == 0
        return
    precision, recall, _ = precision_recall_curve(labels, probabilities)
    curve = np.column_stack((recall, precision))
    assert np.abs(curve - counts.precision_recall_point).sum(axis=1).min() < 1e-12


def test_a_threshold_as_an_operating_point():
    labels, probabilities = np.array([0, 0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.6, 0.5, 0.9])
    assert operating_point("by hand", labels, probabilities, 0.5) == OperatingPoint("by hand", 0.5, 1.0, 0.75)
    alone = operating_point("by hand", labels[:4], probabilities[:4], 0.5)
    assert math.isnan(alone.sensitivity)
    assert alone.specificity == 0.75


def test_what_is_no_label_is_refused():
    with pytest.raises(ValueError, match=r"0 \(NORMAL\) or 1"):
        Thresholds(np.array([0, 2]), np.array([0.1, 0.2]))


def test_a_step_of_a_slider_costs_microseconds():
    rng = np.random.default_rng(0)
    thresholds = Thresholds(rng.integers(0, 2, 100_000), rng.uniform(size=100_000))
    started = time.process_time()
    for step in range(10_000):
        thresholds.at(step / 10_000)
    assert time.process_time() - started < 1  # some 0.02 s; a pass over the scans for each takes over 5


def test_neither_matplotlib_nor_scikit_learn_nor_scipy_nor_torch_is_loaded():
    code = (
        "import sys, core.scoring.evaluated, core.scoring.thresholds, core.scoring.compared, "
        "core.scoring.metrics; "
        "print({'matplotlib', 'sklearn', 'scipy', 'torch', 'openvino'} & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "set()"
