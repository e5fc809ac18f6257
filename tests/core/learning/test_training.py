"""Whole runs on generated scans."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.datasets.dataset import Sample
from core.datasets.table import read_table
from core.engine.select import choose
from core.errors import LungfieldError, ModelError
from core.imaging.decode import decode_file
from core.learning.initial import initial_network, settled
from core.learning.job import HELD_OUT_FILE, MODEL_FILE, STATE_FILE, TrainingJob, recipe_from
from core.learning.recipe import PRESETS, Recipe
from core.learning.run import held_out, train
from core.model import checkpoint
from core.progress import Cancelled, NullProgress
from core.reading.reader import Reader
from core.scoring.evaluation import evaluate
from tests.conftest import ROOT
from tests.datasets import write_dataset

SMALL = Recipe(
    backbone="efficientnet_b0",
    init="random",
    epochs=3,
    batch_size=8,
    lr=2e-3,
    size=64,
    seed=1,
    optimizer="adamw",
    schedule="onecycle",
    augment="strong",
    standardise=True,
    class_weights=True,
    label_smoothing=0.05,
    validation_share=0.25,
    int8=False,
)


class StopAfter(NullProgress):
    """Cancels when so many epochs have been told; like a kill, but between two statements."""

    def __init__(self, epochs: int, batches: int = 0) -> None:
        self.left, self.batches, self.lines = epochs, batches, []

    def say(self, line):
        self.lines.append(line)
        self.left -= line.startswith("epoch")

    def check(self):
        if self.left <= 0:
            self.batches -= 1
            if self.batches < 0:
                raise Cancelled

    def part(self, start, end):
        return self


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("scans") / "generated", 24)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Where it does not matter whether anything is learnt."""
    return write_dataset(tmp_path_factory.mktemp("few") / "generated", 8)


def _run(scans, out, recipe=SMALL, resume=False, progress=None, watch=None):
    job = TrainingJob((scans,), out, recipe, "cpu", "test", resume)
    return train(job, progress or NullProgress(), watch).model


@pytest.fixture(scope="module")
def trained(scans, tmp_path_factory):
    """A short run that is long enough to learn the generated opacities."""
    out = tmp_path_factory.mktemp("trained")
    recipe = replace(SMALL, backbone="resnet18", epochs=8, augment="flips", lr=3e-3, int8=True)
    train(TrainingJob((scans,), out, recipe, "cpu", "generated"), NullProgress())
    return out


def test_a_run_learns_and_leaves_its_reports(trained):
    left = {file.name for file in trained.iterdir()}
    assert left == {
        *(MODEL_FILE, HELD_OUT_FILE, "history.json"),
        *("validation.json", "validation.pdf", "learning_curves.png"),
    }
    history = json.loads((trained / "history.json").read_text())
    assert [epoch["epoch"] for epoch in history] == list(range(1, 9))
    assert history[-1]["train_loss"] < 0.7 * history[0]["train_loss"]
    model = checkpoint.load(trained / MODEL_FILE)
    assert model.preprocessing.standardise
    assert model.temperature > 0
    assert model.features is not None
    assert set(model.graphs) == {"fp32", "int8"}
    assert model.training["recipe"]["epochs"] == 8
    assert model.training["datasets"]["generated"]["train"] == 36


def test_what_it_did_not_learn_from_is_told(trained, scans):
    held = read_table(trained / HELD_OUT_FILE).samples
    model = checkpoint.load(trained / MODEL_FILE)
    assert {sample.split for sample in held} == {"val"}
    assert len(held) == model.training["datasets"]["generated"]["val"] == 12
    assert all(sample.path.is_relative_to(scans.resolve()) for sample in held)


def test_the_gate_in_the_file_lets_in_the_scans_that_it_was_fitted_on(trained):
    model = checkpoint.load(trained / MODEL_FILE)
    reader = Reader(model, choose(model, device="cpu").engine)
    held = read_table(trained / HELD_OUT_FILE).samples
    readings = reader.read_batch([decode_file(sample.path) for sample in held])
    assert sum(reading.verdict.accepted for reading in readings) >= len(held) - 1


def test_of_each_dataset_the_test_scans_are_held_out_if_it_has_them():
    """And of both classes, or nothing can be said of how well they are told apart."""

    def of(dataset, split, *labels):
        return [Sample(Path(f"{dataset} {split} {x}"), x, dataset, split, "p") for x in labels]

    tested = of("a", "test", 0, 1)
    only_validated = of("b", "val", 0, 1)
    half_tested = of("c", "val", 0, 1)
    rest = [s for name in "abc" for s in of(name, "train", 0, 1)] + of("a", "val", 0, 1) + of("c", "test", 1)
    held = held_out([*rest, *tested, *only_validated, *half_tested])
    assert held == [*tested, *only_validated, *half_tested]


def test_evaluate_scores_what_the_model_says_of_each_scan(trained, tmp_path):
    unseen = write_dataset(tmp_path / "unseen", 16, first=200)
    (unseen / "NORMAL" / "broken.jpeg").write_bytes(b"\xff\xd8\xff but no more")
    model = checkpoint.load(trained / MODEL_FILE)
    reader = Reader(model, choose(model, device="cpu").engine)
    failures = []
    result = evaluate(reader, unseen, tmp_path / "out", NullProgress(), failures.append)
    assert (result["n"], result["failed"]) == (32, 1)
    assert result["auc"] > 0.8
    written = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert written == json.loads(json.dumps(result))
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert sum(outcome.status == "failed" for outcome in failures) == 1


def _assert_same_model(one, other):
    """Bit for bit; but for the names that OpenVINO numbers anew, and the times that epochs took."""
    first, second = checkpoint.load(one), checkpoint.load(other)
    assert first.weights.keys() == second.weights.keys()
    for name, value in first.weights.items():
        np.testing.assert_array_equal(second.weights[name], value, err_msg=name)
    for name in ("temperature", "operating_points", "metrics", "preprocessing"):
        assert getattr(first, name) == getattr(second, name)
    histories = [[{**e, "seconds": 0} for e in m.training["history"]] for m in (first, second)]
    assert histories[0] == histories[1]


def test_a_killed_run_goes_on_as_if_nothing_had_happened(few, tmp_path):
    """The process is killed in its second epoch, by the system and without a word."""
    command = [sys.executable, "main.py", "train", str(few), "--device", "cpu", "--name", "test"]
    command += [
        "--init",
        "random",
        "--backbone",
        "efficientnet_b0",
        "--no-int8",
        "--size",
        "64",
        "--epochs",
        "3",
    ]
    command += ["--batch-size", "8", "--validation-share", "0.25"]

    def start(out, *more):
        return subprocess.Popen(
            [*command, "--out", str(out), *more], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    with start(tmp_path / "killed") as running:
        assert any(line.startswith("epoch 1/3") for line in running.stdout)
        while not (tmp_path / "killed" / STATE_FILE).exists():
            assert running.poll() is None
            time.sleep(0.01)
        running.kill()
    assert running.returncode != 0
    with start(tmp_path / "killed", "--resume") as resumed:
        assert any("going on after epoch" in line for line in resumed.stdout.read().splitlines())
    with start(tmp_path / "whole") as whole:
        whole.communicate()
    _assert_same_model(tmp_path / "whole" / MODEL_FILE, tmp_path / "killed" / MODEL_FILE)


def test_an_interrupted_run_is_neither_overwritten_nor_mixed_up(few, tmp_path):
    with pytest.raises(Cancelled):
        _run(few, tmp_path, progress=StopAfter(1))
    assert not (tmp_path / MODEL_FILE).exists()
    with pytest.raises(LungfieldError, match="--resume"):
        _run(few, tmp_path)
    with pytest.raises(LungfieldError, match="other options"):
        _run(few, tmp_path, replace(SMALL, lr=1e-3), resume=True)
    assert (tmp_path / STATE_FILE).exists()


def test_a_frozen_backbone_stays_as_it_was(few, tmp_path):
    recipe = replace(
        PRESETS["notebook-frozen"],
        init="random",
        epochs=2,
        size=64,
        batch_size=8,
        validation_share=0.25,
        int8=False,
    )
    before = initial_network(recipe).state_dict()
    after = checkpoint.load(_run(few, tmp_path, recipe)).weights
    for name, value in checkpoint.rounded({k: v.numpy() for k, v in before.items()}).items():
        same = np.array_equal(after[name], value)
        assert same == name.startswith("backbone."), name


def test_the_first_notebooks_recipe_runs(few, tmp_path):
    lines = StopAfter(99)
    recipe = replace(
        PRESETS["notebook-full"], init="random", epochs=2, size=64, validation_share=0.25, int8=False
    )
    _run(few, tmp_path, recipe, progress=lines)
    assert sum(line.startswith("epoch") and "accuracy" in line for line in lines.lines) == 2


def test_a_loss_that_is_no_number_stops_with_a_word(few, tmp_path):
    with pytest.raises(LungfieldError, match="no longer a number"):
        _run(few, tmp_path, replace(SMALL, lr=1e30, optimizer="adam", schedule="constant"))


def test_going_on_from_a_model_keeps_its_preprocessing(few, trained, tmp_path):
    recipe = replace(
        PRESETS["fine-tune"],
        init=str(trained / MODEL_FILE),
        size=64,
        epochs=1,
        validation_share=0.25,
        int8=False,
    )
    made = checkpoint.load(_run(few, tmp_path, recipe))
    assert made.preprocessing == checkpoint.load(trained / MODEL_FILE).preprocessing
    assert made.preprocessing.standardise
    assert not settled(PRESETS["notebook-full"]).standardise


def test_a_model_that_reads_with_less_tone_than_it_learnt_from_stays_so(few, tmp_path):
    recipe = replace(SMALL, epochs=1, tone=1.0, reading_tone=0.3)
    begun = _run(few, tmp_path, recipe)
    assert checkpoint.load(begun).preprocessing.tone == 0.3
    going_on = settled(replace(PRESETS["fine-tune"], init=str(begun)))
    assert (going_on.learnt_from.tone, going_on.preprocessing.tone) == (1.0, 0.3)
    anew = settled(replace(PRESETS["fine-tune"], init=str(begun), tone=0.5))
    assert (anew.learnt_from.tone, anew.preprocessing.tone) == (0.5, 0.5)


def test_the_last_epoch_is_never_small():
    recipe = replace(PRESETS["bundled"], epochs=3)
    assert [recipe.size_in(epoch) for epoch in range(3)] == [112, 112, 224]


def test_pictures_grow_in_steps():
    recipe = Recipe(epochs=6, size=200, small_size=(112, 160, 300), small_epochs=(2, 1, 1))
    assert [recipe.size_in(epoch) for epoch in range(6)] == [112, 112, 160, 200, 200, 200]
    said = TrainingJob((Path("a"),), Path("o"), recipe).as_json()
    assert TrainingJob.from_json(json.loads(json.dumps(said))).recipe == recipe
    one = {**said["recipe"], "small_size": 112, "small_epochs": 2, "unknown": 1}
    assert recipe_from(one) == replace(recipe, small_size=(112,), small_epochs=(2,)), "as it was once stored"


def test_notebook_weights_start_a_run(tmp_path):
    """A `.pth` as the notebooks save it, with a linear and with an MLP classifier."""
    from torchvision import models

    torch.manual_seed(3)
    net = models.resnet18(num_classes=2)
    torch.save(net.state_dict(), tmp_path / "linear.pth")
    begun = initial_network(Recipe(init=str(tmp_path / "linear.pth"))).eval()
    x = torch.randn(2, 1, 64, 64)
    torch.testing.assert_close(begun(x), net.eval()(x.expand(-1, 3, -1, -1)))
    net.fc = torch.nn.Sequential(
        torch.nn.Linear(512, 256), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(256, 2)
    )
    torch.save(net.state_dict(), tmp_path / "mlp.pth")
    begun = initial_network(Recipe(init=str(tmp_path / "mlp.pth"), head="mlp")).eval()
    torch.testing.assert_close(begun(x), net.eval()(x.expand(-1, 3, -1, -1)))


class _Bomb:
    def __reduce__(self):
        return (open, ("bomb went off", "w"))


def test_foreign_weights_are_refused_and_never_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"fc.weight": _Bomb()}, "bomb.pth")
    torch.save([1, 2], "list.pth")
    torch.save({"conv1.weight": torch.ones(3)}, "other.pth")
    for name, words in (("bomb", "not a file of weights"), ("list", "state_dict"), ("other", "no resnet18")):
        with pytest.raises(ModelError, match=words):
            initial_network(Recipe(init=f"{name}.pth"))
    assert not (tmp_path / "bomb went off").exists()


def test_imagenet_without_a_connection_says_what_to_do(monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    # Every connection is refused at once, as on a workstation without a network.
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(OSError("no network")))
    with pytest.raises(ModelError, match=r"could not be downloaded.*--init"):
        initial_network(replace(SMALL, init="imagenet"))
    assert capfd.readouterr().err == ""
