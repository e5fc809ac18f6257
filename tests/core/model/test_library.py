"""The library of models: every change is whole, the way back is right, and several processes may share it."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import LungfieldError, ModelError
from core.imaging.preprocess import Preprocessing
from core.model import checkpoint, library
from core.model.checkpoint import Checkpoint, OperatingPoint
from tests import models
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def small() -> Checkpoint:
    """The smallest that there can be."""
    weights = {name: each.numpy() for name, each in models.network("efficientnet_b0").state_dict().items()}
    return Checkpoint(
        "made",
        "efficientnet_b0",
        "linear",
        weights,
        Preprocessing(models.SIZE),
        training={"made": "2026-11-21T23:29:13+00:00", "datasets": {"a": {"train": 70}, "b": {"train": 7}}},
        metrics={"a": {"auc": 0.97, "n": 12}, "b": {"auc": 0.91, "n": 3}},
    )


@pytest.fixture
def file(small: Checkpoint, tmp_path: Path) -> Path:
    path = tmp_path / "made.safetensors"
    checkpoint.save(small, path)
    return path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A library of the test's own, in which nothing half-written is left."""
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "data" / "models"
    yield folder
    left = {path.name for path in folder.glob(".*")} if folder.is_dir() else set()
    assert left <= {".lock"}


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


# Which one reads


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


# Names


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", " a", "a ", ".hidden", "-x", "a/b", "a\\b", "..", "../evil", "a\nb", "a\0b", "a:b"),
        *("CON", "nul.x", "com1", "bundled", "Random", "imagenet", "x" * 65, "病" * 60),
        "LUNGFIELD-resnet18",
    ],
)
def test_names_that_would_be_trouble_are_refused(file: Path, name: str) -> None:
    library.add(file, "made")
    for action in (library.copy, library.rename):
        with pytest.raises(ModelError):
            action("made", name)
    with pytest.raises(ModelError, match="already a model"):
        library.copy("made", "Made")
    assert names() == [library.BUNDLED, "made"]


@pytest.mark.parametrize(
    ("wanted", "suggested"),
    [
        ("ward 7", "ward 7"),
        ("taken", "taken 3"),
        ("Taken 2", "Taken 2 2"),
        ("../../etc/passwd", "etc passwd"),
        ("<b>", "b"),
        ("", "model"),
        ("💥", "model"),
        ("con", "con 2"),
        ("x" * 100, "x" * 60),
        ("病" * 100, "病" * 52),
    ],
)
def test_a_name_is_suggested_that_can_be_given(wanted: str, suggested: str) -> None:
    taken = ["taken", "TAKEN 2"]
    name = library.suggested_name(wanted, taken)
    assert name == suggested
    library.check_name(name, taken)


def test_names_are_in_the_order_that_people_count_in(file: Path) -> None:
    for name in ("trial 10", "Zwei", "trial 2", "ärzte"):
        library.add(file, name)
    assert names() == [library.BUNDLED, "trial 2", "trial 10", "Zwei", "ärzte"]


def test_an_own_model_named_like_a_bundled_one_is_not_lost(file: Path, home: Path) -> None:
    home.mkdir(parents=True)
    (home / f"{library.BUNDLED}.safetensors").write_bytes(file.read_bytes())
    assert names() == [library.BUNDLED, f"{library.BUNDLED} (own)"]
    assert library.find("bundled") == library.find(library.BUNDLED)
    library.rename(f"{library.BUNDLED} (own)", "mine")
    assert names() == [library.BUNDLED, "mine"]


# In and out


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


def test_a_library_that_cannot_be_written_is_told(file: Path, home: Path) -> None:
    home.parent.mkdir(parents=True)
    home.write_text("in the way")
    with pytest.raises(ModelError, match="cannot be written"):
        library.add(file, "a")
    assert names() == [library.BUNDLED]


# Several at once


def test_two_who_take_the_same_name_do_not_both_get_it(file: Path) -> None:
    said: list[object] = []

    def take() -> None:
        try:
            said.append(library.add(file, "a").name)
        except ModelError as error:
            said.append(error.message)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(map(str, said)) == ["a", *["there is already a model called a"] * 3]


def test_no_activation_is_lost_among_processes(file: Path) -> None:
    for name in "abcd":
        library.add(file, name)
    code = "import sys; from core.model import library\nfor _ in range(5): library.activate(sys.argv[1])"
    others = [subprocess.Popen([sys.executable, "-c", code, name], cwd=ROOT) for name in "abc"]
    assert [each.wait(60) for each in others] == [0, 0, 0]
    told = [each.name for each in library.history()]
    assert set(told) == {"a", "b", "c"}
    assert all(one != another for one, another in pairwise(told))
    assert library.active_name() == told[0]


def test_a_library_that_another_keeps_is_waited_for_and_then_told(
    file: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filelock import FileLock

    from core.model.library import places

    monkeypatch.setattr(places, "_PATIENCE", 0.1)
    home.mkdir(parents=True)
    with FileLock(home / ".lock"), pytest.raises(ModelError, match="another Lungfield"):
        library.add(file, "a")
    library.add(file, "a")


def test_a_model_that_is_renamed_meanwhile_has_one_name(small: Checkpoint, tmp_path: Path) -> None:
    """What it calls itself is what the library calls it, whatever the file said."""
    path = tmp_path / "x.safetensors"
    checkpoint.save(replace(small, name="something else"), path)
    library.add(path, "ward 7")
    assert checkpoint.load(library.find("ward 7")).name == "ward 7"
