from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path, PurePath

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from core.reading.folder import Found
from gui.worklist.model import ENTRY_ROLE, WorklistModel

DISPLAY, TOOL_TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole


def founds(names: Iterable[object]) -> list[Found]:
    return [Found(Path(f"/scans/{name}.png"), PurePath(f"{name}.png")) for name in names]


def names(model: WorklistModel) -> str:
    return "".join(Path(model.index(row).data(DISPLAY)).stem for row in range(model.rowCount()))


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


def test_it_begins_empty(model):
    assert model.rowCount() == 0
    assert list(model.entries) == []


def test_scans_stand_in_the_order_they_came(filled):
    filled.add(founds("fg"))
    assert names(filled) == "abcdefg"
    assert [entry.found for entry in filled.entries] == founds("abcdefg")


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


def test_every_pasted_picture_is_another(filled):
    pasted = [Found(Path(f"Pasted {n}"), PurePath(f"Pasted {n}"), b"content") for n in (1, 2)]
    assert len(filled.add(pasted)) == 2


def test_adding_nothing_new_tells_nothing(filled):
    told = QSignalSpy(filled.rowsInserted)
    filled.add(founds("ab"))
    filled.add([])
    assert told.count() == 0


def test_an_entry_knows_its_row_and_a_file_its_entry(filled):
    for row, found in enumerate(founds("abcde")):
        entry = filled.entry_of(found)
        assert entry is filled.entries[row]
        assert filled.row_of(entry) == row


@pytest.mark.parametrize(
    ("gone", "left"), [("a", "bcde"), ("c", "abde"), ("e", "abcd"), ("abcde", ""), ("db", "ace")]
)
def test_a_removed_scan_is_gone_and_the_others_stay(filled, gone, left):
    for found in founds(gone):
        filled.remove(filled.entry_of(found))
    assert names(filled) == left
    for row, found in enumerate(founds(left)):
        assert filled.row_of(filled.entry_of(found)) == row
    assert all(filled.entry_of(found) is None for found in founds(gone))


def test_what_is_not_in_the_list_has_no_row(filled):
    entry = filled.entries[0]
    filled.remove(entry)
    assert filled.row_of(entry) == -1


def test_a_removed_scan_may_come_again(filled):
    filled.remove(filled.entries[1])
    assert len(filled.add(founds("b"))) == 1
    assert names(filled) == "acdeb"


def test_clearing_leaves_nothing(filled):
    entry = filled.entries[0]
    filled.clear()
    assert filled.rowCount() == 0
    assert filled.row_of(entry) == -1
    assert filled.entry_of(entry.found) is None
    filled.add(founds("ab"))
    assert names(filled) == "ab"


def test_changes_of_every_kind_follow_each_other(model):
    """The tester looks at each of them."""
    for number in range(5):
        model.add(founds(range(10 * number, 10 * number + 10)))
        for entry in list(model.entries)[::3]:
            model.tell(entry)
            model.remove(entry)
        model.tell_all()
    model.clear()
    model.tell_all()
    assert model.rowCount() == 0


def test_a_change_is_told_of_its_row(filled):
    told = QSignalSpy(filled.dataChanged)
    filled.tell(filled.entries[3])
    [first, last, *_] = told.at(0)
    assert (told.count(), first.row(), last.row()) == (1, 3, 3)


def test_a_change_of_what_was_removed_is_not_told(filled):
    entry = filled.entries[0]
    filled.remove(entry)
    told = QSignalSpy(filled.dataChanged)
    filled.tell(entry)
    assert told.count() == 0


def test_a_change_of_all_is_told_at_once(filled):
    told = QSignalSpy(filled.dataChanged)
    filled.tell_all()
    [first, last, *_] = told.at(0)
    assert (told.count(), first.row(), last.row()) == (1, 0, 4)


def test_a_row_gives_its_entry_name_and_place(filled):
    index = filled.index(2)
    assert index.data(ENTRY_ROLE) is filled.entries[2]
    assert index.data(DISPLAY) == "c.png"
    assert index.data(TOOL_TIP) == str(Path("/scans/c.png"))
    assert index.data(Qt.ItemDataRole.CheckStateRole) is None


def test_a_pasted_picture_has_no_place_to_tell(model):
    model.add([Found(Path("Pasted picture 1"), PurePath("Pasted picture 1"), b"content")])
    assert model.index(0).data(TOOL_TIP) == "Pasted picture 1"


def test_rows_have_no_rows_of_their_own(filled):
    assert filled.rowCount(filled.index(0)) == 0
    assert filled.data(QModelIndex()) is None


def test_twenty_thousand_scans_are_quick(qapp):
    model = WorklistModel()
    many = founds(range(20_000))
    began = time.process_time()
    model.add(many)
    for found in many:
        model.tell(model.entry_of(found))
    model.add(many)
    for entry in list(model.entries)[:20]:
        model.remove(entry)
    assert time.process_time() - began < 3
    assert model.rowCount() == 19_980


def test_those_who_cannot_see_the_list_hear_what_is_known_of_a_scan():
    model = WorklistModel()
    (entry,) = model.add([Found(Path("a.png"), PurePath("a.png"))])
    role = Qt.ItemDataRole.AccessibleDescriptionRole
    assert model.index(0).data(role) == "not read"
    entry.status, entry.reason = "failed", "a.png is empty"
    assert model.index(0).data(role) == "empty"


def test_a_tooltip_is_never_taken_for_markup():
    model = WorklistModel()
    model.add([Found(Path("<b>bold</b>.png"), PurePath("<b>bold</b>.png"))])
    assert "&lt;b&gt;" in model.index(0).data(TOOL_TIP)
