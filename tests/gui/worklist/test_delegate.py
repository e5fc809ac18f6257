"""How a row of the worklist looks: that each state looks different, and that everything has its place."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from core.review import Review
from core.settings import Settings
from gui.preferences import Preferences
from gui.worklist.delegate import WorklistDelegate
from gui.worklist.entry import Entry, ReadAsDisplayed
from gui.worklist.model import WorklistModel
from gui.worklist.order import COLUMNS
from gui.worklist.table import WorklistTable
from gui.worklist.thumbnails import Thumbnails
from tests.gui.worklist.scans import entry, read, reading


class Stage:
    """A table that shows what it is given."""

    def __init__(self, theme, lane, qtbot) -> None:
        self.thumbnails = Thumbnails(lane)
        self.model = WorklistModel()
        self.delegate = WorklistDelegate(theme, Preferences(Settings(), keep=False), self.thumbnails)
        self.view = WorklistTable(self.model, self.delegate)
        self.view.resize(300, 900)
        qtbot.addWidget(self.view)
        self.show_columns("scan")
        self.view.show()

    def show_columns(self, *columns: str, width: int = 300) -> None:
        self.delegate.columns = frozenset(columns)
        for section, column in enumerate(COLUMNS):
            self.view.setColumnHidden(section, column not in columns)
            self.view.setColumnWidth(section, width)

    def painted(self, *entries: Entry, column: str = "scan") -> list[np.ndarray]:
        """A cell for each: uint8 [h, w, 3]."""
        self.model.clear()
        self.model.add_entries(entries)
        image = self.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
        section = COLUMNS.index(column)
        boxes = [self.view.visualRect(self.model.index(row, section)) for row in range(len(entries))]
        return [pixels[box.top() : box.bottom() + 1, box.left() : box.right() + 1] for box in boxes]


@pytest.fixture
def stage(dark, lane, qtbot) -> Stage:
    return Stage(dark, lane, qtbot)


def states() -> dict[str, Entry]:
    return {
        "idle": entry("waiting", name="0.png"),
        "pneumonia": entry("ok", reading(0.9), name="1.png"),
        "normal": entry("ok", reading(0.1), name="2.png"),
        "unsure": entry("ok", reading(0.5), name="3.png"),
        "rejected": entry("rejected", reading(0.9, reasons=("blank picture",)), name="4.png"),
        "failed": entry("failed", None, "4.png is empty", name="5.png"),
    }


def ink(cell: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Where something is drawn: bool [h, w]."""
    return np.abs(cell.astype(int) - background).max(axis=2) > 60


def mark(row: np.ndarray) -> np.ndarray:
    """What stands between the thumbnail and the words of the second line."""
    return ink(row[row.shape[0] // 2 : -6, 60:76], row[2, 80])


def sign(row: np.ndarray) -> np.ndarray:
    """What stands at the right end of the second line."""
    return ink(row[row.shape[0] // 2 : -6, -20:], row[2, 80])


def test_marks_are_told_apart_by_their_shape(stage):
    marks = dict(zip(states(), map(mark, stage.painted(*states().values())), strict=True))
    assert all(each.any() for each in marks.values())
    for one, other in combinations(marks, 2):
        assert (marks[one] ^ marks[other]).sum() >= 8, f"{one} looks like {other}"


def test_reviews_are_told_apart_by_their_shape(stage):
    said = [None, Review("PNEUMONIA"), Review("NORMAL"), Review("", "a note")]
    entries = [read(entry("ok", name=f"{n}.png"), 0.9) for n in range(4)] + [entry("unread", name="4.png")]
    for each, review in zip(entries, [*said, Review("NORMAL")], strict=True):
        each.review = review
    none, *signs = map(sign, stage.painted(*entries))
    assert not none.any()
    for one, other in combinations(signs, 2):
        assert (one ^ other).sum() >= 8


def test_a_reading_as_displayed_is_marked(stage):
    plain, seen = (entry("ok", reading(0.9), name=f"{n}.png") for n in range(2))
    seen.displayed = ReadAsDisplayed(reading(0.9), "inverted")
    without, with_sign = map(sign, stage.painted(plain, seen))
    assert not without.any()
    assert with_sign.any()


def test_words_have_the_colour_of_the_verdict(stage, dark):
    for name, row in zip(states(), stage.painted(*states().values()), strict=True):
        colour = dark.colour(f"verdict_{name}")
        wanted = np.array([colour.red(), colour.green(), colour.blue()])
        words = row[row.shape[0] // 2 :, 76:].reshape(-1, 3).astype(int)
        assert np.abs(words - wanted).sum(axis=1).min() < 60, name


def test_another_theme_has_other_colours(stage, dark):
    [before] = stage.painted(states()["pneumonia"])
    dark.apply("light")
    [after] = stage.painted(states()["pneumonia"])
    assert before[2, 200].max() < 80
    assert after[2, 200].min() > 180


def with_thumbnail(stage: Stage, grey: np.ndarray) -> Entry:
    of = states()["normal"]
    stage.thumbnails.put(of.found, grey)
    return of


def test_the_thumbnail_is_painted_as_large_as_its_square(stage):
    [row] = stage.painted(with_thumbnail(stage, np.full((96, 96), 200, np.uint8)))
    height = row.shape[0]
    square = row[height // 2 - 18 : height // 2 + 18, 12:48]
    assert (np.abs(square.astype(int) - 200) <= 1).all()


def test_a_narrow_thumbnail_is_not_stretched(stage):
    [row] = stage.painted(with_thumbnail(stage, np.full((96, 24), 200, np.uint8)))
    line = row[row.shape[0] // 2, 8:52, 0]
    assert (line > 150).sum() == pytest.approx(44 * 24 / 96, abs=2)
    assert line[0] < 30
    assert line[-1] < 30, "near black beside it"


@pytest.mark.parametrize("size", [(8, 96), (96, 8), (96, 37), (1, 1)])
def test_any_thumbnail_can_be_painted(stage, size):
    [row] = stage.painted(with_thumbnail(stage, np.full(size, 255, np.uint8)))
    assert row[:, :52].max() > 100


def test_only_what_is_painted_and_not_failed_is_asked_for(stage, monkeypatch):
    asked = set()
    monkeypatch.setattr(stage.thumbnails, "image", lambda found: asked.add(found.name))
    stage.painted(*states().values(), *(entry("waiting", name=f"{n}.png") for n in range(10, 500)))
    assert {"0.png", "4.png", "10.png"} <= asked
    assert "5.png" not in asked
    assert len(asked) < 25


@pytest.mark.parametrize("name", ["", "a" * 400 + ".png", "«ä» & <b>bold</b> 胸部.png"])
@pytest.mark.parametrize("width", [20, 90, 300])
def test_any_name_fits_its_row(stage, name, width):
    stage.show_columns("scan", width=width)
    [row] = stage.painted(entry("failed", None, "a reason " * 50, name=name or "x"))
    assert row.shape[0] < 120


def test_names_and_words_stay_beside_the_thumbnail(stage):
    [plain] = stage.painted(entry("ok", reading(0.9), name="x.png"))
    [long] = stage.painted(entry("failed", None, "a reason " * 50, name="n" * 400 + ".png"))
    np.testing.assert_array_equal(plain[:, :52], long[:, :52])


@pytest.mark.parametrize("column", COLUMNS[1:])
def test_every_state_can_be_painted_in_every_column(stage, column):
    entries = list(states().values())
    entries[1].review = Review("NORMAL", "a note " * 40)
    stage.show_columns("scan", column, width=120)
    for width in (5, 40, 150):
        stage.view.setColumnWidth(COLUMNS.index(column), width)
        cells = stage.painted(*entries, column=column)
        assert len({cell.shape for cell in cells}) == 1


def test_the_label_has_its_mark_in_its_own_column(stage):
    stage.show_columns("scan", "label", width=140)
    marks = {}
    for name, cell in zip(states(), stage.painted(*states().values(), column="label"), strict=True):
        marks[name] = ink(cell[15:-15, 6:20], cell[2, 2])
    assert not marks["idle"].any()
    assert not marks["failed"].any()
    for one, other in combinations(("pneumonia", "normal", "unsure", "rejected"), 2):
        assert (marks[one] ^ marks[other]).sum() >= 8, f"{one} looks like {other}"


def second_line(stage: Stage, of: Entry, *columns: str) -> str:
    stage.show_columns("scan", *columns)
    return stage.delegate._second_line(of, {"ok": "pneumonia", "waiting": "idle"}.get(of.status, of.status))[
        0
    ]


def test_the_scan_says_what_the_other_columns_do_not(stage):
    of = entry("ok", reading(0.93), name="ward/x.png")
    assert second_line(stage, of) == "PNEUMONIA   93%"
    assert second_line(stage, of, "probability") == "PNEUMONIA"
    assert second_line(stage, of, "label", "probability").endswith("ward")
    assert second_line(stage, of, "label", "probability", "folder") == ""
    waiting = entry("waiting", name="ward/x.png")
    assert second_line(stage, waiting, "label") == "waiting"
    assert second_line(stage, waiting, "label", "status").endswith("ward")
    failed = entry("failed", None, "x.png is empty", name="ward/x.png")
    assert second_line(stage, failed, *COLUMNS[1:]) == "empty"


def test_the_scan_on_the_screen_is_marked(stage, dark):
    entries = [entry("waiting", name=f"{n}.png") for n in range(2)]
    stage.delegate.marked = entries[1]
    plain, marked = stage.painted(*entries)
    accent = dark.colour("accent")
    assert tuple(marked[10, 1]) == (accent.red(), accent.green(), accent.blue())
    assert tuple(plain[10, 1]) != tuple(marked[10, 1])


def test_the_whole_row_under_the_mouse_is_lit(stage, dark):
    stage.show_columns("scan", "label", width=140)
    stage.delegate.hovered = 1
    entries = [entry("waiting", name=f"{n}.png") for n in range(2)]
    hover = dark.colour("hover")
    for column in ("scan", "label"):
        plain, lit = stage.painted(*entries, column=column)
        assert tuple(lit[2, 70]) == (hover.red(), hover.green(), hover.blue())
        assert tuple(plain[2, 70]) != tuple(lit[2, 70])


def test_a_larger_font_makes_a_row_higher(stage):
    heights = []
    for size in (9.0, 30.0):
        font = stage.view.font()
        font.setPointSizeF(size)
        stage.view.setFont(font)
        heights.append(stage.painted(entry("waiting"))[0].shape[0])
        assert heights[-1] >= 2 * 0.9 * stage.view.fontMetrics().height()
    assert heights[1] > heights[0]
