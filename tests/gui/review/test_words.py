"""Reviews in words."""

from __future__ import annotations

import pytest

from core.review import Agreement, Review
from gui.review import words
from gui.review.state import ReviewState


@pytest.mark.parametrize(
    ("reading", "review", "said"),
    [
        ("NORMAL", None, "Not reviewed yet."),
        ("", None, "Not reviewed yet."),
        ("NORMAL", Review("NORMAL"), "You agree: NORMAL"),
        ("PNEUMONIA", Review("NORMAL"), "You corrected this to NORMAL"),
        ("NORMAL", Review("PNEUMONIA", "x"), "You corrected this to PNEUMONIA"),
        ("", Review("PNEUMONIA"), "You call this PNEUMONIA"),
        ("NORMAL", Review("", "x"), "A note, and no label yet."),
    ],
)
def test_what_was_said(reading, review, said):
    assert words.said(ReviewState(1, True, reading, review)) == said


def test_without_a_scan_there_is_nothing_to_review():
    assert words.said(ReviewState()) == "There is no scan to review."


@pytest.mark.parametrize(
    ("agreement", "without", "said"),
    [
        (Agreement(), 0, "Nothing on the list is reviewed yet."),
        (Agreement(5, 0, 6, 1), 0, "12 reviewed · 11 agree · sensitivity 5/6 · specificity 6/6"),
        (Agreement(tp=1), 0, "1 reviewed · 1 agrees · sensitivity 1/1"),
        (Agreement(fp=2, tn=1), 0, "3 reviewed · 1 agrees · specificity 1/3"),
        (Agreement(), 2, "2 reviewed · 2 without a reading"),
        (Agreement(tp=1), 2, "3 reviewed · 1 agrees · sensitivity 1/1 · 2 without a reading"),
    ],
)
def test_the_counts(agreement, without, said):
    assert words.counts(agreement, without).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_line_of_counts_breaks_between_them_only():
    lines = words.counts(Agreement(5, 0, 6, 1)).split(" ")
    assert "sensitivity\N{NO-BREAK SPACE}5/6" in lines


def test_the_shares_are_told_where_there_are_any():
    assert "calls so (83%)" in words.counts_explained(Agreement(5, 0, 6, 1))
    assert "calls so (100%)" in words.counts_explained(Agreement(5, 0, 6, 1))
    assert "%" not in words.counts_explained(Agreement())


@pytest.mark.parametrize("made", ["", "yesterday"])
def test_a_time_that_is_not_known_is_not_told(made):
    assert words.when(ReviewState(1, True, "", Review("NORMAL", "", made))) == ""
    assert words.when(ReviewState(1, True)) == ""


def test_the_time_of_a_review_is_told():
    state = ReviewState(1, True, "", Review("NORMAL", "", "2024-06-15T12:00:00+00:00"))
    said = words.when(state)
    assert said.startswith("Said on ")
    assert "24" in said
