"""In which order each column puts the scans."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from core.review import Review
from gui.worklist.entry import Entry, ReadAsDisplayed
from gui.worklist.order import COLUMNS, DESCENDING_FIRST, Order, natural
from tests.gui.worklist.scans import entry, fail, pasted, read, reading, stems


def numbered(*entries: Entry) -> list[Entry]:
    for number, each in enumerate(entries):
        each.number = number
    return list(entries)


def named(names: str) -> list[Entry]:
    return numbered(*(entry("unread", name=f"{name}.png") for name in names))


def order(entries: list[Entry], column: str, descending: bool = False) -> str:
    return stems(Order(column, descending).arranged(entries))


def test_without_a_column_they_stand_as_they_came():
    assert order(named("cab"), "") == "cab"
    assert order(named("cab"), "", descending=True) == "cab"


@pytest.mark.parametrize(("descending", "wanted"), [(False, "abc"), (True, "cba")])
def test_names_are_sorted(descending, wanted):
    assert order(named("cab"), "scan", descending) == wanted


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["scan 10", "scan 9", "scan 2"], ["scan 2", "scan 9", "scan 10"]),
        (["b", "A", "a", "B"], ["A", "a", "b", "B"]),
        (["x1y10", "x1y9", "x01y2"], ["x01y2", "x1y9", "x1y10"]),
        (["9" * 30, "1" + "0" * 30], ["9" * 30, "1" + "0" * 30]),
        (["Ä", "a"], ["a", "Ä"]),
    ],
)
def test_names_are_sorted_as_people_do(names, wanted):
    assert sorted(names, key=natural) == wanted


def test_a_folder_keeps_its_scans_together():
    entries = numbered(*(entry("unread", name=name) for name in ("b/2.png", "a/3.png", "b/1.png")))
    entries += numbered(Entry(pasted("pasted")))
    assert order(entries, "folder") == "pasted312"


def probabilities(*numbers: float | None) -> list[Entry]:
    """Called by a letter each, in the order of the alphabet."""
    made = named("abcdefghij"[: len(numbers)])
    for each, number in zip(made, numbers, strict=True):
        if number is not None:
            read(each, number)
    return made


@pytest.mark.parametrize(("descending", "wanted"), [(True, "bac"), (False, "cab")])
def test_probabilities_are_sorted(descending, wanted):
    assert order(probabilities(0.5, 0.9, 0.1), "probability", descending) == wanted


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("column", sorted(DESCENDING_FIRST))
def test_what_has_no_reading_comes_last_whichever_way_and_what_is_rejected_before_it(column, descending):
    entries = probabilities(None, 0.9, None, 0.8, 0.1, None)
    fail(entries[2])
    read(entries[1], 0.9, "blank picture")
    entries[5].status, entries[5].stored = "waiting", reading(0.99)
    assert order(entries, column, descending)[2:] == "bacf"


def test_most_likely_first_goes_by_the_reading_as_displayed():
    entries = probabilities(0.5, 0.6)
    entries[0].displayed = ReadAsDisplayed(reading(0.7), "inverted")
    assert order(entries, "probability", descending=True) == "ab"


def test_a_rejected_scan_that_was_read_as_displayed_stands_with_the_others():
    entries = probabilities(0.5, 0.6)
    read(entries[0], 0.5, "blank picture")
    entries[0].displayed = ReadAsDisplayed(reading(0.7), "inverted")
    assert order(entries, "probability", descending=True) == "ab"


@pytest.mark.parametrize("descending", [True, False])
def test_equal_ones_stand_as_they_came(descending):
    assert order(probabilities(0.5, 0.5, 0.5), "probability", descending) == "abc"
    assert order(numbered(*(entry("ok", name="x.png") for _ in "ab")), "scan", descending) == "xx"


def test_labels_stand_together_and_the_surest_first():
    entries = probabilities(0.6, 0.2, 0.9, 0.4)
    assert order(entries, "label", descending=True) == "cadb"


def test_confidence_is_in_the_label():
    assert order(probabilities(0.6, 0.05, 0.9), "confidence", descending=True) == "bca"


def test_what_needs_the_person_is_the_first_status():
    entries = named("abcdef")
    for each, status in zip(
        entries, ("ok", "unread", "rejected", "waiting", "failed", "reading"), strict=True
    ):
        each.status = status
    assert order(entries, "status") == "ecfdba"


def test_disagreements_are_the_first_reviews():
    entries = probabilities(0.9, 0.9, None, 0.9, 0.9)
    said = ("PNEUMONIA", None, "NORMAL", "NORMAL", "")
    for each, label in zip(entries, said, strict=True):
        each.review = None if label is None else Review(label, "a note")
    assert order(entries, "review") == "daceb"


def anything(number: int, dice: random.Random) -> Entry:
    made = entry("unread", name=f"{dice.choice('ab')}/{dice.randrange(30)}.png")
    made.number = number
    kind = dice.randrange(5)
    if kind == 0:
        fail(made)
    elif kind > 1:
        read(made, round(dice.random(), 1), *(["blank picture"] if kind == 2 else []))
    if dice.random() < 0.5:
        made.review = Review(dice.choice(("", "NORMAL", "PNEUMONIA")), "a note")
    return made


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["", *COLUMNS])
def test_putting_some_into_their_places_is_sorting_all(column, descending):
    dice = random.Random(5)
    entries = [anything(number, dice) for number in range(200)]
    later = dice.sample(entries, 60)
    by = Order(column, descending and bool(column))
    stay = [each for each in entries if each not in later]
    arranged = by.arranged(stay)
    for each in later:
        each.place = by.placing()(each)
    assert by.merged(arranged, later) == by.arranged(entries)


def test_only_what_is_read_or_said_can_move_a_scan():
    assert {column for column in ("", *COLUMNS) if Order(column).changes} == {
        *DESCENDING_FIRST,
        "status",
        "review",
    }
    assert replace(Order("scan"), descending=True).changes is False
