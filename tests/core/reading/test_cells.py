from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reading.cells import harmless, harmless_path


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_what_begins_a_formula_gets_an_apostrophe(first):
    assert harmless(f"{first}cmd|' /C calc'!A0") == f"'{first}cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    "text", ["", "opacity, right base", "a=b", "7 - 8", 'is it? «yes»\nsays "B"; no', "'=1"]
)
def test_other_text_stays_as_it_is(text):
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("  =1+1", "'  =1+1"),
        ("\t=1+1", "'\t=1+1"),
        ("seen;=1+1", "seen;'=1+1"),
        ("seen; +1", "seen;' +1"),
        ('seen;"=1"', 'seen;\'"=1"'),
        ("seen\n@A1\r\n=1", "seen\n'@A1\r\n'=1"),
    ],
)
def test_formulas_are_found_where_a_cell_may_begin(text, safe):
    """Where columns are separated by semicolons, a semicolon or a line break in a cell begins another."""
    assert harmless(text) == safe


@given(st.text("=+-@\t\r\n; '\"ab1", max_size=12))
def test_no_cell_of_what_is_harmless_begins_a_formula(text):
    safe = harmless(text)
    assert harmless(safe) == safe
    assert safe[:1] not in set("=+-@\t\r")
    first, *others = safe.replace("\r", "\n").replace(";", "\n").split("\n")
    assert not first.lstrip(" \t").startswith(tuple("=+-@"))
    assert not any(cell.lstrip(' \t"').startswith(tuple("=+-@")) for cell in others)
    assert [letter for letter in safe if letter != "'"] == [letter for letter in text if letter != "'"]


@pytest.mark.parametrize("name", ["=1+1.png", "-x.png", "+x.png", "@x.png", " =x.png", "-scans/a.png"])
def test_a_relative_path_that_looks_like_a_formula_names_the_same_file(name):
    safe = harmless_path(name)
    assert safe == f"./{name}"
    assert Path(safe) == Path(name)
    assert harmless_path(safe) == safe


@pytest.mark.parametrize(
    "path", [os.path.abspath("=x.png"), "a.png", "a/=b.png", "./=x.png", "../-x.png", ""]
)
def test_other_paths_stay_as_they_are(path):
    assert harmless_path(path) == path
