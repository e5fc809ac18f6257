"""Which of two models is better, against DeLong's method, scipy's tests and cases worked by hand."""

import csv
import json
import re
import time
import warnings
from dataclasses import replace
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from core.errors import DatasetError
from core.scoring import comparison_report
from core.scoring.bootstrap import paired_intervals
from core.scoring.compared import Difference
from core.scoring.comparison import compare, mcnemar
from core.scoring.evaluation import scored_of
from core.scoring.metrics import metrics
from tests.core.scoring.evaluations import evaluation, two_models


def delong(labels, first, second):
    """The difference of two AUCs and its standard error: DeLong et al., Biometrics 44, 1988."""
    wins = []
    for scores in (first, second):
        above = scores[labels == 1][:, None] - scores[labels == 0][None]
        wins.append(np.heaviside(above, 0.5))
    gained = wins[0] - wins[1]
    of_pneumonia, of_normal = gained.mean(axis=1), gained.mean(axis=0)
    variance = of_pneumonia.var(ddof=1) / len(of_pneumonia) + of_normal.var(ddof=1) / len(of_normal)
    return gained.mean(), np.sqrt(variance)


def plausible(n=500, noise=0.7, seed=1):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    first = norm.cdf(rng.normal(1.5 * labels - 0.7, 1))
    second = norm.cdf(norm.ppf(first) + rng.normal(0, noise, n))
    return labels, first, second


@pytest.mark.parametrize(("noise", "seed"), [(0.3, 1), (0.7, 2), (2.0, 3)])
def test_the_interval_of_the_difference_in_auc_is_delongs_where_each_patient_has_one_scan(noise, seed):
    labels, first, second = plausible(noise=noise, seed=seed)
    difference, error = delong(labels, first, second)
    assert difference == pytest.approx(roc_auc_score(labels, first) - roc_auc_score(labels, second))
    correct = ((first >= 0.5) == labels, (second >= 0.5) == labels)
    low, high = paired_intervals(labels, (first, second), correct, None)["auc"]
    assert low == pytest.approx(difference - 1.96 * error, abs=0.15 * error)
    assert high == pytest.approx(difference + 1.96 * error, abs=0.15 * error)


def test_pairing_makes_the_interval_narrower_than_two_that_are_taken_apart():
    labels, first, second = plausible(noise=0.3)
    correct = ((first >= 0.5) == labels, (second >= 0.5) == labels)
    paired = np.ptp(paired_intervals(labels, (first, second), correct, None)["auc"])
    apart = [
        np.ptp(metrics(scored_of(evaluation(each, labels)), 0.5)["confidence_interval_95"]["auc"])
        for each in (first, second)
    ]
    assert paired < 0.6 * np.hypot(*apart)


def test_the_interval_of_the_difference_in_accuracy_is_the_binomial_one():
    correct = (np.arange(400) < 340, np.arange(400) >= 100)  # b = 100, c = 60
    span = paired_intervals(np.arange(400) % 2, (np.zeros(400), np.zeros(400)), correct, None)["accuracy"]
    difference, spread = 40 / 400, np.sqrt(160 - 40**2 / 400) / 400  # of a difference of paired proportions
    assert span == pytest.approx([difference - 1.96 * spread, difference + 1.96 * spread], abs=0.01)


def test_copies_of_scans_under_one_patient_say_nothing_new():
    labels, first, second = plausible(120)
    keys = [f"{i:03d}" for i in range(120)]

    def spans(times, patients):
        seen = [np.tile(each, times) for each in (labels, first, second)]
        correct = ((seen[1] >= 0.5) == seen[0], (seen[2] >= 0.5) == seen[0])
        return paired_intervals(seen[0], (seen[1], seen[2]), correct, patients)

    once, four, loose = spans(1, keys), spans(4, keys * 4), spans(4, None)
    for name in ("auc", "accuracy", "sensitivity", "specificity"):
        assert four[name] == pytest.approx(once[name])
        assert np.ptp(loose[name]) < 0.7 * np.ptp(once[name])


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_test_of_what_only_one_labels_rightly(first, second):
    told = mcnemar(first, second).p
    n = first + second
    tail = sum(comb(n, k) for k in range(min(first, second) + 1)) / 2**n
    assert told == pytest.approx(min(1.0, 2 * tail))
    assert told == mcnemar(second, first).p


def test_the_better_model_is_found_better_whichever_comes_first():
    good, bad = two_models(noise=2.0)
    comparison = compare(good, bad)
    assert comparison.differences["auc"].verdict == "better"
    assert compare(bad, good).differences["auc"].verdict == "worse"
    for name, each in comparison.differences.items():
        assert each.first == comparison.first.result[name]
        assert each.interval[0] <= each.difference <= each.interval[1]
    assert comparison.mcnemar.first_only > comparison.mcnemar.second_only
    assert comparison.mcnemar.p < 0.05
    assert comparison.patients == 200


def test_each_model_scores_as_it_does_alone():
    good, bad = two_models()
    comparison = compare(good, bad)
    for side, alone in zip(comparison.sides, (good, bad), strict=True):
        assert side.result == metrics(scored_of(alone), alone.threshold)


def test_a_model_cannot_be_told_from_itself():
    good, _ = two_models()
    comparison = compare(good, good)
    assert {each.verdict for each in comparison.differences.values()} == {"alike"}
    assert comparison.differences["auc"].interval == (0, 0)
    assert comparison.names == ("new (1)", "new (2)")
    assert comparison.disagreements == ()
    assert comparison.mcnemar.p == 1


@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        ((0.01, 0.1), "better"),
        ((-0.1, -0.01), "worse"),
        ((-0.1, 0.1), "alike"),
        ((0, 0.1), "alike"),
        (None, "unknown"),
    ],
)
def test_the_interval_decides(interval, verdict):
    assert Difference(0.9, 0.8, interval).verdict == verdict


def test_disagreements_by_hand():
    labels = [0, 0, 1, 1, 1]
    first = evaluation([0.1, 0.6, 0.9, 0.2, 0.7], labels)
    second = evaluation([0.2, 0.3, 0.45, 0.8, 0.6], labels)
    comparison = compare(first, second)
    told = [(d.scan.path.name, d.first, d.second, d.right) for d in comparison.disagreements]
    assert told == [
        ("3.png", 0.2, 0.8, "second"),
        ("2.png", 0.9, 0.45, "first"),
        ("1.png", 0.6, 0.3, "second"),
    ]
    assert (comparison.mcnemar.first_only, comparison.mcnemar.second_only) == (1, 2)
    lower = compare(first, second, (0.5, 0.25))
    assert [d.scan.path.name for d in lower.disagreements] == ["3.png"]
    assert lower.second.result["threshold"] == 0.25


def test_scans_are_paired_by_content_and_the_others_left_out():
    labels = [0, 1, 1, 0, 1]
    first = evaluation([0.1, 0.8, None, 0.3, 0.9], labels)
    second = evaluation([0.2, 0.7, 0.9, 0.4, 0.6], labels, root="/moved")
    relabelled = replace(second.scans[4], label=0)
    second = replace(second, scans=(*reversed(second.scans[:4]), relabelled))
    comparison = compare(first, second)
    pairs = zip(*(side.evaluation.scans for side in comparison.sides), strict=True)
    assert [(one.path.name, other.path.name) for one, other in pairs] == [
        (f"{i}.png",) * 2 for i in (0, 1, 3)
    ]
    assert comparison.left_out == 3  # one that the first failed on; one with two labels, of each


def test_copies_of_a_file_are_one_patient_and_all_paired():
    first = evaluation([0.1, 0.8, 0.3, 0.9], [0, 1, 0, 1])
    copied = replace(
        first,
        scans=(
            *first.scans,
            replace(first.scans[0], path=first.scans[0].path.parent / "copy.png", patient="x"),
        ),
    )
    comparison = compare(copied, copied)
    assert (comparison.n, comparison.patients, comparison.left_out) == (5, 4, 0)


def test_nothing_in_common_is_the_users_problem():
    first = evaluation([0.1, 0.9], [0, 1])
    other = replace(first, scans=tuple(replace(s, sha256=f"other{s.sha256}") for s in first.scans))
    with pytest.raises(DatasetError, match="no scan that both"):
        compare(first, other)


def test_one_class_only_and_one_scan_are_compared_as_far_as_that_goes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        comparison = compare(evaluation([0.1, 0.6, 0.2], [0, 0, 0]), evaluation([0.7, 0.2, 0.1], [0, 0, 0]))
        one = compare(evaluation([0.1], [0]), evaluation([0.7], [0]))
    assert comparison.differences["auc"].verdict == "unknown"
    assert comparison.differences["sensitivity"].difference is None
    assert comparison.differences["accuracy"].verdict == "alike"
    assert one.differences["accuracy"].verdict == "unknown"
    assert one.differences["accuracy"].difference == 1
    for each in (comparison, one):
        assert json.dumps(comparison_report.as_plain(each), allow_nan=False)
        assert "nothing can be said" in comparison_report.sentences(each)[0]


def test_what_it_comes_to_in_words():
    good, bad = two_models(noise=2.0)
    auc, accuracy, labels = comparison_report.sentences(compare(good, bad))
    assert re.fullmatch(
        r"By AUC, new is better than old \(difference \+0\.\d{3}, 95% interval \+.* to \+.*\)\.", auc
    )
    assert "accuracy at the thresholds used, new is better" in accuracy
    assert re.fullmatch(
        r"They label \d+ of 400 scans differently: new is right on \d+ of these, old on \d+ "
        r"\(McNemar's exact test: p < 0\.001\)\.",
        labels,
    )
    told = comparison_report.sentences(compare(good, good))
    assert "cannot tell new (1) and new (2) apart (difference 0.000, 95% interval 0.000 to 0.000)" in told[0]
    assert told[2] == "They label all 400 scans alike."


def test_what_a_comparison_leaves_on_disk(tmp_path):
    good, bad = two_models()
    comparison = compare(good, bad)
    comparison_report.write_comparison(tmp_path / "out", comparison)
    out = tmp_path / "out"
    assert sorted(file.name for file in out.iterdir()) == [
        "comparison.json",
        "comparison.pdf",
        "disagreements.csv",
    ]
    told = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    assert told["first"]["auc"] == comparison.first.result["auc"]
    assert told["first"]["model"] == "new"
    assert told["difference"]["auc"]["difference"] == pytest.approx(
        told["first"]["auc"] - told["second"]["auc"]
    )
    assert told["disagreements"]["n"] == len(comparison.disagreements)
    rows = list(csv.DictReader((out / "disagreements.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["path"] for row in rows] == [str(each.scan.path) for each in comparison.disagreements]
    document = (out / "comparison.pdf").read_bytes()
    assert len(re.findall(rb"/Type /Page\b(?!s)", document)) == 3
    assert b"/Title (Lungfield comparison: new and old)" in document
    for shareable in ("comparison.json", "comparison.pdf"):  # a file's name may be a patient's
        assert b"/scans" not in (out / shareable).read_bytes()


def test_it_is_quick_enough_to_wait_for():
    comparison = two_models(6000)
    started = time.process_time()
    compare(*comparison)
    assert time.process_time() - started < 15  # some 3 s
