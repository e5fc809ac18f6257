"""What is done to models: every change is whole, and the bundled one is not touched."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from core.errors import LungfieldError, ModelError
from core.model import checkpoint, library
from core.model.checkpoint import OperatingPoint


def names() -> list[str]:
    return [entry.name for entry in library.entries()]


def test_a_model_is_kept_with_its_name_and_note(file: Path) -> None:
    entry = library.keep(file, "ward 7", "first\nsecond <b>line</b>\x1b[2J")
    assert not entry.bundled
    assert names() == [library.BUNDLED, "ward 7"]
    assert library.note("ward 7") == "first\nsecond <b>line</b>[2J"
    assert checkpoint.load(entry.path).name == "ward 7"


def test_what_is_said_in_the_list_is_what_the_file_says(file: Path) -> None:
    facts = library.facts(library.add(file).path)
    assert (facts.name, facts.backbone, facts.head, facts.size) == ("made", "efficientnet_b0", "linear", 64)
    assert facts.made is not None
    assert facts.made.isoformat() == "2026-11-21T23:29:13+00:00"
    assert facts.learned_from == 77
    assert (facts.auc, facts.auc_range) == (0.91, (0.91, 0.97))
    assert [(each.name, each.scans) for each in facts.validations] == [("a", 12), ("b", 3)]
    assert facts.threshold == 0.5
    assert math.isnan(facts.points[0].sensitivity)


@pytest.mark.parametrize(
    "said",
    [
        {"training": 3, "metrics": 3, "preprocessing": 3, "operating_points": 3},
        {"training": {"made": 7, "datasets": [1]}, "metrics": {"a": 1, "b": {"auc": "x", "n": -1}}},
        {"training": {"made": "soon", "datasets": {"a": {"train": "many"}}}, "metrics": {"a": {"auc": 7}}},
        {"name": ["x"] * 9, "note": {"a": 1}, "operating_points": [1, {"threshold": 9}], "backbone": None},
        {"name": "\x1b[31m\u202eevil", "note": "x" * 10**6},
    ],
)
def test_facts_that_make_no_sense_are_left_out(said: dict[str, object], tmp_path: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    path = tmp_path / "odd.safetensors"
    save_file({"head.weight": np.ones(1, np.float16)}, path, metadata={"lungfield": json.dumps(said)})
    facts = library.facts(path)
    assert (facts.made, facts.learned_from, facts.auc, facts.points) == (None, 0, None, ())
    assert facts.name.isprintable()
    assert len(facts.note) <= 4000


def test_renaming_keeps_it_active_and_tells_the_same_of_scans(file: Path) -> None:
    before = checkpoint.load(library.add(file, "a").path).fingerprint
    library.activate("a")
    library.rename("a", "b")
    assert names() == [library.BUNDLED, "b"]
    assert library.active_name() == "b"
    renamed = checkpoint.load(library.find("b"))
    assert (renamed.name, renamed.fingerprint) == ("b", before)
    assert [each.name for each in library.history()] == ["b"]


def test_capitals_alone_can_be_changed(file: Path) -> None:
    library.add(file, "ward")
    library.activate("ward")
    library.rename("ward", "Ward")
    assert names() == [library.BUNDLED, "Ward"]
    assert library.active_name() == "Ward"


@pytest.mark.parametrize("doomed", [1, 2])
def test_renaming_that_is_cut_off_loses_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch, doomed: int
) -> None:
    """The power goes while the file, or the record, is put into its place."""
    import os

    library.add(file, "a")
    library.activate("a")
    replace_file, calls = os.replace, []

    def fail(*paths: object) -> None:
        calls.append(paths)
        if len(calls) == doomed:
            raise OSError(5, "Input/output error")
        replace_file(*paths)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(LungfieldError, match="Input/output"):
        library.rename("a", "b")
    assert library.active_name() == "a"
    assert checkpoint.load(library.find()).backbone == "efficientnet_b0"


def test_a_note_and_points_are_written_into_the_file(file: Path) -> None:
    library.add(file, "a")
    before = checkpoint.load(library.find("a")).fingerprint
    library.set_note("a", "misses effusions")
    points = (OperatingPoint("high sensitivity", 0.2, 0.98, 0.8), OperatingPoint("by hand", 0.6, 0.7, 0.99))
    library.set_operating_points("a", points)
    after = checkpoint.load(library.find("a"))
    assert (after.note, after.operating_points, after.threshold) == ("misses effusions", points, 0.2)
    assert after.fingerprint == before
    library.set_note("a", "")
    assert library.note("a") == ""


def test_points_are_kept_out_of_a_model_that_they_were_not_measured_on(file: Path) -> None:
    library.add(file, "a")
    before = checkpoint.load(library.find("a"))
    points = (OperatingPoint("by hand", 0.6, 0.7, 0.99),)
    with pytest.raises(ModelError, match="is not the model any more"):
        library.set_operating_points("a", points, "0" * 32)
    assert checkpoint.load(library.find("a")).operating_points == before.operating_points
    library.set_operating_points("a", points, before.fingerprint)
    assert checkpoint.load(library.find("a")).operating_points == points


@pytest.mark.parametrize(
    "points",
    [
        (),
        (OperatingPoint("", 0.5, 1, 1),),
        (OperatingPoint("a", 1.5, 1, 1),),
        (OperatingPoint("a", math.nan, 1, 1),),
        (OperatingPoint("a", 0.5, 1, 1),) * 21,
    ],
)
def test_points_that_cannot_be_are_refused(file: Path, points: tuple[OperatingPoint, ...]) -> None:
    library.add(file, "a")
    with pytest.raises(ModelError, match="cannot be stored"):
        library.set_operating_points("a", points)


def test_the_bundled_model_is_not_touched() -> None:
    content = library.find("bundled").read_bytes()
    for action in (
        lambda: library.rename(library.BUNDLED, "mine"),
        lambda: library.set_note(library.BUNDLED, "mine"),
        lambda: library.set_operating_points(library.BUNDLED, [OperatingPoint("a", 0.5, 1, 1)]),
    ):
        with pytest.raises(ModelError, match="save it as a copy"):
            action()
    with pytest.raises(ModelError, match="stays"):
        library.remove(library.BUNDLED)
    assert library.find("bundled").read_bytes() == content


def test_a_copy_of_the_bundled_model_can_be_changed() -> None:
    library.copy(library.BUNDLED, "mine")
    library.set_operating_points("mine", [OperatingPoint("by hand", 0.4, 0.9, 0.9)])
    mine, bundled = (checkpoint.load(library.find(name)) for name in ("mine", "bundled"))
    assert (mine.name, mine.threshold) == ("mine", 0.4)
    assert mine.fingerprint == bundled.fingerprint
    assert mine.graphs == bundled.graphs


def test_what_is_exported_can_be_imported(file: Path, tmp_path: Path) -> None:
    library.keep(file, "a", "a note")
    out = tmp_path / "out" / "model.safetensors"
    library.export("a", out)
    with pytest.raises(ModelError, match="exists already"):
        library.export("a", out)
    library.export("a", out, replacing=True)
    found = library.examine(out)
    assert (found.name, found.facts.note) == ("a 2", "a note")
    library.add(out, found.name)
    assert library.note("a 2") == "a note"
    assert checkpoint.load(library.find("a 2")).fingerprint == checkpoint.load(file).fingerprint


def test_nothing_is_exported_over_another_model(file: Path, home: Path) -> None:
    library.add(file, "a")
    library.add(file, "b")
    for target in (home / "b.safetensors", library.find("bundled")):
        with pytest.raises(ModelError, match="the library itself"):
            library.export("a", target, replacing=True)


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    for action in (library.remove, library.activate, library.note, library.find):
        with pytest.raises(ModelError, match="no such model"):
            action("nobody")
    with pytest.raises(ModelError, match="no such model"):
        library.rename("nobody", "somebody")
    with pytest.raises(ModelError, match="no such model"):
        library.export("nobody", tmp_path / "x")


def test_a_name_too_long_for_a_file_is_that_of_no_model(tmp_path: Path) -> None:
    """The system answers otherwise than for a file that is not there."""
    name = "m" * 300
    with pytest.raises(ModelError, match="no such model"):
        library.find(name)
    for action in (library.examine, library.add, checkpoint.load):
        with pytest.raises(ModelError, match="no such model"):
            action(tmp_path / name)
    with pytest.raises(LungfieldError, match="cannot write"):
        library.export(library.BUNDLED, tmp_path / name)


def test_where_the_own_models_cannot_be_looked_for_the_bundled_one_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / ("h" * 300)))
    assert names() == [library.BUNDLED]
    assert library.find() == library.find("bundled")


def test_a_library_that_cannot_be_written_is_told(file: Path, home: Path) -> None:
    home.parent.mkdir(parents=True)
    home.write_text("in the way")
    with pytest.raises(ModelError, match="cannot be written"):
        library.add(file, "a")
    assert names() == [library.BUNDLED]
