"""A training run from folders to a checkpoint: what the command line and the window both call."""

from __future__ import annotations

import json
from collections.abc import Sequence

from core.datasets.dataset import LoadedScans, Sample
from core.datasets.inspected import counted
from core.datasets.inspection import describe, load_and_split
from core.datasets.table import write_table
from core.engine.torch_engine import torch_device
from core.errors import LungfieldError
from core.files import write_whole
from core.learning.finish import finish
from core.learning.initial import initial_network, settled
from core.learning.job import HELD_OUT_FILE, MODEL_FILE, STATE_FILE, TrainingJob
from core.learning.recipe import Recipe
from core.learning.telling import LOADED, TRAINED, Teller
from core.learning.trainer import Trainer
from core.learning.watching import NoWatch, Trained, Watch
from core.model import checkpoint
from core.progress import Progress
from core.scoring import figures, report


def train(job: TrainingJob, progress: Progress, watch: Watch | None = None) -> Trained:
    """Train as the job says; write the model, its validation report and its curves to `job.out`.

    Raises:
        DatasetError, ModelError, EngineError, LungfieldError: for the person to read.
        Cancelled: the epochs that were finished are kept for `resume`.
    """
    device = torch_device(job.device)
    state = job.out / STATE_FILE
    if state.exists() and not job.resume:
        raise LungfieldError(
            f"{job.out} holds an interrupted run", "add --resume to go on, or choose another --out"
        )
    recipe = settled(job.recipe)
    tell = Teller(watch or NoWatch(), recipe)
    if recipe.init == "imagenet":
        progress.say("taking torchvision's ImageNet weights, which are downloaded once")
    network = initial_network(recipe)
    scans = _loaded(job, recipe, tell.through(progress, "loading", 0.0, LOADED))
    tell.count(*(sum(sample.split == part for sample in scans.samples) for part in ("train", "val")))
    trainer = Trainer(recipe, network, scans, device, state)
    trainer.prepare(tell.through(progress, "features", LOADED, tell.trained_from))
    if job.resume and trainer.resume():
        progress.say(f"going on after epoch {len(trainer.history)} of {recipe.epochs}")
        tell.earlier(trainer.history)
    ending = trainer.run(progress.part(tell.trained_from, TRAINED), tell)
    made, results = finish(
        trainer, scans, job.name, job.ages, tell.through(progress, "finishing", TRAINED, 1)
    )
    title = f"{job.name}, {recipe.backbone}"
    curves = report.png(figures.learning_curves_figure(trainer.history, job.name))
    write_whole(job.out / "history.json", json.dumps(trainer.history, indent=1).encode())
    write_whole(job.out / "validation.json", json.dumps(made.metrics, indent=1).encode())
    write_whole(job.out / "learning_curves.png", curves)
    report.write_pdf(job.out / "validation.pdf", results, title, trainer.history)
    write_table(job.out / HELD_OUT_FILE, held_out(scans.samples))
    checkpoint.save(made, job.out / MODEL_FILE)
    state.unlink(missing_ok=True)
    return Trained(job.out / MODEL_FILE, job.out / HELD_OUT_FILE, ending, len(trainer.history))


def _loaded(job: TrainingJob, recipe: Recipe, progress: Progress) -> LoadedScans:
    scans, remarks = load_and_split(
        job.sources,
        recipe.preprocessing,
        recipe.validation_share,
        recipe.seed,
        recipe.validation,
        progress,
    )
    for path, reason in scans.failed:
        progress.say(f"left out {path.parent.name}/{path.name}: {reason}")
    for remark in remarks:
        if remark.kind != "unreadable":
            progress.say(describe(remark))
    for line in counted(scans.samples):
        progress.say(line)
    return scans


def held_out(samples: Sequence[Sample]) -> list[Sample]:
    """Of each DATASET what the model neither learnt from nor was chosen by, where it brought both classes of
    that; else its validation scans."""
    held: list[Sample] = []
    for name in dict.fromkeys(sample.dataset for sample in samples):
        parts = {
            part: [s for s in samples if s.dataset == name and s.split == part] for part in ("test", "val")
        }
        held += parts["test" if len({sample.label for sample in parts["test"]}) == 2 else "val"]
    return held
