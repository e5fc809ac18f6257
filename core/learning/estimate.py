"""How long a run will take, measured on a few batches of noise."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch.nn import functional

from core.engine.torch_engine import torch_device
from core.learning.estimated import Estimate
from core.learning.feeding import VIEWS
from core.learning.memory import suggested_batch_size
from core.learning.optimisation import MixedPrecision, optimizer_of
from core.learning.recipe import Recipe
from core.model.network import Network, build, channels_last
from core.progress import Progress

#: The first batch is slower than all others; those after it are measured for so many seconds at least.
_LEAST_SECONDS, _MOST_BATCHES = 1.5, 8

#: OpenVINO's forms, and comparing int8; measured for ResNet-18 on two cores.
_FORMS = 25.0

#: Scans that finishing looks at, at most, beside those held out.
_LOOKED_AT = 2000


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
    size = suggested_batch_size(recipe, where)
    run = _Run(replace(recipe, batch_size=size), where)
    looked, looks = _timed(run.look, size, where, progress)
    if recipe.on_features:
        views = 1 if recipe.augment == "none" else VIEWS + 1
        asking, per_epoch, learns = views * (scans + held) * looked, 0.0002 * (scans + held), 0
    else:
        learnt, learns = _timed(run.learn, size, where, progress)
        asking, per_epoch = 0.0, scans * learnt + held * looked
    small = min(recipe.small_epochs, recipe.epochs - 1)
    share = (min(recipe.small_size, recipe.size) / recipe.size) ** 2
    epochs = (recipe.epochs - small * (1 - share)) * per_epoch
    finishing = _FORMS + (2 * held + min(scans, _LOOKED_AT)) * looked
    before = decode_seconds + asking
    return Estimate(before + epochs + finishing, epochs / recipe.epochs, size, looks + learns)


class _Run:
    """A network with random weights, and noise to train it on."""

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        self._recipe = recipe
        self._mixed = MixedPrecision(device)
        self._network: Network = channels_last(build(recipe.backbone, recipe.head).to(device))
        part = self._network.head if recipe.freeze_backbone else self._network
        self._optimizer = optimizer_of(recipe, list(part.parameters()))
        shape = (recipe.batch_size, 1, recipe.size, recipe.size)
        self._x = torch.rand(shape, device=device).contiguous(memory_format=torch.channels_last)
        self._labels = torch.arange(recipe.batch_size, device=device) % 2

    def learn(self) -> None:
        self._network.train()
        if self._recipe.freeze_backbone:
            self._network.backbone.eval().requires_grad_(False)
        with self._mixed.context():
            logits = self._network(self._x).float()
        self._optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(logits, self._labels).backward()
        self._optimizer.step()

    def look(self) -> None:
        self._network.eval()
        with torch.inference_mode(), self._mixed.context():
            self._network(self._x)


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
