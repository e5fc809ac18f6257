"""What a row says of each state, in words."""

from __future__ import annotations

import pytest

from core.review import Review
from gui.worklist.entry import Entry, ReadAsDisplayed
from gui.worklist.verdict import aloud, cell_words, review_words, state_words, verdict_of
from tests.gui.worklist.scans import entry, read, reading

BAND = 0.1
REJECTED = ("does not look like a frontal chest X-ray", "colour picture")
CASES = [
    (entry("unread"), "idle", "not read", "Not read"),
    (entry("waiting"), "idle", "waiting", "Waiting"),
    (entry("reading"), "idle", "reading…", "Reading…"),
    (entry("waiting", reading(0.9)), "idle", "waiting", "Waiting"),
    (entry("reading", reading(0.9)), "idle", "reading…", "Reading…"),
    (entry("unread", reading(0.9)), "idle", "not read", "Not read"),
    (entry("ok", reading(0.93)), "pneumonia", "PNEUMONIA   93%", "Read"),
    (entry("ok", reading(0.07)), "normal", "NORMAL   7%", "Read"),
    (entry("ok", reading(1.0)), "pneumonia", "PNEUMONIA   >99%", "Read"),
    (entry("ok", reading(0.45)), "unsure", "not sure   45%", "Not sure"),
    (entry("ok", reading(0.55)), "unsure", "not sure   55%", "Not sure"),
    (entry("ok", reading(0.65)), "pneumonia", "PNEUMONIA   65%", "Read"),
    (entry("ok", reading(0.35, 0.2)), "pneumonia", "PNEUMONIA   35%", "Read"),
    (entry("rejected", reading(0.93, reasons=REJECTED)), "rejected", "; ".join(REJECTED), "Rejected"),
    (entry("rejected", reading(0.5, reasons=("blank picture",))), "rejected", "blank picture", "Rejected"),
    (entry("failed", None, "empty"), "failed", "empty", "Failed"),
    (entry("failed", None, "scan.png is empty"), "failed", "empty", "Failed"),
    (entry("failed", reading(0.9), "gone"), "failed", "gone", "Failed"),
]


@pytest.mark.parametrize(
    ("of", "verdict", "words", "status"), CASES, ids=[f"{n}-{case[2]}" for n, case in enumerate(CASES)]
)
def test_every_state_has_its_verdict_and_its_words(qapp, of, verdict, words, status):
    assert verdict_of(of, BAND) == verdict
    assert state_words(of, verdict) == words
    assert cell_words(of, "status", verdict) == status


def test_the_percentage_can_stand_elsewhere(qapp):
    assert state_words(entry("ok", reading(0.93)), "pneumonia", with_percent=False) == "PNEUMONIA"


def displayed(stored, seen) -> Entry:
    made = entry("ok", stored)
    made.displayed = ReadAsDisplayed(seen, "inverted")
    return made


def test_the_reading_as_displayed_counts_and_says_so(qapp):
    of = displayed(reading(0.9), reading(0.1))
    assert verdict_of(of, BAND) == "normal"
    assert state_words(of, "normal") == "NORMAL   10%"
    assert aloud(of, BAND) == "NORMAL   10%, read as displayed"


def test_a_rejected_scan_may_be_read_as_displayed(qapp):
    of = displayed(reading(0.9, reasons=("blank picture",)), reading(0.8))
    of.status = "rejected"
    assert verdict_of(of, BAND) == "pneumonia"


@pytest.mark.parametrize(("band", "verdict"), [(0.0, "normal"), (0.03, "normal"), (0.06, "unsure")])
def test_the_band_decides_what_is_not_sure(band, verdict):
    assert verdict_of(entry("ok", reading(0.45)), band) == verdict


@pytest.mark.parametrize(
    ("probability", "review", "words"),
    [
        (0.9, None, ""),
        (0.9, Review("PNEUMONIA"), "agreed"),
        (0.9, Review("NORMAL"), "corrected to NORMAL"),
        (None, Review("NORMAL"), "NORMAL"),
        (0.9, Review("", "a note"), "note"),
        (None, Review("", "a note"), "note"),
    ],
)
def test_what_was_said_of_it(qapp, probability, review, words):
    of = entry("unread") if probability is None else read(entry("ok"), probability)
    of.review = review
    assert review_words(of) == words
    assert cell_words(of, "review", "").casefold() == words.casefold()
