"""Which model reads, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ModelError
from core.model import library


def test_going_back_goes_back_step_by_step(file: Path) -> None:
    for name in "abc":
        library.add(file, name)
        library.activate(name)
    library.activate("c")  # which reads already
    assert [library.before(), library.roll_back(), library.roll_back(), library.roll_back()] == [
        *("b", "b", "a"),
        library.BUNDLED,
    ]
    assert library.before() == ""
    with pytest.raises(ModelError, match="no earlier model"):
        library.roll_back()
    library.activate("b")
    assert library.roll_back() == library.BUNDLED
    told = [(each.name, each.back) for each in library.history()]
    assert told[0] == (library.BUNDLED, True)
    assert told[-3:] == [("c", False), ("b", False), ("a", False)]
    assert all(each.when.tzinfo for each in library.history())


def test_what_is_removed_is_not_gone_back_to(file: Path) -> None:
    for name in "abc":
        library.add(file, name)
        library.activate(name)
    assert library.remove("b") == "c"
    assert library.remove("c") == "a"
    assert library.active_name() == "a"
    library.add(file, "c")  # another of the same name does not read for that
    assert library.active_name() == "a"
    assert library.roll_back() == library.BUNDLED
    assert library.remove("a") == library.BUNDLED
    assert {each.name for each in library.history() if each.gone} == {"a", "b", "c"}


def test_a_file_that_was_deleted_by_hand_is_not_missed(file: Path) -> None:
    library.add(file, "a")
    path = library.add(file, "b").path
    library.activate("a")
    library.activate("b")
    path.unlink()
    assert library.active_name() == "a"
    assert library.find() == library.find("a")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[1]", '{"activations": 3}', '{"activations": [{"name": "a"}]}', "[" * 9999, "\udcff"],
)
def test_a_damaged_record_costs_no_more_than_itself(file: Path, home: Path, content: str) -> None:
    library.add(file, "a")
    library.activate("a")
    (home / "active.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert library.active_name() == library.BUNDLED
    library.activate("a")
    assert library.active_name() == "a"


def test_what_an_earlier_version_made_active_stays_active(file: Path, home: Path) -> None:
    library.add(file, "a")
    (home / "active.txt").write_text("a\n")
    assert library.active_name() == "a"
    assert library.roll_back() == library.BUNDLED
    assert library.active_name() == library.BUNDLED
