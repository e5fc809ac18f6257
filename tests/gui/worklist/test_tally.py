from __future__ import annotations

import random
from collections import Counter

import pytest

from core.review import Agreement, Review
from gui.worklist.entry import Entry
from gui.worklist.tally import Tally
from gui.worklist.verdict import verdict_of
from tests.gui.worklist.scans import entry, fail, read

BAND = 0.1


def tally_of(*entries: Entry) -> Tally:
    made = Tally()
    for each in entries:
        made.count(each, BAND)
    return made


def test_nothing_is_counted_at_first():
    assert Tally().verdicts() == {}
    assert Tally().agreement() == Agreement()
    assert Tally().reviewed() == 0


def test_verdicts_are_counted_as_they_change():
    one, other = entry("waiting"), entry("waiting")
    tally = tally_of(one, other)
    assert tally.verdicts() == {"idle": 2}
    tally.count(read(one, 0.9), BAND)
    tally.count(fail(other), BAND)
    tally.count(other, BAND)
    assert tally.verdicts() == {"pneumonia": 1, "failed": 1}


def test_what_is_left_out_counts_no_more():
    one, other = read(entry("ok"), 0.9), read(entry("ok"), 0.1)
    tally = tally_of(one, other)
    tally.leave_out([one])
    assert tally.verdicts() == {"normal": 1}
    assert one.counted is None


@pytest.mark.parametrize(
    ("probability", "said", "agreement"),
    [
        (0.9, "PNEUMONIA", Agreement(tp=1)),
        (0.9, "NORMAL", Agreement(fp=1)),
        (0.1, "NORMAL", Agreement(tn=1)),
        (0.1, "PNEUMONIA", Agreement(fn=1)),
        (0.9, "", Agreement()),
        (None, "NORMAL", Agreement()),
    ],
)
def test_readings_are_held_against_reviews(probability, said, agreement):
    of = entry("unread") if probability is None else read(entry("ok"), probability)
    of.review = Review(said, "a note")
    tally = tally_of(of)
    assert tally.agreement() == agreement
    assert tally.reviewed() == bool(said)


def test_kept_counts_are_those_of_counting_all():
    dice = random.Random(3)
    entries = [entry("waiting") for _ in range(50)]
    tally = tally_of(*entries)
    for _ in range(500):
        of = dice.choice(entries)
        if dice.random() < 0.2:
            fail(of)
        else:
            read(of, dice.random(), *dice.choice(([], [], ["blank picture"])))
        of.review = dice.choice((None, Review("NORMAL"), Review("PNEUMONIA"), Review("", "a note")))
        tally.count(of, BAND)
    assert tally.verdicts() == Counter(verdict_of(each, BAND) for each in entries)
    pairs = [(each.stored.label, each.review.label) for each in entries if each.settled and each.review]
    assert tally.agreement() == Agreement.of(pairs)
