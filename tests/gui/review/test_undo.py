"""Undoing what was said of scans: everything comes back, and the menu says what."""

from __future__ import annotations

import gc

import pytest

from core.review import Review
from gui.review.undo import ReviewHistory

NORMAL, PNEUMONIA = Review("NORMAL"), Review("PNEUMONIA")


class Kept:
    """Reviews by key, as a store keeps them."""

    def __init__(self) -> None:
        self.reviews: dict[object, Review | None] = {}

    def put(self, key: object, review: Review | None) -> None:
        self.reviews[key] = review


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(qapp, clock) -> ReviewHistory:
    return ReviewHistory(clock)


def test_a_change_is_applied_undone_and_done_again(history, kept):
    history.change("a", "a.png", None, NORMAL, kept.put, "PNEUMONIA")
    assert kept.reviews == {"a": NORMAL}
    history.undo()
    assert kept.reviews == {"a": None}
    history.redo()
    assert kept.reviews == {"a": NORMAL}


def test_steps_are_undone_in_turn_across_scans(history, kept):
    history.change("a", "a.png", None, NORMAL, kept.put)
    history.change("b", "b.png", None, PNEUMONIA, kept.put)
    history.change("a", "a.png", NORMAL, PNEUMONIA, kept.put)
    states = [dict(kept.reviews)]
    while history.can_undo:
        history.undo()
        states.append(dict(kept.reviews))
    assert states == [
        {"a": PNEUMONIA, "b": PNEUMONIA},
        {"a": NORMAL, "b": PNEUMONIA},
        {"a": NORMAL, "b": None},
        {"a": None, "b": None},
    ]
    assert not history.can_undo
    history.undo()  # nothing is left, and nothing happens
    for state in reversed(states[:-1]):
        history.redo()
        assert kept.reviews == state


def test_a_new_change_ends_what_could_be_done_again(history, kept):
    history.change("a", "a.png", None, NORMAL, kept.put)
    history.undo()
    history.change("a", "a.png", None, PNEUMONIA, kept.put)
    assert not history.can_redo
    history.redo()
    assert kept.reviews == {"a": PNEUMONIA}


@pytest.mark.parametrize(
    ("before", "after", "reading", "what"),
    [
        (None, NORMAL, "NORMAL", "agreement on"),
        (None, NORMAL, "PNEUMONIA", "correction of"),
        (NORMAL, PNEUMONIA, "NORMAL", "correction of"),
        (None, NORMAL, "", "label of"),
        (None, Review("", "x"), "NORMAL", "note on"),
        (NORMAL, Review("NORMAL", "x"), "NORMAL", "note on"),
        (NORMAL, None, "NORMAL", "taking back the review of"),
        (Review("", "x"), None, "NORMAL", "taking back the review of"),
        (Review("NORMAL", "x"), Review("", "x"), "NORMAL", "taking back the review of"),
    ],
)
def test_the_menu_says_what_is_undone(history, kept, before, after, reading, what):
    assert (history.undo_text, history.redo_text) == ("Undo", "Redo")
    history.change("a", "scan-3.png", before, after, kept.put, reading)
    assert history.undo_text == f"Undo {what} scan-3.png"
    assert history.redo_text == "Redo"
    history.undo()
    assert history.undo_text == "Undo"
    assert history.redo_text == f"Redo {what} scan-3.png"


def test_a_name_is_plain_text_in_a_menu_and_not_long(history, kept):
    history.change("a", "R&D_" + "x" * 200 + "_left.png", None, NORMAL, kept.put)
    assert "R&&D_" in history.undo_text
    assert history.undo_text.endswith("_left.png")
    assert len(history.undo_text) < 70


@pytest.mark.parametrize("again", [NORMAL, Review("NORMAL", "", "2026-11-25T10:00:00+00:00")])
def test_saying_the_same_again_is_no_step(history, kept, again):
    history.change("a", "a.png", NORMAL, again, kept.put)
    history.change("b", "b.png", None, None, kept.put)
    assert not history.can_undo
    assert kept.reviews == {}


def type_note(history, kept, key, before, after):
    history.change(key, "a.png", Review("", before) if before else None, Review("", after), kept.put)


def test_a_note_typed_in_one_go_is_one_step(history, kept, clock):
    for before, after in (("", "an"), ("an", "an old"), ("an old", "an old scar")):
        type_note(history, kept, "a", before, after)
        clock.now += 5
    history.undo()
    assert kept.reviews == {"a": None}
    assert not history.can_undo
    history.redo()
    assert kept.reviews["a"].note == "an old scar"


def test_a_note_taken_up_later_is_a_step_of_its_own(history, kept, clock):
    type_note(history, kept, "a", "", "old")
    clock.now += 60
    type_note(history, kept, "a", "old", "old scar")
    history.undo()
    assert kept.reviews["a"].note == "old"
    assert history.can_undo


def test_notes_on_two_scans_are_two_steps(history, kept):
    type_note(history, kept, "a", "", "one")
    type_note(history, kept, "b", "", "two")
    history.undo()
    assert kept.reviews["b"] is None
    assert kept.reviews["a"].note == "one"


def test_a_label_between_two_notes_keeps_them_apart(history, kept):
    type_note(history, kept, "a", "", "one")
    history.change("a", "a.png", Review("", "one"), Review("NORMAL", "one"), kept.put)
    history.change("a", "a.png", Review("NORMAL", "one"), Review("NORMAL", "one, two"), kept.put)
    history.undo()
    assert kept.reviews["a"] == Review("NORMAL", "one")
    history.undo()
    assert kept.reviews["a"] == Review("", "one")


def test_a_note_that_was_typed_and_deleted_leaves_no_step(history, kept):
    history.change("a", "a.png", None, Review("", "x"), kept.put)
    history.change("a", "a.png", Review("", "x"), Review(), kept.put)
    assert not history.can_undo


def test_what_could_not_be_kept_is_no_step(history):
    def refuse(_: object, __: Review | None) -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        history.change("a", "a.png", None, NORMAL, refuse)
    assert not history.can_undo


def test_every_change_of_what_can_be_undone_is_told(history, kept, qtbot):
    with qtbot.waitSignal(history.changed):
        history.change("a", "a.png", None, NORMAL, kept.put)
    with qtbot.waitSignal(history.changed):
        history.undo()
    with qtbot.waitSignal(history.changed):
        history.redo()
    with qtbot.waitSignal(history.changed):
        history.clear()
    assert not history.can_undo
    assert kept.reviews == {"a": NORMAL}, "forgetting the steps takes nothing back"


def test_the_scan_that_was_changed_is_named_when_it_was(history, kept):
    named = []
    history.revisited.connect(lambda key: named.append((key, kept.reviews[key])))
    key = ("any", "key")
    history.change(key, "a.png", None, NORMAL, kept.put)
    assert named == []
    history.undo()
    history.redo()
    assert named == [(key, None), (key, NORMAL)]


def test_many_steps_are_kept_and_not_without_end(history, kept):
    for number in range(800):
        history.change(number, f"{number}.png", None, NORMAL, kept.put)
        if number % 100 == 0:
            gc.collect()
    gc.collect()
    undone = 0
    while history.can_undo:
        history.undo()
        undone += 1
    assert undone == 500
    assert kept.reviews[799] is None
    assert kept.reviews[299] == NORMAL


# Several scans at once


def review_all(history, kept, names, after=NORMAL):
    with history.together(len(names)):
        for name in names:
            history.change(name, f"{name}.png", kept.reviews.get(name), after, kept.put)


def test_what_is_said_of_several_scans_is_one_step(history, kept):
    history.change("b", "b.png", None, PNEUMONIA, kept.put)
    review_all(history, kept, "abc")
    assert kept.reviews == dict.fromkeys("abc", NORMAL)
    assert history.undo_text == "Undo review of 3 scans"
    history.undo()
    assert kept.reviews == {"a": None, "b": PNEUMONIA, "c": None}
    assert history.redo_text == "Redo review of 3 scans"
    history.redo()
    assert kept.reviews == dict.fromkeys("abc", NORMAL)
    history.undo()
    history.undo()
    assert kept.reviews == dict.fromkeys("abc", None)
    assert not history.can_undo


def test_changes_of_one_scan_are_undone_backward(history, kept):
    with history.together(2):
        history.change("a", "a.png", None, NORMAL, kept.put)
        history.change("a", "a.png", NORMAL, PNEUMONIA, kept.put)
    history.undo()
    assert kept.reviews == {"a": None}


def test_one_change_among_several_scans_is_called_what_it_is(history, kept):
    kept.reviews = dict.fromkeys("ac", NORMAL)
    review_all(history, kept, "abc")
    assert history.undo_text == "Undo label of b.png"
    review_all(history, kept, "abc")
    history.undo()
    assert not history.can_undo, "saying the same of all again is no step"
    review_all(history, kept, "a", PNEUMONIA)
    assert history.undo_text == "Undo label of a.png"


def test_it_is_told_once_and_the_first_scan_is_named(history, kept):
    told, named = [], []
    history.changed.connect(lambda: told.append(history.can_undo))
    history.revisited.connect(named.append)
    review_all(history, kept, "abc")
    assert told == [True]
    history.undo()
    assert named == ["a"]


def test_those_before_a_failure_can_be_undone(history, kept):
    def put(key, review):
        if key == "c":
            raise OSError("full")
        kept.put(key, review)

    def review_three():
        with history.together(3):
            for key in "abc":
                history.change(key, f"{key}.png", None, NORMAL, put)

    with pytest.raises(OSError, match="full"):
        review_three()
    history.change("d", "d.png", None, NORMAL, kept.put)
    history.undo()
    history.undo()
    assert kept.reviews == dict.fromkeys("abd", None)
    assert not history.can_undo


def test_steps_together_outlive_the_garbage_collector(history, kept):
    for number in range(100):
        review_all(history, kept, [f"{number}-{each}" for each in "abc"])
    gc.collect()
    while history.can_undo:
        history.undo()
    assert set(kept.reviews.values()) == {None}
