"""Which scans pass which filter."""

from __future__ import annotations

import pytest

from core.review import Review
from gui.worklist.entry import Entry, ReadAsDisplayed
from gui.worklist.filter import Filter
from tests.gui.worklist.scans import entry, fail, pasted, read, reading

BAND = 0.1


def scans() -> dict[str, Entry]:
    """One of every kind, by what it is."""
    made = {
        "sick": read(entry("", name="ward 7/Anna.png"), 0.9),
        "well": read(entry("", name="ward 7/Bert.png"), 0.1),
        "unsure": read(entry("", name="ward 8/Cleo.png"), 0.55),
        "rejected": read(entry("", name="ward 8/Dora.png"), 0.9, "blank picture"),
        "failed": fail(entry("", name="ward 9/Emil.png"), "Emil.png is empty"),
        "waiting": entry("waiting", name="ward 9/Fred.png"),
        "reading": entry("reading", name="ward 9/Gert.png", stored=reading(0.9)),
        "unread": entry("unread", name="ward 9/Hans.png"),
    }
    made["sick"].review = Review("PNEUMONIA", "as in March")
    made["well"].review = Review("PNEUMONIA")
    made["unsure"].review = Review("", "ask again")
    made["unread"].review = Review("NORMAL")
    made["sick"].sha256 = "0123456789abcdef"
    return made


def passing(wanted: Filter, in_common: int = 0) -> set[str]:
    test = wanted.test(BAND, in_common)
    return {name for name, each in scans().items() if test(each)}


ALL = set(scans())


def test_the_empty_filter_shows_all():
    assert Filter().is_empty
    assert Filter(text="  ").is_empty
    assert passing(Filter()) == ALL
    assert passing(Filter(text="  ")) == ALL


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Filter(label="PNEUMONIA"), {"sick", "unsure", "rejected"}),
        (Filter(label="NORMAL"), {"well"}),
        (Filter(status="read"), {"sick", "well", "unsure", "rejected"}),
        (Filter(status="rejected"), {"rejected"}),
        (Filter(status="failed"), {"failed"}),
        (Filter(status="unread"), {"waiting", "reading", "unread"}),
        (Filter(unsure_only=True), {"unsure"}),
        (Filter(review="reviewed"), {"sick", "well", "unread"}),
        (Filter(review="unreviewed"), ALL - {"sick", "well", "unread"}),
        (Filter(review="disagreements"), {"well"}),
        (Filter(label="PNEUMONIA", review="unreviewed", status="read"), {"unsure", "rejected"}),
        (Filter(label="NORMAL", unsure_only=True), set()),
    ],
    # By the filter alone: a set is written in another order in every process
    ids=lambda value: str(value) if isinstance(value, Filter) else "",
)
def test_choices_are_all_to_be_met(wanted, names):
    assert not wanted.is_empty
    assert passing(wanted) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("anna", {"sick"}),
        ("ANNA", {"sick"}),
        ("ward 7", {"sick", "well"}),
        ("7 ward", {"sick", "well"}),
        ("ward 7 bert", {"well"}),
        ("march", {"sick"}),
        ("again", {"unsure"}),
        ("empty", {"failed"}),
        ("blank", {"rejected"}),
        ("nothing like it", set()),
        ("01234567", {"sick"}),
        ("scan-0123456789ab", {"sick"}),
        ("012345", set()),  # too short a part of a hash
        ("12345678", set()),  # not its beginning
    ],
)
def test_words_are_looked_for_in_names_folders_reasons_notes_and_hashes(text, names):
    assert passing(Filter(text=text)) == names


def test_a_folder_that_holds_all_is_not_searched():
    assert passing(Filter(text="scans")) == ALL
    assert passing(Filter(text="scans"), in_common=len("/scans/")) == set()
    assert passing(Filter(text="ward 7"), in_common=len("/scans/")) == {"sick", "well"}


def test_a_pasted_picture_is_found_by_its_name():
    of = Entry(pasted("Pasted picture 1"))
    assert Filter(text="pasted 1").test(BAND, 100)(of)


@pytest.mark.parametrize(("band", "number"), [(0.0, 0), (0.04, 0), (0.06, 1)])
def test_the_band_decides_what_is_not_sure(band, number):
    test = Filter(unsure_only=True).test(band)
    assert sum(map(test, scans().values())) == number


def test_the_reading_as_displayed_is_the_one_that_counts():
    of = scans()["well"]
    of.displayed = ReadAsDisplayed(reading(0.9), "inverted")
    assert Filter(label="PNEUMONIA").test(BAND)(of)
    assert not Filter(review="disagreements").test(BAND)(of)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (Filter("words"), 0),
        (Filter(label="NORMAL"), 1),
        (Filter("words", "NORMAL", "read", "reviewed", unsure_only=True), 4),
    ],
)
def test_choices_are_counted_without_the_text(wanted, number):
    assert wanted.choices == number
