"""How long a run will take, measured on a few batches of noise."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch.nn import functional

from core.engine.torch_engine import torch_device
from core.learning.estimated import FORMS_SECONDS, Estimate, work_of
from core.learning.memory import is_out_of_memory, suggested_batch_size
from core.learning.optimisation import MixedPrecision, optimizer_of
from core.learning.recipe import Recipe
from core.model.network import Network, build, channels_last
from core.progress import Progress

#: The first batch is slower than all others; those after it are measured for so many seconds at least.
_LEAST_SECONDS, _MOST_BATCHES = 1.5, 8


def estimate(
    recipe: Recipe, scans: int, held: int, device: str, decode_seconds: float, progress: Progress
) -> Estimate:
    """Measure a few batches as the recipe trains them.

    Args:
        scans, held: how many to learn from and to validate on.
        device: "auto", "cuda" or "cpu".
        decode_seconds: that decoding all of them took.

    Raises:
        EngineError: the device cannot be had.
        Cancelled.
    """
    where = torch_device(device)
    work = work_of(recipe, scans, held)
    run, size = _fitting(recipe, where)
    looked, looks = _timed(run.look, size, where, progress)
    learnt, learns = _timed(run.learn, size, where, progress)
    if recipe.on_features:
        epochs = recipe.epochs * (scans + held) * learnt  # what validation takes is less
    else:
        full = sum((recipe.size_in(epoch) / recipe.size) ** 2 for epoch in range(recipe.epochs))
        epochs = full * (scans * recipe.copies * learnt + held * looked)
    before = decode_seconds + work.features * looked
    finishing = FORMS_SECONDS + work.finishing * looked
    return Estimate(before + epochs + finishing, epochs / recipe.epochs, size, looks + learns)


class _Run:
    """A network with random weights, and noise to train it on."""

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        self._recipe = recipe
        self._mixed = MixedPrecision(device)
        self._network: Network = channels_last(
            build(recipe.backbone, recipe.head, focus=bool(recipe.focus)).to(device)
        )
        part = self._network.head if recipe.freeze_backbone else self._network
        self._optimizer = optimizer_of(recipe, list(part.parameters()))
        shape = (recipe.batch_size, 1, recipe.size, recipe.size)
        self._x = torch.rand(shape, device=device).contiguous(memory_format=torch.channels_last)
        # What an epoch is fed with: pictures, or features in their place
        self._learning = self._network.head if recipe.on_features else self._network
        features = torch.rand(recipe.batch_size, self._network.backbone.channels, device=device)
        self._fed = features if recipe.on_features else self._x
        self._labels = torch.arange(recipe.batch_size, device=device) % 2

    def learn(self) -> None:
        self._network.train()
        if self._recipe.freeze_backbone:
            self._network.backbone.eval().requires_grad_(False)
        with self._mixed.context():
            logits = self._learning(self._fed).float()
        self._optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(logits, self._labels).backward()
        self._optimizer.step()

    def look(self) -> None:
        self._network.eval()
        with torch.inference_mode(), self._mixed.context():
            self._network(self._x)


def _fitting(recipe: Recipe, device: torch.device) -> tuple[_Run, int]:
    """What is measured, with as large a batch as fits, and how large that is."""
    size = suggested_batch_size(recipe, device)
    while True:
        try:
            run = _Run(replace(recipe, batch_size=size), device)
            run.learn()
            return run, size
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or size < 4:
                raise
        size //= 2


def _timed(
    batch: Callable[[], None], size: int, device: torch.device, progress: Progress
) -> tuple[float, int]:
    """Seconds for each scan of batches of `size`, and how many batches said so."""
    batch()
    started, done = time.monotonic(), 0
    while done < _MOST_BATCHES and (done == 0 or time.monotonic() - started < _LEAST_SECONDS):
        progress.check()
        batch()
        if device.type == "cuda":
            torch.cuda.synchronize()
        done += 1
    return (time.monotonic() - started) / (done * size), done
