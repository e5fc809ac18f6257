"""Which scans an epoch is made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from core.datasets.dataset import Sample, find_samples
from core.datasets.inspection import load_and_split
from core.datasets.table import write_table
from core.imaging.preprocess import Preprocessing
from core.learning.augment import POLICIES, Augmenter, normalise_batch
from core.learning.feeding import PictureFeed, balanced, expanded
from core.learning.finish import ages_by_dataset
from core.learning.recipe import Recipe
from core.model.network import build
from core.progress import NullProgress
from tests.datasets import write_dataset


def _samples(**sets: tuple[int, int]) -> list[Sample]:
    return [
        Sample(Path(f"{name}/{label}/{n}.png"), label, name, "train", f"{name}{label}{n}")
        for name, counts in sets.items()
        for label, count in enumerate(counts)
        for n in range(count)
    ]


def test_of_each_set_as_many_of_each_class():
    samples = _samples(children=(30, 90), adults=(25, 20))
    rows = torch.randperm(len(samples), generator=torch.Generator().manual_seed(1))
    kept = balanced(rows, samples, torch.Generator())
    assert Counter((samples[row].dataset, samples[row].label) for row in kept.tolist()) == {
        ("children", 0): 30,
        ("children", 1): 30,
        ("adults", 0): 20,
        ("adults", 1): 20,
    }


def test_classes_and_sets_are_mixed_from_the_first_batch_to_the_last():
    """Drawing the commoner class first and the rarer one last would teach each in turn."""
    samples = _samples(children=(400, 1200), adults=(200, 200))
    random = torch.Generator().manual_seed(1)
    kept = balanced(torch.randperm(len(samples), generator=random), samples, random)
    for part in kept.chunk(6):
        taken = [samples[row] for row in part.tolist()]
        for name in ("children", "adults"):
            mine = [sample.label for sample in taken if sample.dataset == name]
            assert len(mine) > 40
            assert 0.3 < sum(mine) / len(mine) < 0.7


def test_another_order_takes_others_of_the_larger_class():
    samples = _samples(children=(30, 90))
    drawn = [
        set(balanced(torch.randperm(120, generator=random), samples, random).tolist())
        for random in (torch.Generator().manual_seed(seed) for seed in (1, 2))
    ]
    assert drawn[0] != drawn[1]
    assert set(range(30)) <= drawn[0] & drawn[1], "all of the rarer class"


def test_a_set_of_one_class_is_taken_whole():
    samples = _samples(healthy=(12, 0))
    assert len(balanced(torch.arange(12), samples, torch.Generator())) == 12


def test_what_is_said_of_each_dataset_given_holds_for_its_scans(tmp_path: Path) -> None:
    """Two tables may be one DATASET, one may only be tested on, and one may hold several."""
    adults = tmp_path / "adults"
    for part, start in (("train", 1), ("test", 300)):
        scans = find_samples(write_dataset(tmp_path / part, 24, first=start, start=start))
        write_table(adults / f"{part}.csv", [replace(s, dataset="adults", split=part) for s in scans])
    children = find_samples(write_dataset(tmp_path / "children", 24, first=600, start=600))
    wards = [replace(s, dataset=f"ward {n % 2}") for n, s in enumerate(children)]
    write_table(tmp_path / "wards.csv", wards)
    sources = [adults / "train.csv", adults / "test.csv", tmp_path / "wards.csv"]
    loaded, _ = load_and_split(sources, Preprocessing(64), 0.2, 0, "random", NullProgress())
    often = Counter(expanded(loaded, Recipe(repeat=(1, 1, 8))).tolist())
    taken = {(loaded.samples[row].dataset, times) for row, times in often.items()}
    assert taken == {("adults", 1), ("ward 0", 8), ("ward 1", 8)}
    held = [sample for sample in loaded.samples if sample.split == "val"]
    assert list(dict.fromkeys(sample.dataset for sample in held)) == ["adults", "ward 0", "ward 1"]
    old, young = (18.0, 95.0), (1.0, 5.0)
    assert ages_by_dataset(held, (old, old, young)) == [old, young, young]
    assert ages_by_dataset(held, (old,)) == [old, None, None]


def test_scans_are_learnt_from_and_read_each_with_its_tone() -> None:
    recipe = Recipe(size=32, standardise=True, tone=1.0, reading_tone=0.3)
    pixels = np.random.default_rng(1).integers(0, 256, (3, 32, 32), np.uint8)
    feed = PictureFeed(recipe, build("resnet18", "linear"), pixels, torch.device("cpu"))
    rows, grey = torch.arange(3), torch.from_numpy(pixels).float()[:, None] / 255
    learnt = feed.training(rows, 0, Augmenter(POLICIES["none"], 0))
    torch.testing.assert_close(learnt, normalise_batch(grey, Preprocessing(32, 0.0, 1.0, True, 1.0)))
    torch.testing.assert_close(feed.plain(rows, 32), normalise_batch(grey, recipe.preprocessing))
    assert recipe.preprocessing == Preprocessing(32, 0.0, 1.0, True, 0.3)
