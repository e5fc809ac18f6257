"""The training loop on its own: heads on cached features, ends of all kinds, memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.special import softmax
from scipy.stats import entropy

from core.datasets.inspection import load_and_split
from core.errors import LungfieldError
from core.learning import optimisation
from core.learning.augment import POLICIES, Augmenter, Mix
from core.learning.epochs import patience_is_over, wrong_scans
from core.learning.initial import initial_network
from core.learning.job import STATE_FILE
from core.learning.learner import divergence
from core.learning.memory import is_out_of_memory, suggested_batch_size
from core.learning.recipe import PRESETS, Recipe
from core.learning.run_state import load_state, save_state
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
# The backbone with the fewest weights; pictures as small as it can be trained on
WHOLE = Recipe(
    backbone="efficientnet_b0",
    init="random",
    size=32,
    epochs=3,
    batch_size=8,
    seed=1,
    validation_share=0.25,
)
EVERYTHING = replace(
    WHOLE,
    head="mlp",
    optimizer="adamw",
    schedule="onecycle",
    label_smoothing=0.05,
    class_weights=True,
    augment="wide",
    standardise=True,
    tone=1.0,
    balance=True,
    mixup=0.2,
    consistency=0.5,
    average=0.9,
    keep="best",
    small_size=(24,),
    small_epochs=(1,),
    repeat=(2,),
)


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    folder = write_dataset(tmp_path_factory.mktemp("scans") / "generated", 12)
    return load_and_split([folder], HEAD.preprocessing, 0.25, 1, "random", NullProgress())[0]


@pytest.fixture(scope="module")
def small_scans(tmp_path_factory):
    folder = write_dataset(tmp_path_factory.mktemp("scans") / "generated", 8)
    return load_and_split([folder], WHOLE.preprocessing, 0.25, 1, "random", NullProgress())[0]


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


class CancelledIn(Lines):
    """Cancels at the second batch that follows so many epochs."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def say(self, line) -> None:
        super().say(line)
        self._after -= line.startswith("epoch ")
        if self._after == 0:
            self.checks = 1


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


@pytest.mark.parametrize("reading_tone", [None, 0.3])
def test_a_head_on_cached_features_becomes_what_it_becomes_behind_the_backbone(
    reading_tone, scans, tmp_path
) -> None:
    recipe = replace(HEAD, epochs=3, tone=1.0, reading_tone=reading_tone)
    cached, _ = run(recipe, scans, tmp_path / "cached")
    behind, _ = run(replace(recipe, cache_features=False), scans, tmp_path / "behind")
    assert_same(cached, behind, but_for=1e-4)
    before = initial_network(HEAD).state_dict()
    for name, value in weights(cached).items():
        assert np.array_equal(value, before[name].numpy()) == name.startswith("backbone."), name
    assert [e["val_accuracy"] for e in cached.history] == [e["val_accuracy"] for e in behind.history]


def test_divergence_is_the_mean_of_both_kullback_leibler_divergences() -> None:
    random = np.random.default_rng(0)
    one, other = random.normal(0, 2, (2, 5, 2))
    first, second = softmax(one, axis=1), softmax(other, axis=1)
    expected = np.mean((entropy(first, second, axis=1) + entropy(second, first, axis=1)) / 2)
    said = divergence(torch.from_numpy(one), torch.from_numpy(other))
    assert said.item() == pytest.approx(expected)
    assert divergence(torch.from_numpy(one), torch.from_numpy(one)).item() == 0


def test_consistency_makes_changed_copies_be_answered_alike(scans, tmp_path) -> None:
    """Beside so heavy a weight labels count for little, and answers to two changed copies come together."""
    recipe = replace(HEAD, cache_features=False, augment="strong", epochs=2, size=32)

    def unlike(weight: float, folder: str) -> float:
        trainer, _ = run(replace(recipe, consistency=weight), scans, tmp_path / folder)
        feed, rows = trainer._pictures, torch.arange(len(scans.samples))
        augment = Augmenter(POLICIES["strong"], 7)
        trainer.network.eval()
        with torch.inference_mode():
            answers = [trainer.network(feed.training(rows, 1, augment)) for _ in range(2)]
        return divergence(*answers).item()

    assert unlike(100.0, "with") < 0.5 * unlike(0.0, "without")


def test_copies_of_one_scan_are_learnt_from_together_and_mixed_alike(small_scans, tmp_path) -> None:
    trainer = made(replace(WHOLE, augment="wide", consistency=1.0, mixup=1.0), small_scans, tmp_path)
    taken = []
    trainer._learner.step = lambda x, target: taken.append((x, target)) or (0.0, target)
    rows = torch.arange(4)
    augment = Augmenter(POLICIES["wide"], 1)
    trainer._step(rows, augment, Mix(1.0, 1), 0)
    x, target = taken[0]
    assert (x.shape, target.shape) == ((4, 2, 1, 32, 32), (4, 2))
    assert not torch.allclose(x[:, 0], x[:, 1])
    # Unchanged copies are the same picture, and stay the same when they are mixed
    plain = made(replace(WHOLE, consistency=1.0, mixup=1.0), small_scans, tmp_path)
    plain._learner.step = trainer._learner.step
    plain._step(rows, Augmenter(POLICIES["none"], 1), Mix(1.0, 1), 0)
    mixed = taken[1][0]
    assert torch.equal(mixed[:, 0], mixed[:, 1])
    assert not torch.allclose(mixed[:, 0], plain._feed.plain(rows, 32))


def test_the_average_begins_anew_where_pictures_get_larger(small_scans, tmp_path) -> None:
    """With a decay of nearly 1 it would stay what it was when it began."""
    recipe = replace(WHOLE, average=0.999, lr=0.01, epochs=2, small_size=(24,), small_epochs=(1,))
    averaged = weights(run(recipe, small_scans, tmp_path / "larger")[0])
    kept = weights(run(replace(recipe, small_epochs=(0,)), small_scans, tmp_path / "same")[0])
    for folder, found in (("larger", averaged), ("same", kept)):
        state = load_state(tmp_path / folder / STATE_FILE)
        steps = int(state.get("average")["n_averaged"])
        assert steps == (2 if folder == "larger" else 4), "steps of the second epoch, or of both"
        assert any(not np.array_equal(found[name], v.numpy()) for name, v in state.get("network").items())


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="the system does not tell what is mapped")
def test_a_run_that_went_on_leaves_its_file_free(small_scans, tmp_path) -> None:
    """Windows does not let a file be replaced that is mapped."""
    run(replace(WHOLE, epochs=1), small_scans, tmp_path / "run")
    state = load_state(tmp_path / "run" / STATE_FILE)
    assert state.get("network")
    assert STATE_FILE not in Path("/proc/self/maps").read_text()


def test_views_of_a_scan_differ_and_are_taken_in_turn(scans, tmp_path) -> None:
    trainer = made(replace(HEAD, augment="flips"), scans, tmp_path)
    views = trainer._feed._views
    assert views.shape == (4, len(scans.samples), 512)
    learnt = [sample.split == "train" for sample in scans.samples]
    assert not torch.isclose(views[0, learnt], views[1, learnt]).all(dim=1).any()
    assert not views[:, [not each for each in learnt]].any()  # those are seen as they are
    assert made(HEAD, scans, tmp_path)._feed._views.shape[0] == 1


def goes_on_exactly(recipe, scans, folder: Path, after: int) -> Trainer:
    """Cancelled within an epoch, after so many whole ones, and resumed: what an unbroken run makes."""
    whole, _ = run(recipe, scans, folder / "whole")
    first = made(recipe, scans, folder / "broken")
    with pytest.raises(Cancelled):
        first.run(CancelledIn(after), Teller(NoWatch(), recipe))
    second = made(recipe, scans, folder / "broken")
    assert second.resume()
    assert len(second.history) == after
    second.run(Lines(), Teller(NoWatch(), recipe))
    assert_same(whole, second)
    assert without_times(whole.history) == without_times(second.history)
    return second


def test_a_run_with_everything_that_has_a_state_goes_on_exactly(small_scans, tmp_path) -> None:
    goes_on_exactly(EVERYTHING, small_scans, tmp_path, after=2)


@pytest.mark.parametrize("recipe", [HEAD, replace(HEAD, augment="flips", head="mlp", average=0.9)])
def test_a_head_only_run_goes_on_exactly(recipe, scans, tmp_path) -> None:
    goes_on_exactly(recipe, scans, tmp_path, after=3)


@pytest.mark.parametrize("began_scaled", [False, True])
def test_a_run_goes_on_on_a_device_of_another_precision(
    began_scaled, small_scans, tmp_path, monkeypatch
) -> None:
    """Only float16 needs its gradients scaled: one of both has a scale to go on from, the other none."""

    def on_another_device(scaled: bool) -> Trainer:
        half = torch.float16 if scaled else None
        monkeypatch.setattr(optimisation, "_half_type", lambda _: half)
        trainer = made(replace(WHOLE, epochs=2), small_scans, tmp_path)
        assert trainer._learner._mixed.scaler.is_enabled() == scaled
        return trainer

    first = on_another_device(began_scaled)
    with pytest.raises(Cancelled):
        first.run(CancelledIn(1), Teller(NoWatch(), first.recipe))
    second = on_another_device(not began_scaled)
    assert second.resume()
    assert second.run(Lines(), Teller(NoWatch(), second.recipe)) == "complete"


@pytest.mark.parametrize(("generation", "half"), [(7, torch.float16), (8, torch.bfloat16)])
def test_a_card_that_would_emulate_bfloat16_takes_float16(generation, half, monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 0)
    monkeypatch.setattr(torch.cuda, "_check_bf16_tensor_supported", lambda _: True)
    card = SimpleNamespace(major=generation)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    assert optimisation._half_type(torch.device("cuda")) is half


def test_a_head_does_not_go_on_behind_another_backbone(scans, tmp_path) -> None:
    """The model that it started from was replaced by another of its name."""
    run(replace(HEAD, epochs=1), scans, tmp_path)
    network = initial_network(HEAD)
    network.backbone.early[0].weight.data[0] += 1
    other = Trainer(replace(HEAD, epochs=1), network, scans, CPU, tmp_path / STATE_FILE)
    with pytest.raises(LungfieldError, match="has changed"):
        other.resume()


def test_a_run_of_before_the_recipe_had_a_field_goes_on(scans, tmp_path) -> None:
    recipe = replace(HEAD, epochs=1)
    run(recipe, scans, tmp_path)
    state = load_state(tmp_path / STATE_FILE)
    for name in ("reading_tone", "patience"):
        del state.described["run"]["recipe"][name]
    save_state(state, tmp_path / STATE_FILE)
    assert made(recipe, scans, tmp_path).resume()
    with pytest.raises(LungfieldError, match="other options"):
        made(replace(recipe, patience=3), scans, tmp_path).resume()


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
    ends_again(trainer, ending, scans, tmp_path)


def ends_again(trainer: Trainer, ending: str, scans, folder: Path) -> None:
    """A run that is killed after its last epoch, before its model is there, has no other when it goes on."""
    again = made(trainer.recipe, scans, folder)
    assert again.resume()
    assert again.run(Lines(), Teller(NoWatch(), trainer.recipe)) == ending
    assert again.history == trainer.history
    assert_same(trainer, again)


def test_no_better_for_long_ends_early(scans, tmp_path) -> None:
    lines = Lines()
    trainer, ending = run(replace(HEAD, lr=1e-9, epochs=50, patience=3), scans, tmp_path, progress=lines)
    assert ending == "early"
    assert len(trainer.history) < 10
    assert any("no better for 3 epochs" in line for line in lines.lines)
    ends_again(trainer, ending, scans, tmp_path)


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
    ends_again(trainer, "broke-down", scans, tmp_path)


def test_without_a_good_epoch_it_is_refused(small_scans, tmp_path) -> None:
    with pytest.raises(LungfieldError, match="no longer a number") as raised:
        run(replace(WHOLE, lr=1e30), small_scans, tmp_path)
    assert "--" not in raised.value.hint, "the window says it too"


def out_of_memory() -> None:
    """The error that torch raises for it on this machine."""
    torch.empty(1 << 50, dtype=torch.uint8)


def memory_for(batch_size: int, monkeypatch) -> list[tuple[int, int]]:
    """From the second batch of the second epoch on there is memory for so many scans and no more.

    Returns:
        the epoch, 0-based, and the size of each batch that was learnt from.
    """
    step, taken = Trainer._step, []

    def limited(self, batch, augment, mix, epoch):
        if epoch >= 1 and len(batch) > batch_size and taken[-1][0] == 1:
            out_of_memory()
        taken.append((epoch, len(batch)))
        return step(self, batch, augment, mix, epoch)

    monkeypatch.setattr(Trainer, "_step", limited)
    return taken


def test_out_of_memory_halves_the_batch_and_begins_the_epoch_again(
    small_scans, tmp_path, monkeypatch
) -> None:
    recipe = replace(WHOLE, optimizer="adamw", schedule="onecycle", repeat=(2,))
    taken = memory_for(4, monkeypatch)
    lines = Lines()
    trainer, ending = run(recipe, small_scans, tmp_path, progress=lines)
    assert ending == "complete"
    assert [epoch["epoch"] for epoch in trainer.history] == [1, 2, 3]
    assert "out of memory: going on with batches of 4 scans; epoch 2 begins again" in lines.lines
    assert [size for epoch, size in taken if epoch == 1] == [8] + 6 * [4]
    # The schedule is then where that of batches of 4 would be
    smaller = made(replace(recipe, batch_size=4), small_scans, tmp_path / "smaller")._learner
    for _ in range(smaller._scheduler.total_steps):
        smaller._optimizer.step()
        smaller._scheduler.step()
    assert trainer._learner._scheduler.last_epoch == smaller._scheduler.last_epoch
    assert trainer.history[-1]["lr"] == pytest.approx(smaller.rate)


def test_a_run_whose_batch_was_halved_goes_on_exactly(small_scans, tmp_path, monkeypatch) -> None:
    memory_for(4, monkeypatch)
    resumed = goes_on_exactly(replace(EVERYTHING, epochs=3), small_scans, tmp_path, after=2)
    assert resumed.batch_size == 4


def test_the_epoch_that_begins_again_begins_where_it_began(small_scans, tmp_path, monkeypatch) -> None:
    """What the first batches of the failed epoch did to the weights is undone."""
    memory_for(4, monkeypatch)
    seen = []
    halve = Trainer._halve

    def looked_at(self, progress):
        halve(self, progress)
        seen.append(weights(self))

    monkeypatch.setattr(Trainer, "_halve", looked_at)
    run(replace(WHOLE, epochs=2, repeat=(2,)), small_scans, tmp_path / "halved")
    first, _ = run(replace(WHOLE, epochs=1, repeat=(2,)), small_scans, tmp_path / "first")
    for name, value in weights(first).items():
        np.testing.assert_array_equal(seen[0][name], value, err_msg=name)


def test_too_little_memory_for_any_batch(small_scans, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(Trainer, "_step", lambda *_: out_of_memory())
    with pytest.raises(LungfieldError, match="not enough memory"):
        run(WHOLE, small_scans, tmp_path)


def test_only_want_of_memory_is_taken_for_it() -> None:
    with pytest.raises(RuntimeError) as raised:
        torch.empty(1 << 50, dtype=torch.uint8)
    assert is_out_of_memory(raised.value)
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9"))
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
