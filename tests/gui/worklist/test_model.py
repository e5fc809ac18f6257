from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path, PurePath

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from core.reading.finding import Found
from core.review import Agreement, Review
from gui.worklist.entry import Entry
from gui.worklist.filter import Filter
from gui.worklist.model import WorklistModel
from gui.worklist.order import COLUMNS, Order
from gui.worklist.rows import ENTRY_ROLE
from tests.gui.worklist.scans import fail, found, founds, pasted, read, stems

DISPLAY, TOOL_TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole
DESCRIPTION = Qt.ItemDataRole.AccessibleDescriptionRole


def names(model: WorklistModel) -> str:
    """As the rows say it."""
    return "".join(Path(model.index(row, 0).data(DISPLAY)).stem for row in range(model.rowCount()))


@pytest.fixture
def model(qapp) -> Iterable[WorklistModel]:
    """A model that Qt's own tester watches: it ends the process where a rule of models is broken."""
    made = WorklistModel()
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    tester.deleteLater()


@pytest.fixture
def filled(model) -> WorklistModel:
    model.add(founds("abcde"))
    return model


def named(model: WorklistModel, name: str) -> Entry:
    return model.entry_of(found(f"{name}.png"))


def give(model: WorklistModel, **probabilities: float) -> None:
    """Readings by name, and say so."""
    for name, probability in probabilities.items():
        model.tell(read(named(model, name), probability))


def test_it_begins_empty(model):
    assert model.rowCount() == 0
    assert list(model.entries) == []
    assert list(model.shown) == []


def test_scans_stand_in_the_order_they_came(filled):
    filled.add(founds("fg"))
    assert names(filled) == "abcdefg"
    assert [entry.found for entry in filled.entries] == founds("abcdefg")
    assert list(filled.shown) == list(filled.entries)


def test_what_is_new_is_handed_back(filled):
    fresh = filled.add(founds("axbyb"))
    assert [entry.found for entry in fresh] == founds("xy")
    assert list(filled.entries[-2:]) == fresh


def test_each_file_is_there_once(filled):
    filled.add(founds("edcba"))
    filled.add(founds("ff"))
    assert names(filled) == "abcdef"


def test_a_file_is_the_same_from_whichever_folder_it_was_found(filled):
    again = Found(Path("/scans/a.png"), PurePath("scans/a.png"))
    assert filled.add([again]) == []
    assert filled.entry_of(again) is filled.entries[0]


def test_every_pasted_picture_is_another(filled):
    one, other = filled.add([pasted("Pasted 1"), pasted("Pasted 2")])
    assert filled.entry_of(one.found) is one
    assert filled.entry_of(other.found) is other
    filled.remove([one])
    assert filled.entry_of(one.found) is None


def test_entries_that_are_known_already_are_added_as_they_are(filled):
    known = [read(Entry(each), 0.9) for each in founds("xa")]
    assert filled.add_entries(known) == known[:1]
    assert names(filled) == "abcdex"
    assert filled.counts() == {"idle": 5, "pneumonia": 1}


def test_adding_nothing_new_tells_nothing(filled):
    told = QSignalSpy(filled.rowsInserted)
    filled.add(founds("ab"))
    filled.add([])
    assert told.count() == 0


def test_an_entry_knows_its_row_and_a_file_its_entry(filled):
    for row, each in enumerate(founds("abcde")):
        entry = filled.entry_of(each)
        assert entry is filled.entries[row]
        assert filled.row_of(entry) == row


@pytest.mark.parametrize(
    ("gone", "left"), [("a", "bcde"), ("c", "abde"), ("e", "abcd"), ("abcde", ""), ("db", "ace")]
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_removed_scan_is_gone_and_the_others_stay(filled, gone, left, at_once):
    entries = [named(filled, name) for name in gone]
    for some in [entries] if at_once else [[each] for each in entries]:
        filled.remove(some)
    assert names(filled) == left == stems(filled.entries)
    for row, each in enumerate(founds(left)):
        assert filled.row_of(filled.entry_of(each)) == row
    assert all(named(filled, name) is None for name in gone)


def test_what_is_not_in_the_list_has_no_row_and_can_be_removed_again(filled):
    entry = filled.entries[0]
    filled.remove([entry])
    filled.remove([entry])
    assert filled.row_of(entry) == -1
    assert filled.counts() == {"idle": 4}


def test_a_removed_scan_may_come_again(filled):
    filled.remove([filled.entries[1]])
    assert len(filled.add(founds("b"))) == 1
    assert names(filled) == "acdeb"


def test_clearing_leaves_nothing(filled):
    entry = filled.entries[0]
    filled.clear()
    assert filled.rowCount() == 0
    assert filled.row_of(entry) == -1
    assert filled.entry_of(entry.found) is None
    assert filled.counts() == {}
    filled.add(founds("ab"))
    assert names(filled) == "ab"


def test_a_change_is_told_of_its_row(filled):
    told = QSignalSpy(filled.dataChanged)
    filled.tell(filled.entries[3])
    [first, last, *_] = told.at(0)
    assert (told.count(), first.row(), last.row()) == (1, 3, 3)
    assert (first.column(), last.column()) == (0, len(COLUMNS) - 1)


def test_a_change_of_what_was_removed_is_not_told(filled):
    entry = filled.entries[0]
    filled.remove([entry])
    told = QSignalSpy(filled.dataChanged)
    filled.tell(entry)
    assert told.count() == 0
    assert filled.counts() == {"idle": 4}


def test_a_change_of_all_is_told_at_once(filled):
    told = QSignalSpy(filled.dataChanged)
    filled.tell_all()
    [first, last, *_] = told.at(0)
    assert (told.count(), first.row(), last.row()) == (1, 0, 4)


# What the rows say


def test_a_row_gives_its_entry_name_and_place(filled):
    index = filled.index(2, 0)
    assert index.data(ENTRY_ROLE) is filled.entries[2]
    assert index.data(DISPLAY) == "c.png"
    assert index.data(TOOL_TIP) == str(Path("/scans/c.png"))
    assert index.data(Qt.ItemDataRole.CheckStateRole) is None


def test_every_column_has_its_words(filled):
    entry = filled.entries[1]
    read(entry, 0.93).review = Review("NORMAL", "look <here>")
    said = {column: filled.index(1, at).data(DISPLAY) for at, column in enumerate(COLUMNS)}
    assert said == {
        "scan": "b.png",
        "label": "PNEUMONIA",
        "probability": "93%",
        "confidence": "93%",
        "status": "Read",
        "review": "Corrected to NORMAL",
        "folder": str(Path("/scans")),
    }
    assert "look &lt;here&gt;" in filled.index(1, COLUMNS.index("review")).data(TOOL_TIP)


def test_a_failed_scan_is_one_row_with_its_reason(filled):
    fail(filled.entries[1], "b.png is empty")
    assert filled.index(1, COLUMNS.index("status")).data(DISPLAY) == "Failed"
    assert filled.index(1, COLUMNS.index("status")).data(TOOL_TIP) == "b.png is empty"
    assert filled.index(1, COLUMNS.index("probability")).data(DISPLAY) == ""
    assert filled.index(1, 0).data(DESCRIPTION) == "empty"


def test_columns_have_titles_and_say_which_end_is_wanted_first(model):
    horizontal, order = Qt.Orientation.Horizontal, Qt.ItemDataRole.InitialSortOrderRole
    titles = [model.headerData(at, horizontal, DISPLAY) for at in range(model.columnCount())]
    assert titles == ["Scan", "Label", "Probability", "Confidence", "Status", "Review", "Folder"]
    assert model.headerData(0, horizontal, order) == Qt.SortOrder.AscendingOrder
    assert model.headerData(2, horizontal, order) == Qt.SortOrder.DescendingOrder
    assert model.headerData(9, horizontal, DISPLAY) is None
    assert model.headerData(0, Qt.Orientation.Vertical, DISPLAY) is None


def test_a_pasted_picture_has_no_place_to_tell(model):
    model.add([pasted("Pasted picture 1")])
    assert model.index(0, 0).data(TOOL_TIP) == "Pasted picture 1"


def test_rows_have_no_rows_of_their_own(filled):
    assert filled.rowCount(filled.index(0, 0)) == 0
    assert filled.columnCount(filled.index(0, 0)) == 0
    assert filled.data(QModelIndex()) is None


def test_those_who_cannot_see_the_list_hear_what_is_known_of_a_scan(filled):
    entry = filled.entries[0]
    assert filled.index(0, 0).data(DESCRIPTION) == "not read"
    read(entry, 0.93).review = Review("NORMAL", "why")
    words = "PNEUMONIA   93%, your review: corrected to NORMAL, with a note"
    assert filled.index(0, 0).data(DESCRIPTION) == words
    assert filled.index(0, 1).data(DESCRIPTION) is None


def test_a_tooltip_is_never_taken_for_markup(model):
    model.add([Found(Path("<b>bold</b>.png"), PurePath("<b>bold</b>.png"))])
    assert "&lt;b&gt;" in model.index(0, 0).data(TOOL_TIP)


# Sorting


def test_most_likely_first_and_back(filled):
    give(filled, a=0.2, b=0.9, d=0.5)
    filled.sort_by("probability", descending=True)
    assert names(filled) == "bdace"
    assert stems(filled.entries) == "abcde"
    assert [filled.row_of(entry) for entry in filled.entries] == [2, 0, 3, 1, 4]
    filled.sort_by("")
    assert names(filled) == "abcde"


def test_a_new_order_is_told_once(filled):
    told = QSignalSpy(filled.order_changed)
    for _ in range(2):
        filled.sort_by("scan", descending=True)
    assert told.count() == 1
    assert filled.order == Order("scan", descending=True)


def test_there_is_no_order_by_what_is_no_column(filled):
    with pytest.raises(ValueError, match="no column 'size'"):
        filled.sort_by("size")


def test_new_scans_come_to_their_places(filled):
    filled.sort_by("scan", descending=True)
    fresh = filled.add(founds("ca0z"))
    assert names(filled) == "zedcba0"
    assert stems(fresh) == "0z"


def test_what_is_held_by_its_index_is_found_after_sorting(filled):
    held = {entry: QPersistentModelIndex(filled.index(row, 2)) for row, entry in enumerate(filled.entries)}
    give(filled, a=0.2, b=0.9, d=0.5)
    filled.sort_by("probability", descending=True)
    assert {entry: index.row() for entry, index in held.items()} == dict(
        zip(filled.shown, range(5), strict=True)
    )
    assert {index.column() for index in held.values()} == {2}


def test_readings_that_come_move_their_scans_a_little_later(filled, qtbot):
    filled.sort_by("probability", descending=True)
    give(filled, c=0.4)
    assert names(filled) == "abcde", "not under the mouse of who is about to click"
    give(filled, d=0.6)
    qtbot.waitUntil(lambda: names(filled) == "dcabe")


def test_readings_that_come_move_nothing_in_an_order_of_names(filled, qtbot):
    moved = QSignalSpy(filled.rearranging)
    filled.sort_by("scan")
    give(filled, c=0.4)
    filled.arrange_changed()
    assert moved.count() == 0


def test_a_change_of_all_sorts_all(filled):
    filled.sort_by("probability", descending=True)
    for entry, probability in zip(filled.entries, (0.1, 0.5, 0.2, 0.9, 0.3), strict=True):
        read(entry, probability)
    filled.tell_all()
    filled.arrange_changed()
    assert names(filled) == "dbeca"


# Filtering


def test_only_those_that_pass_are_shown(filled):
    give(filled, a=0.2, b=0.9, d=0.8)
    filled.set_filter(Filter(label="PNEUMONIA"))
    assert names(filled) == "bd"
    assert stems(filled.entries) == "abcde"
    assert [filled.row_of(entry) for entry in filled.entries] == [-1, 0, -1, 1, -1]
    filled.set_filter(Filter())
    assert names(filled) == "abcde"


def test_a_new_filter_is_told_once(filled):
    told = QSignalSpy(filled.filter_changed)
    for _ in range(2):
        filled.set_filter(Filter("b"))
    assert told.count() == 1
    assert filled.filter == Filter("b")


def test_what_comes_is_filtered(filled):
    filled.set_filter(Filter("x"))
    filled.add(founds(["ax", "bx", "by"]))
    assert names(filled) == "axbx"
    assert len(filled.entries) == 8


def test_words_in_the_folder_of_all_scans_find_none(filled):
    filled.set_filter(Filter("scans"))
    assert names(filled) == ""
    filled.add([Found(Path("/other/f.png"), PurePath("f.png"))])
    assert names(filled) == "abcde", "now there is another folder"


def test_one_scan_is_found_by_its_name(model):
    model.add(founds("a"))
    model.set_filter(Filter("a"))
    assert names(model) == "a"


def test_what_does_not_pass_any_more_goes_a_little_later(filled, qtbot):
    filled.set_filter(Filter(review="unreviewed"))
    named(filled, "b").review = Review("NORMAL")
    filled.tell(named(filled, "b"))
    assert names(filled) == "abcde"
    qtbot.waitUntil(lambda: names(filled) == "acde")


def test_what_passes_now_comes_to_its_place(filled):
    filled.set_filter(Filter(label="NORMAL"))
    filled.sort_by("probability")
    give(filled, a=0.3, b=0.1, c=0.9, e=0.2)
    filled.arrange_changed()
    assert names(filled) == "bea"


def test_the_scan_that_is_looked_at_stays_until_another_is(filled):
    filled.set_filter(Filter(review="unreviewed"))
    b = named(filled, "b")
    filled.pin(b)
    b.review = Review("NORMAL")
    filled.tell(b)
    filled.arrange_changed()
    assert names(filled) == "abcde"
    filled.pin(named(filled, "c"))
    filled.arrange_changed()
    assert names(filled) == "acde"


def test_a_new_filter_hides_the_scan_that_is_looked_at(filled):
    filled.pin(named(filled, "b"))
    filled.set_filter(Filter("c"))
    assert names(filled) == "c"
    filled.pin(named(filled, "b"))
    filled.arrange_changed()
    assert names(filled) == "c", "what is not shown is not brought back"


def test_the_band_decides_what_is_shown_as_not_sure(filled):
    filled.band = 0.1
    give(filled, a=0.55, b=0.7)
    filled.set_filter(Filter(unsure_only=True))
    assert names(filled) == "a"
    filled.band = 0.3
    filled.arrange_changed()
    assert names(filled) == "ab"
    assert filled.counts() == {"unsure": 2, "idle": 3}


# Going on


def test_the_next_unreviewed_is_the_next_row_that_is(filled):
    give(filled, a=0.1, b=0.9, c=0.5, d=0.7, e=0.3)
    filled.sort_by("probability", descending=True)
    assert names(filled) == "bdcea"
    for name in "dc":
        named(filled, name).review = Review("NORMAL")
    assert filled.next_unreviewed(named(filled, "b")) is named(filled, "e")
    assert filled.next_unreviewed(named(filled, "a")) is named(filled, "b"), "and round"
    assert filled.next_unreviewed(None) is named(filled, "b")


def test_failed_and_hidden_scans_are_not_next(filled):
    fail(named(filled, "b"))
    filled.set_filter(Filter(status="unread"))
    named(filled, "d").review = Review("", "only a note")
    assert names(filled) == "acde"
    assert filled.next_unreviewed(named(filled, "a")) is named(filled, "c")
    assert filled.next_unreviewed(named(filled, "c")) is named(filled, "d")


def test_where_all_the_others_are_reviewed_there_is_no_next(filled):
    for entry in filled.entries[1:]:
        entry.review = Review("NORMAL")
    assert filled.next_unreviewed(filled.entries[0]) is None
    assert filled.next_unreviewed(filled.entries[3]) is filled.entries[0]


# Counts


def test_counts_follow_what_is_told(filled):
    assert filled.counts() == {"idle": 5}
    give(filled, a=0.9, b=0.9, c=0.1)
    filled.tell(fail(named(filled, "b")))
    assert filled.counts() == {"pneumonia": 1, "failed": 1, "normal": 1, "idle": 2}


def test_counts_follow_a_change_of_all(filled):
    for entry in filled.entries:
        read(entry, 0.9)
    filled.tell_all()
    filled.tell(fail(filled.entries[0]))
    assert filled.counts() == {"pneumonia": 4, "failed": 1}


def test_agreement_is_of_all_scans_shown_or_not(filled):
    give(filled, a=0.9, b=0.9, c=0.1)
    for name, label in (("a", "PNEUMONIA"), ("b", "NORMAL"), ("d", "NORMAL")):
        named(filled, name).review = Review(label)
        filled.tell(named(filled, name))
    filled.set_filter(Filter("c"))
    assert filled.agreement() == Agreement(tp=1, fp=1)
    assert filled.reviewed == 3


# All of it


@pytest.mark.parametrize("number", [20, 60])
def test_changes_of_every_kind_follow_each_other(model, number):
    """The tester looks at each; in the end all stand as if they had been sorted and filtered at once."""
    dice = random.Random(number)
    for step in range(60):
        entries = list(model.entries)
        kind = dice.randrange(7)
        if kind == 0 or not entries:
            model.add(founds(dice.sample(range(10 * number), number // 3)))
        elif kind == 1:
            model.remove(dice.sample(entries, min(len(entries), dice.choice((1, 3, number // 4)))))
        elif kind == 2:
            model.sort_by(dice.choice(("", *COLUMNS)), dice.random() < 0.5)
        elif kind == 3:
            model.set_filter(dice.choice((Filter(), Filter("1"), Filter(label="NORMAL"), Filter("nothing"))))
        elif kind == 4:
            for entry in dice.sample(entries, min(len(entries), dice.choice((1, 30)))):
                model.tell(read(entry, dice.random()))
        elif kind == 5:
            model.pin(dice.choice(entries))
        elif step % 20 == 0:
            model.clear()
        else:
            model.tell_all()
        if dice.random() < 0.7:
            model.arrange_changed()
    model.pin(None)
    model.tell_all()
    model.arrange_changed()
    test = model.filter.test(model.band, len("/scans/"))
    assert list(model.shown) == model.order.arranged(filter(test, model.entries))
    assert [model.row_of(entry) for entry in model.shown] == list(range(model.rowCount()))
    assert sum(model.counts().values()) == len(model.entries)
