from __future__ import annotations

from pathlib import PurePath

import pytest

from core.errors import LungfieldError
from core.export.staging import Stage, whole_file
from tests.core.export.scans import files_below


def _fail_after(act, *arguments):
    act(*arguments)
    raise ZeroDivisionError


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "x.csv"
    with whole_file(path) as beside:
        beside.write_bytes(b"all of it")
        assert not path.exists()
    assert path.read_bytes() == b"all of it"
    assert files_below(tmp_path) == ["new/x.csv"]


def test_a_file_that_failed_leaves_the_former_one(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"former")
    with pytest.raises(ZeroDivisionError), whole_file(path) as beside:
        _fail_after(beside.write_bytes, b"half")
    assert path.read_bytes() == b"former"
    assert files_below(tmp_path) == ["x.csv"]


def test_a_file_that_cannot_be_written_is_told_to_a_person(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LungfieldError, match="cannot write"), whole_file(tmp_path / "file" / "x.csv"):
        pytest.fail("there is nothing to write to")


def test_files_appear_in_a_folder_together(tmp_path):
    folder = tmp_path / "out"
    with Stage(folder) as stage:
        stage.add(PurePath("a", "b.png"), b"1")
        with stage.file(PurePath("c.png")) as path:
            path.write_bytes(b"2")
        assert not (folder / "a").exists()
    assert files_below(folder) == ["a/b.png", "c.png"]
    assert stage.files == (folder / "a" / "b.png", folder / "c.png")


def test_a_folder_that_failed_is_as_before(tmp_path):
    (tmp_path / "c.png").write_bytes(b"former")
    with pytest.raises(ZeroDivisionError), Stage(tmp_path) as stage:
        _fail_after(stage.add, PurePath("c.png"), b"half")
    assert files_below(tmp_path, lambda _: True) == ["c.png"]
    assert (tmp_path / "c.png").read_bytes() == b"former"


def test_a_folder_that_was_not_there_is_not_there_after_a_failure(tmp_path):
    with pytest.raises(ZeroDivisionError), Stage(tmp_path / "out") as stage:
        _fail_after(stage.add, PurePath("a", "b.png"), b"1")
    assert not (tmp_path / "out").exists()


def test_what_is_outdated_goes_when_the_rest_is_there(tmp_path):
    for place in ("old/patient/a.png", "old/patient/b.png", "old/other/c.png"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(b"")
    with Stage(tmp_path) as stage:
        stage.add(PurePath("new.png"), b"1")
        for place in ("old/patient/b.png", "old/other/c.png", "old/never/there.png"):
            stage.outdate(PurePath(place))
    assert files_below(tmp_path, lambda _: True) == ["new.png", "old", "old/patient", "old/patient/a.png"]


def test_a_folder_that_cannot_be_looked_at_is_told_to_a_person(tmp_path):
    with pytest.raises(LungfieldError, match="cannot write"), Stage(tmp_path / ("a" * 300)):
        pytest.fail("there is nothing to write to")


def test_a_folder_that_cannot_be_written_to_is_told_to_a_person(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LungfieldError, match="cannot write"), Stage(tmp_path / "file"):
        pytest.fail("there is nothing to write to")
    with pytest.raises(LungfieldError, match="cannot write"), Stage(tmp_path / "out") as stage:
        stage.add(PurePath("x" * 300), b"")
    assert not (tmp_path / "out").exists()
