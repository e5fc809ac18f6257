from __future__ import annotations

from pathlib import Path, PurePath

from core.reading.finding import Found
from gui.worklist.contents import Contents
from gui.worklist.entry import Entry


def entry(name: str, sha256: str) -> Entry:
    return Entry(Found(Path("/scans", name), PurePath(name)), sha256=sha256)


def test_copies_of_a_file_are_found_together():
    contents = Contents()
    a, b, other = entry("a.png", "1"), entry("b.png", "1"), entry("c.png", "2")
    for each in (a, b, other, b):
        contents.put(each)
    assert contents.of("1") == [a, b]
    assert contents.of("2") == [other]
    assert contents.of("3") == []


def test_what_is_dropped_leaves_its_copies():
    contents = Contents()
    a, b, c = (entry(name, "1") for name in "abc")
    for each in (a, b, c):
        contents.put(each)
    contents.drop(a)
    assert set(map(id, contents.of("1"))) == {id(b), id(c)}
    contents.drop(a)
    contents.drop(b)
    contents.drop(c)
    assert contents.of("1") == []


def test_a_cleared_list_holds_nothing():
    contents = Contents()
    contents.put(entry("a", "1"))
    contents.clear()
    assert contents.of("1") == []
