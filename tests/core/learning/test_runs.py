"""The folders of the window's training runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.errors import LungfieldError
from core.learning import runs
from core.learning.job import HELD_OUT_FILE, MODEL_FILE, STATE_FILE
from core.learning.recipe import Recipe
from core.learning.watching import Trained
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))


def made(name: str = "ward 7"):
    return runs.new_run([Path("scans")], Recipe(epochs=9, repeat=(2,)), "cpu", name)


def with_state(folder: Path, epochs: int, ago: float = 0.0) -> None:
    """What `run_state` leaves."""
    described = json.dumps({"history": [{"epoch": n + 1} for n in range(epochs)]})
    save_file({"network/x": np.zeros(3)}, folder / STATE_FILE, {"lungfield-run": described})
    then = (datetime.now() - timedelta(seconds=ago)).timestamp()
    os.utime(folder / STATE_FILE, (then, then))


def test_there_are_none_at_first():
    assert runs.interrupted() == runs.waiting() == []


def test_a_run_that_ended_early_is_found_with_what_it_was_asked():
    job = made()
    with_state(job.out, 4)
    (run,) = runs.interrupted()
    assert run.job == type(job)(job.sources, job.out, job.recipe, "cpu", "ward 7", resume=True)
    assert job.sources[0].is_absolute()  # the program may be started elsewhere next time
    assert (run.folder, run.epochs_done) == (job.out, 4)
    assert abs(run.when - datetime.now()) < timedelta(seconds=30)
    assert runs.waiting() == []


def test_one_without_an_epoch_can_be_begun_again():
    made()
    assert [run.epochs_done for run in runs.interrupted()] == [0]


def test_the_latest_comes_first():
    for name, ago in (("old", 500.0), ("new", 5.0), ("older", 5000.0)):
        with_state(made(name).out, 1, ago)
    assert [run.job.name for run in runs.interrupted()] == ["new", "old", "older"]


def test_a_model_about_which_nothing_was_decided_waits():
    job = made()
    (job.out / MODEL_FILE).write_bytes(b"x")
    trained = Trained(job.out / MODEL_FILE, job.out / HELD_OUT_FILE, "early", 5)
    runs.write_trained(job.out, trained)
    (run,) = runs.waiting()
    assert (run.folder, run.job.name, run.trained) == (job.out, "ward 7", trained)
    assert runs.interrupted() == []


def test_a_run_that_another_process_does_is_left_alone(tmp_path):
    job = made()
    code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from core.learning import runs
with runs.held(Path({str(job.out)!r})):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        assert runs.is_held(job.out)
        assert runs.interrupted() == []
        with pytest.raises(LungfieldError, match="still going on"):
            runs.discard(job.out)
        with pytest.raises(LungfieldError, match="going on already"), runs.held(job.out):
            pass
        other.kill()  # the system lets go of it
        other.wait()
    assert [run.folder for run in runs.interrupted()] == [job.out]


def test_what_was_left_half_written_is_removed_when_the_run_goes_on():
    job = made()
    half = job.out / f".{STATE_FILE}.abc123"
    half.write_bytes(b"half")
    runs.tidy(job.out)
    assert not half.exists()
    assert (job.out / "job.json").exists()


def test_a_run_is_discarded_whole_and_nothing_else_ever_is(tmp_path):
    job, other = made(), made("other")
    runs.discard(job.out)
    runs.discard(job.out)  # gone already
    assert [run.folder for run in runs.interrupted()] == [other.out]
    mine = tmp_path / "mine"
    mine.mkdir()
    for folder in (mine, runs.folder_of_runs(), other.out / "..", other.out.parent.parent):
        with pytest.raises(ValueError, match="not a run"):
            runs.discard(folder)
    assert mine.exists()
    assert other.out.exists()


@pytest.mark.parametrize("text", ["", "[]", '{"sources": 3}', "{}", '{"recipe": {"epochs": []}}'])
def test_a_folder_that_cannot_be_understood_is_left_alone(text):
    folder = runs.folder_of_runs() / "strange"
    folder.mkdir(parents=True)
    (folder / "job.json").write_text(text)
    assert runs.interrupted() == runs.waiting() == []
    assert folder.exists()


@pytest.mark.parametrize("damage", [b"", b"nonsense", (9).to_bytes(8, "little") + b'{"a": 1} '])
def test_a_damaged_state_counts_as_no_epoch(damage):
    job = made()
    (job.out / STATE_FILE).write_bytes(damage)
    assert [run.epochs_done for run in runs.interrupted()] == [0]


def test_a_run_is_found_where_the_persons_data_have_moved_to(tmp_path, monkeypatch):
    job = made()
    (tmp_path / "home").rename(tmp_path / "elsewhere")
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "elsewhere"))
    (run,) = runs.interrupted()
    assert run.job.out == run.folder == tmp_path / "elsewhere" / job.out.relative_to(tmp_path / "home")
