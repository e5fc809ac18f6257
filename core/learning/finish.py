"""From a trained network to a checkpoint: calibrated on validation, in every form that reading needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.datasets.dataset import SPLITS, LoadedScans, Sample
from core.imaging.preprocess import Preprocessing, normalise
from core.learning.augment import POLICIES, Augmenter, normalise_batch
from core.learning.estimated import CALIBRATION_SCANS, STATISTICS_SCANS
from core.learning.int8 import check_int8
from core.learning.recipe import Recipe
from core.learning.trainer import Trainer
from core.model import checkpoint
from core.model.checkpoint import Checkpoint, OperatingPoint
from core.model.export import export_graphs
from core.model.features import FeatureStatistics
from core.model.measured import Ages
from core.model.network import Network, build
from core.progress import Progress
from core.reading.gate import Likeness, calibrations, fit_features, nearest
from core.reading.layout import laid_out
from core.reading.reader import probability
from core.scoring.metrics import (
    Metrics,
    Scored,
    even_weights,
    fit_calibration,
    fit_temperature,
    metrics,
    operating_points,
)

#: Of each class, for a kind of scan to have a calibration of its own.
_FEWEST = 20


def finish(
    trainer: Trainer, scans: LoadedScans, name: str, ages: Sequence[Ages], progress: Progress
) -> tuple[Checkpoint, list[tuple[Scored, Metrics]]]:
    """The checkpoint of a trained network, and its validation results by DATASET.

    Args:
        ages: of the patients of each DATASET that was given, in their order; those missing are not known.

    Temperature and operating points are fitted on the validation scans of all DATASETs together, of which
    every class of every DATASET counts alike; the temperature on each as it is and, where the recipe
    augments, changed once, or the model would be surer than it can be of scans that differ from those
    (Tomani et al., "Post-hoc Uncertainty Calibration for Domain Drift Scenarios", CVPR 2021). Each kind of
    scan that the gate knows has a calibration of its own besides: what is certain of children's scans may be
    a guess on adults'.
    Everything is measured on the weights as the checkpoint stores them, in half precision.
    """
    recipe, spec = trainer.recipe, trainer.preprocessing
    weights = {key: value.detach().cpu().numpy() for key, value in trainer.network.state_dict().items()}
    network = _as_stored(recipe, weights)
    held = _rows(scans, "val")
    some = of_every_set(scans.samples, STATISTICS_SCANS, np.random.default_rng(recipe.seed))

    def inputs(rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return normalise(scans.pixels[rows].astype(np.float32) / np.float32(255), spec)[:, None]

    progress.report(0.0, "measuring on validation")
    log_odds, held_middle = _answers(network, inputs(held), progress.part(0, 0.2))
    copies = 1 if recipe.augment == "none" else 2
    if copies > 1:
        changed = changed_as_in_training(scans.pixels[held], recipe, spec)
        log_odds = np.concatenate([log_odds, _answers(network, changed, progress.part(0.2, 0.4))[0]])
    progress.report(0.4, "measuring what scans look like")
    _, middle = _answers(network, inputs(some), progress.part(0.4, 0.6))
    samples = [scans.samples[row] for row in held]
    labels = np.tile([sample.label for sample in samples], copies)
    counting = even_weights(labels, [sample.dataset for sample in samples] * copies)
    layouts = _layouts(scans, held)
    features = fit_features(
        middle,
        _layouts(scans, some),
        [scans.samples[row].dataset for row in some],
        held_middle,
        layouts,
        [sample.dataset for sample in samples],
    )
    likely = nearest(held_middle, layouts, features) * copies
    made = Checkpoint(
        name=name,
        backbone=recipe.backbone,
        head=recipe.head,
        weights=weights,
        preprocessing=spec,
        temperature=fit_temperature(log_odds, labels, counting),
        features=calibrated(features, likely, log_odds, labels, copies),
        training=_facts(trainer, scans),
    )
    temperature, offset = calibrations(likely, made)
    probabilities = probability(log_odds / temperature + offset)
    labels, probabilities = labels[: len(held)], probabilities[: len(held)]
    points = operating_points(labels, probabilities, counting[: len(held)]) or [
        OperatingPoint("even", 0.5, math.nan, math.nan)
    ]
    results = _results(samples, probabilities, points[0].threshold)
    progress.report(0.6, "making the forms for OpenVINO")
    calibration = inputs(some[: CALIBRATION_SCANS if recipe.int8 else 0])[:, None]
    made = replace(
        made,
        operating_points=tuple(points),
        metrics={
            scored.name: {**result, "ages": list(of)} if of else result
            for (scored, result), of in zip(results, ages_by_dataset(samples, ages), strict=True)
        },
        graphs=export_graphs(network.backbone, spec.size, calibration),
    )
    progress.report(0.9, "comparing int8 with full precision")
    names = [sample.dataset for sample in samples]
    check = check_int8(made, scans.pixels[held], labels, names, probabilities, progress)
    progress.report(1.0, "done")
    return replace(made, int8_check=check), results


def _rows(scans: LoadedScans, part: str) -> NDArray[np.int64]:
    return np.flatnonzero([sample.split == part for sample in scans.samples])


def changed_as_in_training(
    pixels: NDArray[np.uint8], recipe: Recipe, spec: Preprocessing
) -> NDArray[np.float32]:
    """The network's inputs float32 [n, 1, S, S] of scans uint8 [n, S, S], each changed anew."""
    augment = Augmenter(POLICIES[recipe.augment], recipe.seed)
    parts = [augment(batch.float()[:, None] / 255) for batch in torch.from_numpy(pixels).split(32)]
    return np.concatenate([normalise_batch(part, spec).numpy() for part in parts])


def of_every_set(samples: Sequence[Sample], count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Rows int64 of `count` training scans, or all there are: as many of each DATASET, and of the larger ones
    more where a smaller has not so many. Drawn without regard to sets, a small one would hardly be known."""
    sets: dict[str, list[int]] = {}
    for row, sample in enumerate(samples):
        if sample.split == "train":
            sets.setdefault(sample.dataset, []).append(row)
    taken: list[int] = []
    for left, rows in zip(range(len(sets), 0, -1), sorted(sets.values(), key=len), strict=True):
        taken += random.permutation(rows)[: (count - len(taken)) // left].tolist()
    return random.permutation(np.array(taken, np.int64))


def _as_stored(recipe: Recipe, weights: dict[str, NDArray[Any]]) -> Network:
    network = build(recipe.backbone, recipe.head, focus=bool(recipe.focus)).eval()
    network.load_state_dict(
        {key: torch.from_numpy(v.copy()) for key, v in checkpoint.rounded(weights).items()}
    )
    return network


def _answers(
    network: Network, inputs: NDArray[np.float32], progress: Progress
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Log-odds float64 [n] and pooled mid-level features float32 [n, M]."""
    log_odds, middles = [], []
    done = 0
    with torch.inference_mode():
        for batch in torch.from_numpy(inputs).split(32):
            progress.check()
            maps, middle = network.backbone(batch)
            logits = network.head(maps.mean((2, 3))).double()
            log_odds.append(logits[:, 1] - logits[:, 0])
            middles.append(middle)
            done += len(batch)
            progress.report(done / len(inputs), f"measured {done} of {len(inputs)}")
    return torch.cat(log_odds).numpy(), torch.cat(middles).numpy()


def calibrated(
    features: FeatureStatistics,
    likely: Sequence[Likeness],
    log_odds: NDArray[np.float64],
    labels: NDArray[np.int64],
    copies: int = 1,
) -> FeatureStatistics:
    """With a calibration for each kind of which there are enough scans: fitted on those nearest to it, as
    which reading will take them, both classes counting alike. One kind alone has one too: a temperature
    cannot mend log-odds that all lie on one side.

    Args:
        copies: how often each scan is among them.
    """
    kinds = np.array([like.kind for like in likely])
    groups = []
    for kind, group in enumerate(features.groups):
        mine = labels[kinds == kind]
        each = np.bincount(mine, minlength=2)
        if each.min() >= _FEWEST * copies:
            fitted = fit_calibration(log_odds[kinds == kind], mine, even_weights(mine, [""] * len(mine)))
            group = replace(group, calibration=fitted)
        groups.append(group)
    return replace(features, groups=tuple(groups))


def _results(
    samples: Sequence[Sample], probabilities: NDArray[np.float64], threshold: float
) -> list[tuple[Scored, Metrics]]:
    results = []
    for name in dict.fromkeys(sample.dataset for sample in samples):
        rows = [row for row, sample in enumerate(samples) if sample.dataset == name]
        scored = Scored(
            labels=np.array([samples[row].label for row in rows]),
            probabilities=probabilities[rows],
            patients=[samples[row].patient for row in rows],
            rejected=0,
            failed=0,
            name=f"{name}, validation",
        )
        results.append((scored, metrics(scored, threshold)))
    return results


def ages_by_dataset(samples: Sequence[Sample], ages: Sequence[Ages]) -> list[Ages | None]:
    """Of the patients of each DATASET, in the order in which they come; None where they are not known, or
    were told differently of two parts of it."""
    told: dict[str, set[Ages | None]] = {}
    for sample in samples:
        told.setdefault(sample.dataset, set()).add(ages[sample.source] if sample.source < len(ages) else None)
    return [next(iter(each)) if len(each) == 1 else None for each in told.values()]


def _layouts(scans: LoadedScans, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.stack([laid_out(scans.pixels[row].astype(np.float32) / np.float32(255)) for row in rows])


def _facts(trainer: Trainer, scans: LoadedScans) -> dict[str, Any]:
    names = dict.fromkeys(sample.dataset for sample in scans.samples)
    return {
        "recipe": asdict(trainer.recipe),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "device": trainer.device.type,
        "torch": torch.__version__,
        "datasets": {
            name: {part: sum(s.dataset == name and s.split == part for s in scans.samples) for part in SPLITS}
            for name in names
        },
        "history": trainer.history,
    }
