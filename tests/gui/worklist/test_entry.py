from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath

import cv2
import numpy as np
import pytest

from core.imaging.scan import Scan, Window
from core.reading.finding import Found
from core.reading.folder import Outcome
from core.reading.gate import Verdict
from core.reading.reader import Reading
from core.review import Review
from gui.worklist.entry import THUMBNAIL, Answer, Entry, ReadAsDisplayed, answer_of, thumbnail
from tests.pictures import radiograph

FOUND = Found(Path("/scans/deep/scan.png"), PurePath("deep/scan.png"))
READING = Reading(0.7, "PNEUMONIA", 0.5, np.zeros((2, 2), np.float32), Verdict(), "model", "engine", 5.0)
SCAN = Scan(radiograph(0, size=(300, 200)).astype(np.float32) / 255, notes=("a note",))


def test_an_entry_is_called_like_its_file():
    assert Entry(FOUND).name == "scan.png"
    assert Entry(FOUND).folder == str(Path("/scans/deep"))


def test_a_pasted_picture_is_in_no_folder():
    pasted = Found(Path("Pasted picture 1"), PurePath("Pasted picture 1"), b"content")
    assert (Entry(pasted).name, Entry(pasted).folder) == ("Pasted picture 1", "")


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (96, 96), (40, 64), (2000, 32), (32, 2000)])
def test_a_thumbnail_keeps_the_shape_and_has_one_size(size):
    small = thumbnail(Scan(np.zeros(size, np.float32)))
    assert small.dtype == np.uint8
    assert max(small.shape) == THUMBNAIL
    assert small.shape == pytest.approx([max(side * THUMBNAIL / max(size), 1) for side in size], abs=0.51)


def test_a_thumbnail_looks_like_the_scan():
    """As Pillow, say, would make it smaller: here the mean of each block of 4 × 4 pixels."""
    pixels = radiograph(2, size=(4 * THUMBNAIL, 4 * 60)).astype(np.float32) / 255
    blocks = pixels.reshape(THUMBNAIL, 4, 60, 4).mean((1, 3))
    np.testing.assert_allclose(thumbnail(Scan(pixels)), 255 * blocks, atol=0.51)


def test_a_thumbnail_has_the_files_own_window():
    level = np.full((200, 200), 0.4, np.float32)
    assert set(thumbnail(Scan(level, window=Window(0.3, 0.5))).ravel()) <= {127, 128}


def test_a_thumbnail_holds_on_to_nothing_of_the_scan():
    small = thumbnail(Scan(np.zeros((THUMBNAIL, THUMBNAIL), np.float32)))
    assert small.base is None
    assert small.flags.c_contiguous, "Qt paints it without a copy"


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        (Outcome(FOUND, "ok", "abc", "", SCAN, READING), "ok", ""),
        (Outcome(FOUND, "rejected", "abc", "blank picture", SCAN, READING), "rejected", "blank picture"),
        (Outcome(FOUND, "failed", "", "scan.png is empty"), "failed", "scan.png is empty"),
    ],
    ids=["ok", "rejected", "failed"],
)
def test_an_answer_says_what_became_of_the_file(outcome, status, reason):
    answer = answer_of(outcome)
    assert answer.found is FOUND
    assert (answer.status, answer.reason) == (status, reason)
    assert answer.reading is outcome.reading


def test_an_answer_brings_notes_and_thumbnail_of_what_was_decoded():
    answer = answer_of(Outcome(FOUND, "ok", "abc", "", SCAN, READING))
    assert answer.notes == ("a note",)
    np.testing.assert_array_equal(
        answer.thumbnail, np.rint(255 * cv2.resize(SCAN.pixels, (64, 96), interpolation=cv2.INTER_AREA))
    )


def test_an_answer_says_which_file_it_was():
    answer = answer_of(Outcome(FOUND, "ok", "abc", "", SCAN, READING, size=12, modified=34))
    assert (answer.sha256, answer.size, answer.modified) == ("abc", 12, 34)


@pytest.mark.parametrize(
    ("verdict", "status", "reason"),
    [
        (Verdict(), "ok", ""),
        (Verdict(("blank picture", "colour picture")), "rejected", "blank picture; colour picture"),
    ],
    ids=["accepted", "rejected"],
)
def test_what_was_known_already_counts_as_read(verdict, status, reason):
    answer = answer_of(Outcome(FOUND, "known", "abc", reading=replace(READING, verdict=verdict)))
    assert (answer.status, answer.reason, answer.sha256) == (status, reason, "abc")


def test_what_was_not_decoded_has_no_thumbnail():
    assert answer_of(Outcome(FOUND, "failed", "", "scan.png is empty")).thumbnail is None


def test_an_entry_takes_what_an_answer_says():
    entry = Entry(FOUND, "reading")
    entry.take(answer_of(Outcome(FOUND, "rejected", "abc", "blank picture", SCAN, READING)))
    assert (entry.status, entry.reason, entry.notes) == ("rejected", "blank picture", ("a note",))
    assert entry.sha256 == "abc"
    assert (entry.stored.probability, entry.stored.label) == (0.7, "PNEUMONIA")


def test_an_entry_keeps_no_map():
    """Of a hundred thousand scans they are in the store."""
    entry = Entry(FOUND)
    entry.take(Answer(FOUND, "ok", reading=READING))
    assert READING.has_map
    assert not entry.stored.has_map


def test_a_failure_takes_the_place_of_an_earlier_reading():
    entry = Entry(FOUND, stored=READING, sha256="abc")
    entry.take(answer_of(Outcome(FOUND, "failed", "", "gone")))
    assert entry.reading is None
    assert entry.sha256 == "abc", "what was reviewed is still found"


@pytest.mark.parametrize("status", ["unread", "waiting", "reading", "failed"])
def test_a_reading_stands_only_while_it_is_not_made_anew(status):
    entry = Entry(FOUND, "ok", stored=READING)
    assert entry.settled is READING
    entry.status = status
    assert entry.settled is None


@pytest.mark.parametrize(
    ("stored", "review", "agrees"),
    [
        (READING, Review("PNEUMONIA"), True),
        (READING, Review("NORMAL"), False),
        (READING, Review("", "only a note"), None),
        (READING, None, None),
        (None, Review("NORMAL"), None),
    ],
)
def test_a_review_agrees_with_the_reading_or_does_not(stored, review, agrees):
    assert Entry(FOUND, "ok", stored=stored, review=review).agrees is agrees


@pytest.mark.parametrize(
    ("review", "is_reviewed"),
    [(None, False), (Review("", "only a note"), False), (Review("NORMAL"), True)],
)
def test_a_note_alone_is_no_review(review, is_reviewed):
    assert Entry(FOUND, review=review).is_reviewed is is_reviewed


def test_the_reading_as_displayed_stands_before_the_other():
    other = replace(READING, probability=0.2)
    entry = Entry(FOUND, "ok", stored=READING)
    assert entry.reading is READING
    entry.displayed = ReadAsDisplayed(other, "window 100, level 50")
    assert entry.reading is other
    entry.displayed = None
    assert entry.reading is READING


@pytest.mark.parametrize(("threshold", "label"), [(0.6, "PNEUMONIA"), (0.8, "NORMAL")])
def test_both_readings_are_judged_by_another_threshold(threshold, label):
    entry = Entry(FOUND, "ok", stored=READING, displayed=ReadAsDisplayed(READING, "inverted"))
    entry.at(threshold)
    for reading in (entry.stored, entry.displayed.reading):
        assert (reading.label, reading.threshold, reading.probability) == (label, threshold, 0.7)
    assert entry.displayed.description == "inverted"


def test_an_unread_entry_has_no_threshold_to_move():
    entry = Entry(FOUND)
    entry.at(0.2)
    assert entry.reading is None
