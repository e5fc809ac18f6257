"""A threshold on answers that were given: what it makes of them, and which scans are behind the numbers."""

from __future__ import annotations

import pytest

from gui.evaluation import listing
from gui.evaluation.judgement import CELLS, Judgement
from tests.gui.evaluation.evaluations import POINTS, evaluation, large, small


def names(scans):
    return [scan.path.stem for scan in scans]


@pytest.fixture
def judgement(qapp):
    return Judgement(small(failed=1, rejected=(3,)))


def test_the_scans_of_a_group_come_with_the_farthest_from_the_threshold_first(judgement):
    assert names(judgement.scans("fp")) == ["scan-3", "scan-2"]
    assert names(judgement.scans("fn")) == ["scan-4", "scan-5"]
    assert names(judgement.scans("tn")) == ["scan-0", "scan-1"]
    assert names(judgement.scans("tp")) == ["scan-7", "scan-6"]
    assert names(judgement.scans("wrong")) == ["scan-3", "scan-4", "scan-5", "scan-2"]
    assert names(judgement.scans("rejected")) == ["scan-3"]
    assert names(judgement.scans("failed")) == ["broken-0"]


@pytest.mark.parametrize("threshold", [0, 0.3, 0.65, 0.95, 1])
def test_counts_and_lists_agree_at_every_threshold(qapp, threshold):
    judgement = Judgement(large(300))
    judgement.set_threshold(threshold)
    for group in (*CELLS, "wrong", "rejected", "failed"):
        assert judgement.size(group) == len(judgement.scans(group))


def test_it_tells_when_the_threshold_moves_and_only_then(judgement, qtbot):
    with qtbot.waitSignal(judgement.moved):
        judgement.set_threshold(0.65)
    assert (judgement.counts.fp, judgement.counts.tp) == (1, 2)
    with qtbot.assertNotEmitted(judgement.moved):
        judgement.set_threshold(0.65)
    judgement.set_threshold(7)
    assert judgement.threshold == 1


def test_a_point_replaces_the_one_of_its_name(judgement):
    judgement.set_threshold(0.65)
    points = judgement.points_with(judgement.point_here("balanced"))
    assert [each.name for each in points] == [each.name for each in POINTS]
    assert (points[0].threshold, points[0].sensitivity, points[0].specificity) == (0.65, 0.5, 0.75)
    assert [each.name for each in judgement.points_with(judgement.point_here("mine"))][-1] == "mine"
    assert judgement.points == POINTS  # nothing is stored by asking


def test_a_place_on_a_curve_has_a_threshold(judgement):
    for threshold in (0.05, 0.35, 0.65, 0.92):
        counts = judgement._thresholds.at(threshold)
        found, away = judgement.nearest("roc", *counts.roc_point)
        assert away == 0
        assert judgement._thresholds.at(found).roc_point == counts.roc_point


def test_without_scans_of_a_class_a_curve_has_no_place(qapp):
    judgement = Judgement(evaluation([0, 0], [0.2, 0.7]))
    assert judgement.nearest("roc", 0.5, 0.5)[1] == 2.0
    assert judgement.counts.sensitivity is None


def test_disagreements_come_with_the_widest_first_and_say_who_is_right(qapp):
    first = Judgement(evaluation([0, 1, 1, 0], [0.6, 0.9, 0.4, 0.1]))
    second = Judgement(evaluation([0, 1, 1, 0], [0.4, 0.8, 0.95, 0.2]))
    pairs = listing.disagreements(first, second)
    assert [(one.path.stem, other.path.stem) for one, other in pairs] == [("scan-2",) * 2, ("scan-0",) * 2]
    columns = listing.disagreement_columns(pairs, first, ("one", "other"))
    assert columns[-1].values == ["other", "other"]
    second.set_threshold(0.3)  # now it calls scan-0 as the first does
    assert [one.path.stem for one, _ in listing.disagreements(first, second)] == ["scan-2"]
