"""Models, train and evaluate from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from core.cli import DONE, UNUSABLE, main
from core.cli.options import parser
from core.cli.train import recipe_of
from core.learning.recipe import PRESETS
from core.model import checkpoint as checkpoints
from core.model import library
from tests.conftest import ROOT
from tests.datasets import write_dataset
from tests.models import checkpoint


@pytest.fixture(autouse=True)
def own_library(tmp_path, monkeypatch):
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "home"))


@pytest.fixture
def model_file(tmp_path):
    path = tmp_path / "mine.safetensors"
    checkpoints.save(checkpoint(int8=True), path)
    return path


def test_a_model_is_imported_activated_exported_and_removed(model_file, tmp_path, capsys):
    assert main(["models", "import", str(model_file), "--name", "ward 7"]) == DONE
    assert main(["models", "activate", "ward 7"]) == DONE
    assert library.find() == library.find("ward 7")
    main(["models", "list"])
    listed = capsys.readouterr().out
    assert "* ward 7  (own; resnet18, linear head, 64 px)" in listed
    assert main(["models", "export", "ward 7", str(tmp_path / "out.safetensors")]) == DONE
    assert checkpoints.load(tmp_path / "out.safetensors").name == "ward 7"
    assert main(["models", "remove", "ward 7"]) == DONE
    assert library.active_name() == library.BUNDLED


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["remove", library.BUNDLED], "stays"),
        (["remove", "nobody"], "no such model"),
        (["activate", "nobody"], "no such model"),
        (["import", "MODEL", "--name", "../evil"], "cannot be a model's name"),
        (["import", "TEXT"], "not a Lungfield model"),
        (["import", "nowhere"], "no such model"),
        (["export", library.BUNDLED, "TEXT"], "exists already"),
    ],
)
def test_what_the_library_refuses(arguments, words, model_file, tmp_path, capsys):
    text = tmp_path / "text.safetensors"
    text.write_text("hello")
    given = [{"MODEL": str(model_file), "TEXT": str(text)}.get(each, each) for each in arguments]
    assert main(["models", *given]) == UNUSABLE
    said = capsys.readouterr().err.strip()
    assert words in said
    assert "\n" not in said


def test_reading_needs_no_folder_of_ones_own(model_file, tmp_path, monkeypatch):
    """A home that cannot be written to, as on a locked-down workstation."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LUNGFIELD_HOME", str(tmp_path / "file" / "home"))
    assert main(["models", "list"]) == DONE
    assert library.find(str(model_file)) == model_file
    assert main(["models", "import", str(model_file), "--name", "x"]) == UNUSABLE


def test_train_and_evaluate(tmp_path, capsys):
    scans = write_dataset(tmp_path / "scans", 16)
    out = tmp_path / "run"
    small = [
        "--init",
        "random",
        "--size",
        "64",
        "--epochs",
        "2",
        "--batch-size",
        "8",
        "--validation-share",
        "0.25",
    ]
    assert main(["train", str(scans), "--out", str(out), *small, "--device", "cpu"]) == DONE
    said = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("epoch ") for line in said) == 2
    model = str(out / "model.safetensors")
    assert (
        main(["evaluate", str(scans), "--out", str(tmp_path / "e"), "--model", model, "--device", "cpu"])
        == DONE
    )
    result = json.loads((tmp_path / "e" / "metrics.json").read_text())
    assert set(result) == {
        *(
            "n",
            "threshold",
            "accuracy",
            "balanced_accuracy",
            "auc",
            "sensitivity",
            "specificity",
            "ece",
            "brier",
        ),
        *("confusion_matrix", "per_class", "confidence_interval_95", "rejected", "failed"),
    }
    assert result["n"] == 32
    left = {file.name for file in (tmp_path / "e").iterdir()}
    assert {"metrics.json", "report.pdf"} < left
    assert sum(name.endswith(".png") for name in left) == 4


def test_options_change_the_preset():
    chosen = parser().parse_args(
        [
            "train",
            "a",
            "b",
            "--out",
            "o",
            "--preset",
            "bundled",
            "--epochs",
            "3",
            "--no-class-weights",
            "--repeat",
            "1",
            "3",
            "--lr",
            "0.01",
        ]
    )
    recipe = recipe_of(chosen)
    assert (recipe.epochs, recipe.class_weights, recipe.repeat, recipe.lr) == (3, False, (1, 3), 0.01)
    assert (recipe.optimizer, recipe.average) == (
        PRESETS["bundled"].optimizer,
        PRESETS["bundled"].average,
    )


def test_each_preset_can_be_named():
    for name, recipe in PRESETS.items():
        assert recipe_of(parser().parse_args(["train", "a", "--out", "o", "--preset", name])) == recipe


@pytest.mark.parametrize(
    "wrong",
    [
        ["--epochs", "0"],
        ["--batch-size", "1"],
        ["--lr", "-1"],
        ["--lr", "nan"],
        ["--size", "8"],
        ["--repeat", "0"],
    ],
)
def test_impossible_options_are_wrong_usage(wrong):
    with pytest.raises(SystemExit) as stop:
        main(["train", "a", "--out", "o", *wrong])
    assert stop.value.code == UNUSABLE


def test_evaluate_of_no_dataset(tmp_path, model_file, capsys):
    assert (
        main(["evaluate", str(tmp_path), "--out", str(tmp_path / "e"), "--model", str(model_file)])
        == UNUSABLE
    )
    assert "NORMAL" in capsys.readouterr().err


def test_help_and_a_window_without_a_screen():
    screenless = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "main.py", *arguments],
            cwd=ROOT,
            env=screenless,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert run("--help").returncode == 0
    assert "read" in run("--help").stdout
    bare = run()
    assert bare.returncode == UNUSABLE
    assert "no screen" in bare.stderr
    assert "main.py read" in bare.stderr
    assert len(bare.stderr.splitlines()) == 1
    assert run("frobnicate", "--x").returncode == UNUSABLE
