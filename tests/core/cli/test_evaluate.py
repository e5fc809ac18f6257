"""`main.py evaluate`, with one model and with another to hold it against."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from core.cli import DONE, SOME_FAILED, UNUSABLE, main
from core.datasets.dataset import find_samples
from core.datasets.table import write_table
from core.model import checkpoint as checkpoints
from tests.datasets import write_dataset
from tests.models import checkpoint


@pytest.fixture(autouse=True)
def own_library(tmp_path, monkeypatch):
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))


@pytest.fixture
def scans(tmp_path):
    return write_dataset(tmp_path / "ward", 5)


@pytest.fixture
def new(tmp_path):
    path = tmp_path / "new.safetensors"
    checkpoints.save(replace(checkpoint(), name="new"), path)
    return path


@pytest.fixture
def old(tmp_path):
    """Says the contrary of the new one, and has another threshold."""
    mine = checkpoint()
    turned = {name: -value if name.startswith("head.") else value for name, value in mine.weights.items()}
    point = replace(mine.operating_points[0], threshold=0.4)
    path = tmp_path / "old.safetensors"
    checkpoints.save(replace(mine, name="old", weights=turned, operating_points=(point,)), path)
    return path


def test_against_another_model_both_are_scored_on_the_same_scans(scans, new, old, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["evaluate", str(scans), "--out", str(out), "--device", "cpu"]
    assert main([*arguments, "--model", str(new), "--against", str(old)]) == DONE
    told = json.loads((out / "comparison.json").read_text())
    alone = json.loads((out / "metrics.json").read_text())
    assert (told["first"]["model"], told["second"]["model"]) == ("new", "old")
    assert (told["n"], told["patients"]) == (10, 6)
    assert {key: told["first"][key] for key in alone} == alone
    assert told["second"]["threshold"] == 0.4
    assert told["second"]["auc"] == pytest.approx(1 - told["first"]["auc"], abs=1e-9)
    assert (out / "comparison.pdf").read_bytes().startswith(b"%PDF")
    said = capsys.readouterr().out
    assert "new" in said
    assert f"comparison: {out / 'comparison.pdf'}" in said


def test_the_threshold_is_for_both(scans, new, old, tmp_path):
    out = tmp_path / "out"
    more = ["--model", str(new), "--against", str(old), "--threshold", "0.3", "--device", "cpu"]
    assert main(["evaluate", str(scans), "--out", str(out), *more]) == DONE
    told = json.loads((out / "comparison.json").read_text())
    assert (told["first"]["threshold"], told["second"]["threshold"]) == (0.3, 0.3)


def test_a_table_is_a_dataset_and_what_is_broken_is_told_once(scans, new, old, tmp_path, capsys):
    (scans / "NORMAL" / "broken.png").write_bytes(b"\x89PNG and no more")
    table = tmp_path / "mine.csv"
    write_table(table, find_samples(scans))
    out = tmp_path / "out"
    more = ["--model", str(new), "--against", str(old), "--device", "cpu"]
    assert main(["evaluate", str(table), "--out", str(out), *more]) == SOME_FAILED
    assert json.loads((out / "metrics.json").read_text())["failed"] == 1
    errors = capsys.readouterr().err
    assert sum(line.startswith("lungfield:") for line in errors.splitlines()) == 1


def test_another_model_that_is_not_there_is_said_before_anything_is_read(scans, new, tmp_path, capsys):
    out = tmp_path / "out"
    more = ["--model", str(new), "--against", "nobody"]
    assert main(["evaluate", str(scans), "--out", str(out), *more]) == UNUSABLE
    assert "no such model: nobody" in capsys.readouterr().err
    assert not out.exists()


def test_without_another_model_there_is_no_comparison(scans, new, tmp_path):
    out = tmp_path / "out"
    assert main(["evaluate", str(scans), "--out", str(out), "--model", str(new), "--device", "cpu"]) == DONE
    left = {file.name for file in out.iterdir()}
    assert "report.pdf" in left
    assert not any(name.startswith(("comparison", "disagreements")) for name in left)
    assert np.isfinite(json.loads((out / "metrics.json").read_text())["brier"])
