"""A row of the worklist: what it says of each state, and that each looks different."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path, PurePath

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStyleOptionViewItem, QTreeView

from core.reading.folder import Found
from core.reading.gate import Verdict
from core.reading.reader import Reading
from core.settings import Settings
from gui.preferences import Preferences
from gui.worklist.delegate import WorklistDelegate
from gui.worklist.entry import Entry, ReadAsDisplayed
from gui.worklist.model import WorklistModel
from gui.worklist.verdict import aloud, state_words, verdict_of

BAND = 0.1


def reading(probability: float, threshold: float = 0.5, reasons: tuple[str, ...] = ()) -> Reading:
    label = "PNEUMONIA" if probability >= threshold else "NORMAL"
    return Reading(
        probability, label, threshold, np.zeros((2, 2), np.float32), Verdict(reasons), "model", "engine", 1.0
    )


def entry(status: str, stored: Reading | None = None, reason: str = "", name: str = "scan.png") -> Entry:
    return Entry(Found(Path("/scans", name), PurePath(name)), status, reason, stored)


REJECTED = ("does not look like a frontal chest X-ray", "colour picture")
CASES = [
    (entry("unread"), "idle", "not read"),
    (entry("waiting"), "idle", "waiting"),
    (entry("reading"), "idle", "reading…"),
    (entry("waiting", reading(0.9)), "idle", "waiting"),
    (entry("reading", reading(0.9)), "idle", "reading…"),
    (entry("unread", reading(0.9)), "idle", "not read"),
    (entry("ok"), "idle", "not read"),
    (entry("ok", reading(0.93)), "pneumonia", "PNEUMONIA   93%"),
    (entry("ok", reading(0.07)), "normal", "NORMAL   7%"),
    (entry("ok", reading(1.0)), "pneumonia", "PNEUMONIA   >99%"),
    (entry("ok", reading(0.45)), "unsure", "not sure   45%"),
    (entry("ok", reading(0.55)), "unsure", "not sure   55%"),
    (entry("ok", reading(0.65)), "pneumonia", "PNEUMONIA   65%"),
    (entry("ok", reading(0.35, 0.2)), "pneumonia", "PNEUMONIA   35%"),
    (entry("rejected", reading(0.93, reasons=REJECTED)), "rejected", "; ".join(REJECTED)),
    (entry("rejected", reading(0.5, reasons=("blank picture",))), "rejected", "blank picture"),
    (entry("failed", None, "empty"), "failed", "empty"),
    (entry("failed", reading(0.9), "gone"), "failed", "gone"),
]


def displayed(stored: Reading, seen: Reading) -> Entry:
    made = entry("ok", stored)
    made.displayed = ReadAsDisplayed(seen, "inverted")
    return made


@pytest.mark.parametrize(
    ("of", "verdict", "words"), CASES, ids=[f"{n}-{case[2]}" for n, case in enumerate(CASES)]
)
def test_every_state_has_its_verdict_and_its_words(qapp, of, verdict, words):
    assert verdict_of(of, BAND) == verdict
    assert state_words(of, verdict) == words


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


# Painting


@pytest.fixture
def view(qtbot, dark) -> QTreeView:
    made = QTreeView()
    made.setModel(WorklistModel(made))
    made.setItemDelegate(WorklistDelegate(dark, Preferences(Settings(), keep=False, parent=made), made))
    made.resize(300, 900)
    qtbot.addWidget(made)
    made.show()
    return made


def painted(view: QTreeView, *entries: Entry) -> list[np.ndarray]:
    """A row for each: uint8 [h, w, 3]."""
    model = view.model()
    model.clear()
    for each, fresh in zip(entries, model.add(each.found for each in entries), strict=True):
        for name in ("status", "reason", "stored", "displayed", "thumbnail"):
            setattr(fresh, name, getattr(each, name))
    model.tell_all()
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
    boxes = [view.visualRect(model.index(row)) for row in range(len(entries))]
    return [pixels[box.top() : box.bottom() + 1, box.left() : box.right() + 1] for box in boxes]


STATES = {
    "idle": entry("waiting", name="0.png"),
    "pneumonia": entry("ok", reading(0.9), name="1.png"),
    "normal": entry("ok", reading(0.1), name="2.png"),
    "unsure": entry("ok", reading(0.5), name="3.png"),
    "rejected": entry("rejected", reading(0.9, reasons=("blank picture",)), name="4.png"),
    "failed": entry("failed", None, "4.png is empty", name="5.png"),
}


def mark(row: np.ndarray) -> np.ndarray:
    """Where something is drawn between the thumbnail and the words of the second line: bool [h, w]."""
    part = row[row.shape[0] // 2 : -6, 60:76].astype(int)
    return np.abs(part - row[2, 80]).max(axis=2) > 60


def test_marks_are_told_apart_by_their_shape(view):
    marks = dict(zip(STATES, map(mark, painted(view, *STATES.values())), strict=True))
    assert all(each.any() for each in marks.values())
    for one, other in combinations(marks, 2):
        assert (marks[one] ^ marks[other]).sum() >= 8, f"{one} looks like {other}"


def test_words_have_the_colour_of_the_verdict(view, dark):
    for name, row in zip(STATES, painted(view, *STATES.values()), strict=True):
        colour = dark.colour(f"verdict_{name}")
        wanted = np.array([colour.red(), colour.green(), colour.blue()])
        words = row[row.shape[0] // 2 :, 76:].reshape(-1, 3).astype(int)
        assert np.abs(words - wanted).sum(axis=1).min() < 60, name


def test_the_thumbnail_is_painted_as_large_as_its_square(view):
    grey = np.full((96, 96), 200, np.uint8)
    [row] = painted(view, replace_thumbnail(grey))
    height = row.shape[0]
    square = row[height // 2 - 18 : height // 2 + 18, 12:48]
    assert (np.abs(square.astype(int) - 200) <= 1).all()


def test_a_narrow_thumbnail_is_not_stretched(view):
    [row] = painted(view, replace_thumbnail(np.full((96, 24), 200, np.uint8)))
    line = row[row.shape[0] // 2, 8:52, 0]
    assert (line > 150).sum() == pytest.approx(44 * 24 / 96, abs=2)
    assert line[0] < 30
    assert line[-1] < 30, "near black beside it"


def replace_thumbnail(thumbnail: np.ndarray) -> Entry:
    return replace(STATES["normal"], thumbnail=thumbnail)


@pytest.mark.parametrize("size", [(8, 96), (96, 8), (96, 37), (1, 1)])
def test_any_thumbnail_can_be_painted(view, size):
    [row] = painted(view, replace_thumbnail(np.full(size, 255, np.uint8)))
    assert row[:, :52].max() > 100


@pytest.mark.parametrize("name", ["", "a" * 400 + ".png", "«ä» & <b>bold</b> 胸部.png"])
@pytest.mark.parametrize("width", [20, 90, 300])
def test_any_name_fits_its_row(view, name, width):
    view.resize(width, 200)
    [row] = painted(view, entry("failed", None, "a reason " * 50, name=name or "x"))
    assert row.shape[0] < 120


def test_names_and_words_stay_beside_the_thumbnail(view):
    [plain] = painted(view, entry("ok", reading(0.9), name="x.png"))
    [long] = painted(view, entry("failed", None, "a reason " * 50, name="n" * 400 + ".png"))
    np.testing.assert_array_equal(plain[:, :52], long[:, :52])


def test_a_larger_font_makes_a_row_higher(view):
    option = QStyleOptionViewItem()
    delegate, index = view.itemDelegate(), view.model().index(0)
    heights = []
    for size in (9.0, 30.0):
        font = view.font()
        font.setPointSizeF(size)
        option.font = font
        option.fontMetrics = type(option.fontMetrics)(font)
        heights.append(delegate.sizeHint(option, index).height())
        assert heights[-1] >= 2 * 0.9 * option.fontMetrics.height()
    assert heights[1] > heights[0]
