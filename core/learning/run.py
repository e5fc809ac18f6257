"""A training run from folders to a checkpoint: what the command line and the window both call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from core.datasets import dataset
from core.datasets.dataset import LoadedScans, Sample
from core.engine.torch_engine import torch_device
from core.errors import DatasetError, LungfieldError
from core.files import write_whole
from core.learning.finish import finish
from core.learning.initial import initial_network, settled
from core.learning.recipe import Recipe
from core.learning.trainer import Trainer
from core.model import checkpoint
from core.progress import Progress
from core.scoring import figures, report

MODEL_FILE = "model.safetensors"
STATE_FILE = "interrupted.safetensors"


def train(
    folders: Sequence[Path],
    out: Path,
    recipe: Recipe,
    device: str,
    resume: bool,
    name: str,
    progress: Progress,
) -> Path:
    """Train as `recipe` says on DATASETs; write the model, its validation report and its curves to `out`.

    Args:
        folders: one or more DATASETs.
        device: "auto", "cuda" or "cpu".
        resume: go on with the run that was interrupted in `out`, if there is one.
        name: the model's.

    Returns:
        the checkpoint's path.

    Raises:
        DatasetError, ModelError, EngineError, LungfieldError: for the person to read.
        Cancelled: the epochs that were finished are kept for `resume`.
    """
    chosen = torch_device(device)
    state = out / STATE_FILE
    if state.exists() and not resume:
        raise LungfieldError(
            f"{out} holds an interrupted run", "add --resume to go on, or choose another --out"
        )
    samples = found(folders)
    recipe = settled(recipe)
    if recipe.init == "imagenet":
        progress.say("taking torchvision's ImageNet weights, which are downloaded once")
    network = initial_network(recipe)
    scans = load_and_split(samples, recipe, progress.part(0, 0.05))
    trainer = Trainer(recipe, network, scans, chosen, state)
    if resume and trainer.resume():
        progress.say(f"going on after epoch {len(trainer.history)} of {recipe.epochs}")
    trainer.run(progress.part(0.05, 0.9))
    made, results = finish(trainer, scans, name, progress.part(0.9, 1))
    write_whole(out / "history.json", json.dumps(trainer.history, indent=1).encode())
    write_whole(out / "validation.json", json.dumps(made.metrics, indent=1).encode())
    write_whole(
        out / "learning_curves.png", report.png(figures.learning_curves_figure(trainer.history, name))
    )
    report.write_pdf(out / "validation.pdf", results, f"{name}, {recipe.backbone}", trainer.history)
    checkpoint.save(made, out / MODEL_FILE)
    state.unlink(missing_ok=True)
    return out / MODEL_FILE


def found(folders: Sequence[Path]) -> list[Sample]:
    """The files of all DATASETs, not yet opened.

    Raises:
        DatasetError: a folder is no DATASET, or two have one name.
    """
    names = [folder.resolve().name for folder in folders]
    if len(set(names)) < len(names):
        raise DatasetError("two of the DATASETs have the same name", "rename one of the folders")
    return [sample for folder in folders for sample in dataset.find_samples(folder)]


def load_and_split(samples: Sequence[Sample], recipe: Recipe, progress: Progress) -> LoadedScans:
    """Decoded scans with their splits; unreadable files are left out, and told.

    Raises:
        DatasetError: nothing is left to train on.
    """
    loaded = dataset.load(samples, recipe.preprocessing, progress)
    for path, reason in loaded.failed:
        progress.say(f"left out {path.parent.name}/{path.name}: {reason}")
    row = {sample.path: index for index, sample in enumerate(loaded.samples)}
    divided = dataset.split(loaded.samples, recipe.validation_share, recipe.seed)
    for name in dict.fromkeys(sample.dataset for sample in divided):
        progress.say(_counts(name, [sample for sample in divided if sample.dataset == name]))
    return LoadedScans(divided, loaded.pixels[[row[sample.path] for sample in divided]], loaded.failed)


def _counts(name: str, samples: Sequence[Sample]) -> str:
    parts = []
    for part in dataset.SPLITS:
        labels = [sample.label for sample in samples if sample.split == part]
        if labels:
            parts.append(f"{part} {labels.count(0)} normal, {labels.count(1)} pneumonia")
    return f"{name}: {'; '.join(parts)}"
