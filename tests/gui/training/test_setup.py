"""What is to be trained: sources, what is found in them, recipe."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest

from core.errors import DatasetError
from core.learning.recipe import PRESETS, Recipe
from core.paths import reviewed_table
from gui.training.inspector import Inspector
from gui.training.setup import FIRST_PRESET, TrainingSetup
from tests.datasets import write_dataset
from tests.gui.training.conftest import SOON_MS


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def setup(lanes, home, reviewed) -> TrainingSetup:
    made = TrainingSetup(Inspector(lanes.lane("inspection"), lanes), lambda: list(reviewed), lanes)
    made.setParent(lanes)
    return made


@pytest.fixture
def ward(tmp_path) -> Path:
    return write_dataset(tmp_path / "ward", each=8)


def looked(setup, qtbot):
    qtbot.waitUntil(lambda: not setup.is_inspecting, timeout=SOON_MS)


def test_it_begins_with_nothing_and_the_quick_recipe(setup):
    assert setup.sources == ()
    assert setup.inspection is None
    assert not setup.is_inspecting
    assert not setup.can_start
    assert setup.preset == FIRST_PRESET == "head-only"
    assert setup.is_as_preset


def test_a_folder_is_looked_at_as_soon_as_it_is_added(setup, ward, qtbot):
    with qtbot.waitSignals([setup.sources_changed, setup.found_changed]):
        setup.add([ward])
    assert setup.is_inspecting
    assert not setup.can_start
    looked(setup, qtbot)
    assert setup.can_start
    assert setup.inspection.datasets == ["ward"]
    assert sum(setup.scans()) == 16


def test_a_folder_is_added_once(setup, ward, qtbot):
    setup.add([ward, ward])
    with qtbot.assertNotEmitted(setup.sources_changed):
        setup.add([ward])
    assert setup.sources == (ward,)
    looked(setup, qtbot)


def test_what_is_removed_is_not_learnt_from(setup, ward, tmp_path, qtbot):
    other = write_dataset(tmp_path / "other", each=6, first=50, start=50)
    setup.add([ward, other])
    setup.remove([ward])
    looked(setup, qtbot)
    assert setup.inspection.datasets == ["other"]
    setup.remove([other])
    assert setup.inspection is None
    assert not setup.is_inspecting


def test_a_folder_that_is_none_is_a_problem_until_it_is_gone(setup, tmp_path, qtbot):
    (tmp_path / "empty").mkdir()
    setup.add([tmp_path / "empty"])
    looked(setup, qtbot)
    assert isinstance(setup.problem, DatasetError)
    assert not setup.can_start
    setup.remove([tmp_path / "empty"])
    assert setup.problem is None


def test_what_changed_on_the_disk_is_seen_when_it_looks_again(setup, ward, qtbot):
    setup.add([ward])
    looked(setup, qtbot)
    (ward / "NORMAL" / "torn.png").write_bytes(b"no picture")
    setup.inspect_again()
    looked(setup, qtbot)
    assert "unreadable" in [remark.kind for remark in setup.inspection.remarks]


@pytest.mark.parametrize("field", [{"seed": 5}, {"validation_share": 0.4}])
def test_another_split_is_looked_at(setup, ward, qtbot, field):
    setup.add([ward])
    looked(setup, qtbot)
    before = setup.inspection
    setup.change(**field)
    assert setup.is_inspecting
    looked(setup, qtbot)
    parts = [[sample.split for sample in each.samples] for each in (before, setup.inspection)]
    assert parts[0] != parts[1]


def test_other_changes_need_no_new_look(setup, ward, qtbot):
    setup.add([ward])
    looked(setup, qtbot)
    setup.change(epochs=3, lr=0.5, augment="flips")
    assert not setup.is_inspecting
    assert not setup.is_as_preset
    setup.choose_preset("fine-tune")
    assert setup.recipe == PRESETS["fine-tune"]


def test_reviewed_scans_become_a_table_to_learn_from(setup, ward, reviewed, qtbot):
    for number, file in enumerate(sorted(ward.rglob("*.png"))):
        reviewed.append((file, sha256(file), file.parent.name, f"p{number}"))
    with qtbot.waitSignal(setup.sources_changed, timeout=SOON_MS):
        setup.add_reviewed()
    looked(setup, qtbot)
    assert setup.sources == (reviewed_table(),)
    assert sum(setup.scans()) == 16


def test_reviewed_scans_that_there_are_none_of_are_told(setup, ward, qtbot):
    setup.add([ward])
    looked(setup, qtbot)
    found = setup.inspection
    with qtbot.waitSignal(setup.not_written, timeout=SOON_MS) as told:
        setup.add_reviewed()
    assert "reviewed" in told.args[0].message
    assert setup.sources == (ward,)
    # The other sources are as good as before
    assert setup.inspection is found
    assert setup.problem is None
    assert setup.can_start


def test_reviewed_scans_added_again_are_those_of_now(setup, ward, reviewed, qtbot):
    files = sorted(ward.rglob("*.png"))
    rows = [(file, sha256(file), file.parent.name, f"p{n}") for n, file in enumerate(files)]
    reviewed += rows[:-4]
    setup.add_reviewed()
    qtbot.waitUntil(lambda: setup.inspection is not None, timeout=SOON_MS)
    reviewed += rows[-4:]
    with qtbot.waitSignal(setup.sources_changed, timeout=SOON_MS):
        setup.add_reviewed()
    looked(setup, qtbot)
    assert setup.sources == (reviewed_table(),)
    assert sum(setup.scans()) == 16


def test_a_run_takes_a_copy_of_the_reviewed_scans(setup, ward, reviewed, qtbot):
    reviewed += [(f, sha256(f), f.parent.name, f"p{n}") for n, f in enumerate(sorted(ward.rglob("*.png")))]
    setup.add_reviewed()
    qtbot.waitUntil(lambda: setup.inspection is not None, timeout=SOON_MS)
    setup.add([ward])
    looked(setup, qtbot)
    job = setup.new_job("mine")
    assert job.sources[0].parent == job.out
    assert job.sources[1] == ward.resolve()
    reviewed_table().write_text("path,label\n")
    with job.sources[0].open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 16
    assert json.loads((job.out / "job.json").read_text())["sources"] == [str(each) for each in job.sources]


def test_an_automatic_batch_is_what_fits_but_no_more_than_the_recipe_says(setup, ward, qtbot):
    setup.add([ward])
    looked(setup, qtbot)
    assert setup.is_batch_automatic
    assert setup.new_job("mine", fitting=4).recipe.batch_size == 4
    assert setup.new_job("mine", fitting=4096).recipe.batch_size == PRESETS["head-only"].batch_size
    setup.change(batch_size=12)
    assert setup.new_job("mine", fitting=4).recipe.batch_size == 12
    setup.change(batch_size=0)
    assert setup.is_batch_automatic
    assert setup.recipe.batch_size == PRESETS["head-only"].batch_size


def test_a_job_is_what_is_set_up(setup, ward, qtbot):
    setup.add([ward])
    looked(setup, qtbot)
    setup.start_from("mine", "densenet121")
    setup.train_on("cpu")
    job = setup.new_job("another")
    assert (job.name, job.device, job.recipe.init, job.recipe.backbone) == (
        "another", "cpu", "mine", "densenet121",
    )  # fmt: skip
    assert isinstance(job.recipe, Recipe)
