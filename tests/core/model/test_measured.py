"""What a model was measured to do, and whom that speaks for."""

from __future__ import annotations

import math

import pytest

from core.model.measured import Measured, measured, speaking_for, tells_ages

CHILDREN = Measured("children", 700, 0.98, 0.95, 0.9, (1, 5))
ADULTS = Measured("adults", 90, 0.86, 0.8, 0.8, (18, 95))


@pytest.mark.parametrize(
    ("age", "who"),
    [
        (0.9, None),
        (1, CHILDREN),
        (5.99, CHILDREN),  # five until the sixth birthday
        (6, None),
        (17.9, None),
        (18, ADULTS),
        (95.5, ADULTS),
        (96, None),
    ],
)
def test_the_figures_of_the_patients_own_age_speak(age, who):
    assert speaking_for(age, [CHILDREN, ADULTS]) is who


def test_figures_of_nobody_knows_whom_speak_for_nobody():
    unknown = Measured("ward", 50, 0.9)
    assert speaking_for(3, [unknown]) is None
    assert not tells_ages([unknown])
    assert tells_ages([unknown, CHILDREN])


def test_what_a_file_says():
    said = {"n": 700, "auc": 0.98, "sensitivity": 0.95, "specificity": 0.9, "ages": [1, 5]}
    assert measured({"children": said}) == [CHILDREN]


@pytest.mark.parametrize("said", [None, 3, [], {"a": 1}, {"a": {"auc": "high"}}, {"a": {"auc": 7}}])
def test_nonsense_is_left_out(said):
    assert measured(said) == []


@pytest.mark.parametrize("ages", [3, [1], [5, 1], [-1, 5], [1, 999], ["a", "b"], [True, 5], [1, math.nan]])
def test_ages_that_make_no_sense_are_left_out(ages):
    (one,) = measured({"a": {"auc": 0.9, "n": "many", "sensitivity": 2, "ages": ages}})
    assert (one.scans, one.ages) == (0, None)
    assert math.isnan(one.sensitivity)
