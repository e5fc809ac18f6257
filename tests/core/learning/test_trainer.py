"""The training loop on its own: heads on cached features, ends of all kinds, memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.datasets.inspection import load_and_split
from core.errors import LungfieldError
from core.learning import trainer as loop
from core.learning.epochs import patience_is_over, wrong_scans
from core.learning.initial import initial_network
from core.learning.job import STATE_FILE
from core.learning.memory import is_out_of_memory, suggested_batch_size
from core.learning.recipe import PRESETS, Recipe
from core.learning.telling import Teller
from core.learning.trainer import Trainer
from core.learning.watching import MOST_WRONG, NoWatch
from core.progress import Cancelled, NullProgress
from tests.datasets import write_dataset

CPU = torch.device("cpu")
HEAD = replace(
    PRESETS["head-only"],
    init="random",
    size=64,
    epochs=6,
    batch_size=8,
    patience=0,
    validation_share=0.25,
    seed=1,
)
WHOLE = Recipe(init="random", size=64, epochs=3, batch_size=8, seed=1, validation_share=0.25)


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    folder = write_dataset(tmp_path_factory.mktemp("scans") / "generated", 16)
    return load_and_split([folder], HEAD.preprocessing, 0.25, 1, NullProgress())[0]


class Told(NoWatch):
    def __init__(self, enough_after: int = 99) -> None:
        self.positions, self.epochs, self.wrongs = [], [], []
        self._enough_after = enough_after

    def position(self, position) -> None:
        self.positions.append(position)

    def epoch(self, result) -> None:
        self.epochs.append(result)

    def wrong(self, scans) -> None:
        self.wrongs.append(scans)

    def is_enough(self) -> bool:
        return len(self.epochs) >= self._enough_after


class Lines(NullProgress):
    """Cancels after so many checks, if at all."""

    def __init__(self, checks: float = float("inf")) -> None:
        self.lines, self.checks = [], checks

    def say(self, line) -> None:
        self.lines.append(line)

    def check(self) -> None:
        self.checks -= 1
        if self.checks < 0:
            raise Cancelled

    def part(self, start, end):
        return self


def made(recipe, scans, folder: Path) -> Trainer:
    trainer = Trainer(recipe, initial_network(recipe), scans, CPU, folder / STATE_FILE)
    trainer.prepare(NullProgress())
    return trainer


def run(recipe, scans, folder: Path, watch=None, progress=None):
    trainer = made(recipe, scans, folder)
    ending = trainer.run(progress or Lines(), Teller(watch or NoWatch(), recipe))
    return trainer, ending


def weights(trainer) -> dict[str, np.ndarray]:
    return {name: value.numpy().copy() for name, value in trainer.network.state_dict().items()}


def assert_same(one, other, but_for: float = 0.0) -> None:
    first, second = weights(one), weights(other)
    for name, value in first.items():
        np.testing.assert_allclose(second[name], value, rtol=but_for, atol=but_for, err_msg=name)


def without_times(history):
    return [{**epoch, "seconds": 0} for epoch in history]


def test_a_head_on_cached_features_becomes_what_it_becomes_behind_the_backbone(scans, tmp_path) -> None:
    cached, _ = run(HEAD, scans, tmp_path / "cached")
    behind, _ = run(replace(HEAD, cache_features=False), scans, tmp_path / "behind")
    assert_same(cached, behind, but_for=1e-4)
    before = initial_network(HEAD).state_dict()
    for name, value in weights(cached).items():
        assert np.array_equal(value, before[name].numpy()) == name.startswith("backbone."), name
    assert [e["val_accuracy"] for e in cached.history] == [e["val_accuracy"] for e in behind.history]


def test_views_of_a_scan_differ_and_are_taken_in_turn(scans, tmp_path) -> None:
    trainer = made(replace(HEAD, augment="flips"), scans, tmp_path)
    views = trainer._feed._views
    assert views.shape == (4, len(scans.samples), 512)
    learnt = [sample.split == "train" for sample in scans.samples]
    assert not torch.isclose(views[0, learnt], views[1, learnt]).all(dim=1).any()
    assert not views[:, [not each for each in learnt]].any()  # those are seen as they are
    assert made(HEAD, scans, tmp_path)._feed._views.shape[0] == 1


@pytest.mark.parametrize("recipe", [HEAD, replace(HEAD, augment="flips", head="mlp", average=0.9)])
def test_a_head_only_run_goes_on_exactly(recipe, scans, tmp_path) -> None:
    whole, _ = run(recipe, scans, tmp_path / "whole")
    first = made(recipe, scans, tmp_path / "broken")
    with pytest.raises(Cancelled):
        first.run(Lines(checks=3 * (first._steps + 1) + 2), Teller(NoWatch(), recipe))
    second = made(recipe, scans, tmp_path / "broken")
    assert second.resume()
    assert len(second.history) == 3
    second.run(Lines(), Teller(NoWatch(), recipe))
    assert_same(whole, second)
    assert without_times(whole.history) == without_times(second.history)


def test_the_run_is_told_as_it_goes(scans, tmp_path) -> None:
    told = Told()
    trainer, ending = run(HEAD, scans, tmp_path, told)
    assert ending == "complete"
    assert told.epochs == trainer.history
    shares = [position.of_all for position in told.positions]
    assert shares == sorted(shares)
    assert {position.epoch for position in told.positions} == set(range(1, 7))
    for epoch, wrong in zip(told.epochs, told.wrongs, strict=True):
        held = [sample for sample in scans.samples if sample.split == "val"]
        assert len(wrong) == round((1 - epoch["val_accuracy"]) * len(held))
        assert all((each.probability >= 0.5) != bool(each.label) for each in wrong)


def test_enough_is_enough(scans, tmp_path) -> None:
    trainer, ending = run(HEAD, scans, tmp_path, Told(enough_after=2))
    assert (ending, len(trainer.history)) == ("enough", 2)


def test_no_better_for_long_ends_early(scans, tmp_path) -> None:
    lines = Lines()
    trainer, ending = run(replace(HEAD, lr=1e-9, epochs=50, patience=3), scans, tmp_path, progress=lines)
    assert ending == "early"
    assert len(trainer.history) < 10
    assert any("no better for 3 epochs" in line for line in lines.lines)


def test_patience_counts_from_the_best_of_either() -> None:
    recipe = replace(WHOLE, patience=2, epochs=9)

    def history(*pairs):
        return [{"epoch": i, "val_accuracy": a, "val_auc": u} for i, (a, u) in enumerate(pairs, start=1)]

    assert not patience_is_over(history((0.5, 0.5), (0.5, 0.6), (0.4, 0.5)), recipe)
    assert patience_is_over(history((0.5, 0.5), (0.5, 0.6), (0.4, 0.5), (0.5, 0.6)), recipe)
    assert not patience_is_over(history((0.5, None), (0.4, None)), recipe)
    assert not patience_is_over(history(*[(0.5, 0.5)] * 8), replace(recipe, patience=0))


def test_a_loss_that_is_no_number_keeps_the_epochs_before(scans, tmp_path) -> None:
    """The labels' weights become infinite in the third epoch."""
    trainer = made(HEAD, scans, tmp_path)

    class Spoil(Told):
        def epoch(self, result) -> None:
            super().epoch(result)
            if len(self.epochs) == 2:
                self.kept = weights(trainer)
                trainer._learner._weights = torch.tensor([float("inf"), float("nan")])

    lines, watch = Lines(), Spoil()
    assert trainer.run(lines, Teller(watch, HEAD)) == "broke-down"
    assert len(trainer.history) == 2
    assert any("the epochs before are kept" in line for line in lines.lines)
    assert all(np.isfinite(value).all() for value in weights(trainer).values())


def test_without_a_good_epoch_it_is_refused(scans, tmp_path) -> None:
    with pytest.raises(LungfieldError, match="no longer a number"):
        run(replace(WHOLE, lr=1e30), scans, tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: you tried"
        ),
    ],
)
def test_out_of_memory_halves_the_batch_and_begins_the_epoch_again(
    error, scans, tmp_path, monkeypatch
) -> None:
    """The second epoch does not fit with batches of 8; what torch raises then is raised for it."""
    recipe = replace(WHOLE, optimizer="adamw", schedule="onecycle", average=0.9)
    step = Trainer._step
    taken = []

    def without_memory(self, batch, augment, epoch):
        if epoch == 1 and len(batch) > 4 and len(taken) == 5:
            raise error
        taken.append((epoch, len(batch)))
        return step(self, batch, augment, epoch)

    monkeypatch.setattr(loop.Trainer, "_step", without_memory)
    lines = Lines()
    trainer, ending = run(recipe, scans, tmp_path, progress=lines)
    assert ending == "complete"
    assert [epoch["epoch"] for epoch in trainer.history] == [1, 2, 3]
    assert "out of memory: going on with batches of 4 scans; epoch 2 begins again" in lines.lines
    assert max(size for epoch, size in taken if epoch == 2) == 4
    # The schedule goes on where one of smaller batches would be
    other = made(replace(recipe, batch_size=4), scans, tmp_path / "other")
    assert trainer._learner._scheduler.last_epoch == other._scheduler.total_steps == trainer._steps * 3
    for _ in range(other._scheduler.total_steps):
        other._optimizer.step()
        other._scheduler.step()
    assert trainer.history[-1]["lr"] == pytest.approx(other._optimizer.param_groups[0]["lr"])


def test_too_little_memory_for_any_batch(scans, tmp_path, monkeypatch) -> None:
    def never(self, batch, augment, epoch):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(loop.Trainer, "_step", never)
    with pytest.raises(LungfieldError, match="not enough memory"):
        run(WHOLE, scans, tmp_path)


def test_only_want_of_memory_is_taken_for_it() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 50, dtype=torch.uint8)
    assert is_out_of_memory(raised.value)
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_a_batch_fits_into_the_memory(monkeypatch) -> None:
    for free, least, most in ((64 << 30, 32, 32), (1 << 30, 4, 8), (1 << 20, 4, 4)):
        monkeypatch.setattr("core.learning.memory.free_bytes", lambda _, free=free: free)
        assert least <= suggested_batch_size(Recipe(), CPU) <= most
    frozen = replace(Recipe(), freeze_backbone=True)
    monkeypatch.setattr("core.learning.memory.free_bytes", lambda _: 1 << 30)
    assert suggested_batch_size(frozen, CPU) > suggested_batch_size(Recipe(), CPU)


def test_the_surest_mistakes_come_first(scans) -> None:
    samples = [replace(scans.samples[0], label=0, path=Path(f"{i}.png")) for i in range(40)]
    logits = np.stack([np.zeros(40), np.arange(40) - 2], axis=1).astype(np.float32)
    wrong = wrong_scans(logits, samples)
    assert len(wrong) == MOST_WRONG
    assert [each.path.name for each in wrong[:2]] == ["39.png", "38.png"]
