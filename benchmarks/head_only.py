"""Training the head alone: an epoch on cached features beside one that runs the backbone; in one run.

    python benchmarks/head_only.py                 600 scans of each DATASET that is there, 5 epochs
    python benchmarks/head_only.py --scans 2000 --epochs 8 --augment flips

Both train the same head, from the same model, on the same scans with the same split and seed; one asks the
frozen backbone of each scan once, the other in every epoch. What asking once takes is told, and not counted
to the epochs. Wanted: epochs at least 20 times as fast, and validation accuracy within half a point, where
each run is judged by the mean of its last epochs, and by the epoch that it would keep. Needs the real scans.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from argparse import Namespace
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch

from core.datasets.dataset import LoadedScans
from core.datasets.inspection import found, load_and_split
from core.datasets.table import write_table
from core.learning.epochs import EpochResult
from core.learning.initial import initial_network, settled
from core.learning.job import STATE_FILE
from core.learning.recipe import PRESETS, Recipe
from core.learning.telling import Teller
from core.learning.trainer import Trainer
from core.learning.watching import NoWatch
from core.progress import NullProgress

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("LUNGFIELD_DATA") or ROOT.parent / "shared" / "data")

WANTED = 20.0
HALF_A_POINT = 0.005

#: Accuracy of the last so many epochs is averaged: one scan that goes to and fro is no difference.
LAST = 3


@dataclass(frozen=True)
class Outcome:
    """What a run came to: seconds to prepare and of each epoch, validation accuracy and AUC of each."""

    prepared: float
    epochs: list[float]
    accuracy: list[float]
    auc: list[float]

    @property
    def per_epoch(self) -> float:
        # The first also reserves memory
        return statistics.median(self.epochs[1:] or self.epochs)

    @property
    def settled(self) -> float:
        return statistics.mean(self.accuracy[-LAST:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scans", type=int, default=600, help="of each DATASET (default 600)")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--augment", choices=("none", "flips", "strong"), default="none")
    parser.add_argument("--init", default="bundled", help="bundled, random or a model's file")
    parser.add_argument("--head", choices=("linear", "mlp"), default="linear")
    chosen = parser.parse_args()
    sources = [DATA / name for name in ("paediatric", "adult") if (DATA / name).is_dir()]
    if not sources:
        print(f"no real scans at {DATA}; LUNGFIELD_DATA names their folder")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LUNGFIELD_HOME"] = str(Path(folder, "home"))
        return compare(sources, Path(folder), chosen)


def compare(sources: list[Path], folder: Path, chosen: Namespace) -> int:

    recipe = settled(
        replace(
            PRESETS["head-only"],
            init=chosen.init,
            head=chosen.head,
            augment=chosen.augment,
            epochs=chosen.epochs,
            patience=0,
            validation_share=0.3,
        )
    )
    tables = [some_of(source, folder, chosen.scans) for source in sources]
    scans, _ = load_and_split(
        tables, recipe.preprocessing, recipe.validation_share, recipe.seed, recipe.validation, NullProgress()
    )
    parts = [sum(sample.split == part for sample in scans.samples) for part in ("train", "val")]
    print(
        f"{parts[0]} scans to learn from, {parts[1]} to validate on, {recipe.size} px, from {recipe.init}, "
        f"augmentation {recipe.augment}, {recipe.epochs} epochs, {torch.get_num_threads()} threads"
    )
    once = outcome(replace(recipe, cache_features=True), scans, folder / "once")
    each = outcome(replace(recipe, cache_features=False), scans, folder / "each")
    for name, run in (("features once", once), ("backbone each time", each)):
        print(
            f"{name:20} {run.per_epoch:8.3f} s an epoch, {run.prepared:6.1f} s before the first;  validation "
            f"accuracy {run.settled:.4f} at the end, {max(run.accuracy):.4f} at best, AUC {run.auc[-1]:.4f}"
        )
    faster = each.per_epoch / once.per_epoch
    apart = max(abs(once.settled - each.settled), abs(max(once.accuracy) - max(each.accuracy)))
    print(
        f"an epoch is {faster:.0f} times as fast (wanted {WANTED:.0f}), accuracy {100 * apart:.2f} points off"
    )
    return 0 if faster >= WANTED and apart <= HALF_A_POINT else 1


def some_of(source: Path, folder: Path, count: int) -> Path:
    """A table of `count` scans of a DATASET, spread over its classes and patients; all where it has fewer."""

    samples = found([source])
    rows = sorted(np.random.default_rng(0).permutation(len(samples))[:count].tolist())
    table = folder / f"{source.name}.csv"
    write_table(table, [samples[row] for row in rows])
    return table


def outcome(recipe: Recipe, scans: LoadedScans, folder: Path) -> Outcome:

    folder.mkdir()
    trainer = Trainer(recipe, initial_network(recipe), scans, torch.device("cpu"), folder / STATE_FILE)
    started = time.monotonic()
    trainer.prepare(NullProgress())
    prepared = time.monotonic() - started
    watch = Clock()
    trainer.run(NullProgress(), Teller(watch, recipe))
    return Outcome(
        prepared,
        watch.seconds,
        [epoch["val_accuracy"] for epoch in trainer.history],
        [epoch["val_auc"] for epoch in trainer.history],
    )


class Clock(NoWatch):
    """Times whole epochs, with validation and saving; what an epoch says itself leaves saving out."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._last = time.monotonic()

    def epoch(self, result: EpochResult) -> None:
        now = time.monotonic()
        self.seconds.append(now - self._last)
        self._last = now


if __name__ == "__main__":
    raise SystemExit(main())
