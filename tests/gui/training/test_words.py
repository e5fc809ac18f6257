"""What is found and done, in words."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from core.datasets.dataset import SPLITS, Sample
from core.datasets.inspected import Inspection, Remark, RemarkKind
from core.learning.recipe import PRESETS
from core.learning.watching import Ending, Position
from gui.errors import Problem
from gui.training import words
from gui.training.presets import OFFERED, advice, preset_words
from gui.training.remark_words import told

KINDS = get_args(RemarkKind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 1234])
@pytest.mark.parametrize("fatal", [False, True])
def test_every_remark_is_two_sentences(kind, count, fatal):
    said = told(Remark(kind, "ward", count, fatal, "NORMAL"))
    for sentence in (said.found, said.done):
        assert not sentence[0].islower()
        assert sentence.endswith(".")
        assert "{" not in sentence
    assert said.kind in ("info", "warning", "error")


def test_what_is_fatal_looks_so():
    assert told(Remark("few-patients", "ward", 2, fatal=True)).kind == "error"
    assert told(Remark("missing-class", "all", fatal=True, about="NORMAL")).kind == "error"
    assert told(Remark("missing-class", "ward", about="NORMAL")).kind == "warning"


def test_one_and_many_are_told_apart():
    assert told(Remark("unreadable", "ward", 1)).found.startswith("One file")
    assert told(Remark("unreadable", "ward", 2)).found.startswith("2 files")
    assert told(Remark("unreadable", "ward", 1)).done != told(Remark("unreadable", "ward", 2)).done


def test_bad_labels_are_named():
    assert "cyst (2), maybe (1)" in told(Remark("bad-label", "ward", 3, about="cyst (2), maybe (1)")).found


def test_a_part_that_lacks_a_class_is_told_from_a_fatal_lack():
    tested = told(Remark("missing-class", "ward", about="NORMAL (test)"))
    checked = told(Remark("missing-class", "", fatal=True, about="NORMAL (val)"))
    assert (tested.kind, checked.kind) == ("warning", "error")
    assert "to test on" in tested.found
    assert "to check itself on" in checked.found


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "a few seconds"),
        (9, "a few seconds"),
        (41, "about 40 seconds"),
        (58, "about a minute"),
        (89, "about a minute"),
        (200, "about 3 minutes"),
        (1300, "about 20 minutes"),
        (3500, "about an hour"),
        (2 * 3600, "about 2 hours"),
        (9000, "about 2.5 hours"),
        (20 * 3600, "about 20 hours"),
        (40 * 3600, "about 2 days"),
        (73 * 3600, "about 4 days"),
    ],
)
def test_a_length_of_time_is_rounded_as_a_person_would(seconds, text):
    assert words.about_time(seconds) == text


def test_lengths_of_time_never_say_zero_or_sixty():
    for seconds in range(0, 8 * 3600, 7):
        said = words.about_time(seconds).split()
        assert "0" not in said
        assert "60" not in said


@pytest.mark.parametrize("ending", get_args(Ending))
def test_every_ending_is_a_sentence(ending):
    said = words.ending_line(ending, 3, 7)
    assert said.endswith(".")
    assert "{" not in said


def test_what_a_run_does_is_said():
    said = {stage: words.stage_line(Position(stage, 2, 9)) for stage in ("loading", "features", "finishing")}
    assert len(set(said.values())) == 3
    assert words.stage_line(Position("epochs", 2, 9)) == "Epoch 2 of 9"
    assert words.time_left(None) != words.time_left(0)


def test_a_summary_counts_what_is_used():
    samples = [Sample(Path(f"{n}.png"), n % 2, "ward", SPLITS[n % 3], str(n)) for n in range(120)]
    said = words.summary(Inspection((), tuple(samples)))
    assert said == "It learns from 40 scans and checks itself on 40."
    assert "little" in words.summary(Inspection((), tuple(samples[:30])))
    assert "nothing" in words.summary(Inspection((), ()))


def test_a_problem_is_said_with_what_to_do():
    assert (
        words.problem_line(Problem("no such folder", "choose another")) == "No such folder. Choose another."
    )
    assert words.problem_line(Problem("no such folder")) == "No such folder."


def test_every_preset_on_offer_is_there_and_in_words():
    assert set(OFFERED) <= set(PRESETS)
    for preset in OFFERED:
        said = preset_words(preset)
        assert said.title.count("&") == 1
        assert said.does.endswith(".")
        assert said.when.endswith(".")


def test_few_scans_for_the_whole_network_are_advised_against():
    assert "40" in advice(freezes_backbone=False, of_rarer_class=40)
    assert advice(freezes_backbone=True, of_rarer_class=40) == ""
    assert advice(freezes_backbone=False, of_rarer_class=2000) == ""
