from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.review import Agreement, Review


def test_a_review_says_one_of_the_classes_or_nothing():
    assert Review("NORMAL").label == "NORMAL"
    assert Review("", "only a note").label == ""
    with pytest.raises(ValueError, match="MAYBE"):
        Review("MAYBE")


def test_a_review_made_now_has_the_time_and_an_empty_one_is_none():
    made = Review.now("PNEUMONIA", "left lower lobe")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(made.made)).total_seconds()) < 60
    assert Review.now("", "  \n") is None
    assert Review.now("", "seen before").note == "seen before"


def test_agreement_is_counted_against_the_reviews():
    p, n = "PNEUMONIA", "NORMAL"
    pairs = [(p, p)] * 5 + [(n, p)] * 2 + [(n, n)] * 3 + [(p, n)] + [("", p), (p, ""), ("", "")]
    counted = Agreement.of(pairs)
    assert (counted.tp, counted.fn, counted.tn, counted.fp) == (5, 2, 3, 1)
    assert (counted.reviewed, counted.agreed) == (11, 8)
    assert counted.sensitivity == pytest.approx(5 / 7)
    assert counted.specificity == pytest.approx(3 / 4)


def test_what_the_reviews_cannot_tell_is_none():
    assert Agreement().sensitivity is Agreement().specificity is None
    assert Agreement.of([("NORMAL", "NORMAL")]).sensitivity is None
