from __future__ import annotations

import time
from pathlib import PurePath

from hypothesis import given
from hypothesis import strategies as st

from core.reading.places import Places

_names = st.text("aAß-2", min_size=1, max_size=4)


def test_the_first_that_is_free_else_the_last_with_a_number():
    places = Places()
    wanted = [("a", "a.dcm"), ("a", "a.dcm"), ("a", "a.dcm"), ("a", "a.dcm"), ("b", "a.dcm"), ("a.dcm-4",)]
    assert [str(places.take(*map(PurePath, each))) for each in wanted] == [
        "a",
        "a.dcm",
        "a.dcm-2",
        "a.dcm-3",
        "b",
        "a.dcm-4",
    ]
    assert str(places.take(PurePath("a.dcm"))) == "a.dcm-5", "a file may be called like one with a number"


@given(st.lists(st.tuples(_names, _names), max_size=20))
def test_no_two_are_one_file_where_upper_case_is_lower(wanted):
    places = Places()
    taken = [str(places.take(*map(PurePath, choices))).casefold() for choices in wanted]
    assert len(set(taken)) == len(taken)


def test_very_many_of_one_name_have_theirs_at_once():
    """As of `*/scan.png`. Counted anew for each they took a minute."""
    places, begun = Places(), time.process_time()
    assert len({places.take(PurePath("scan"), PurePath("scan.png")) for _ in range(5000)}) == 5000
    assert time.process_time() - begun < 3
