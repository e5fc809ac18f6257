from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.export.letters import BOLD, lines_of, printable, shortened, width_of


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain", "plain"),
        ("Łódź, Ελλάδα, Москва, «γ» – 7 µm", "Łódź, Ελλάδα, Москва, «γ» – 7 µm"),
        ("two\nlines\tand \x00 more", "two lines and more"),
        ("肺炎.png", "□□.png"),
        ("half \udcff pair", "half ? pair"),
        ("", ""),
    ],
)
def test_text_becomes_one_line_of_letters_that_the_font_has(text, drawn):
    assert printable(text) == drawn


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("שלום", "םולש"),
        ("a שלום b", "a םולש b"),
        ("שלום 12 ירושלים.png", "םילשורי 12 םולש.png"),
        ("scan-34 שלום", "scan-34 םולש"),
    ],
)
def test_what_is_written_from_right_to_left_is_put_in_the_order_it_is_seen(text, seen):
    assert printable(text) == seen


@given(st.text(max_size=60), st.floats(20, 300))
@settings(max_examples=60)
def test_shortened_text_fits(text, width):
    short = shortened(text, 8, width)
    assert width_of(short, 8) <= width
    assert short == printable(text) or "…" in short


def test_the_ends_of_a_long_name_stay():
    short = shortened("beginning " + "x" * 300 + " end.png", 8, 120, BOLD)
    assert short.startswith("begin")
    assert short.endswith("end.png")
    assert width_of(short, 8, BOLD) <= 120


@given(st.text("ab cd\n", max_size=200), st.floats(30, 200))
@settings(max_examples=60)
def test_wrapped_text_loses_no_word_and_fits(text, width):
    lines = lines_of(text, 9, width)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(width_of(line, 9) <= width for line in lines)


def test_wrapped_text_breaks_at_spaces_and_keeps_its_own_lines():
    assert lines_of("one two three\nfour", 10, width_of("one two", 10)) == ["one two", "three", "four"]


def test_text_without_a_space_is_broken_anywhere():
    lines = lines_of("x" * 5000, 9, 100)
    assert "".join(lines) == "x" * 5000
    assert len({len(line) for line in lines[:-1]}) == 1


def test_wrapped_text_may_end_in_an_ellipsis():
    lines = lines_of("word " * 200, 9, 150, most=3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(width_of(line, 9) <= 150 for line in lines)
    assert lines_of("word", 9, 150, most=3) == ["word"]
