"""What moves the weights: optimiser, schedule, running average, mixed precision."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from core.learning.recipe import Recipe


def optimizer_of(recipe: Recipe, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """Over `parameters`, the ones that are trained."""
    kind: Callable[..., torch.optim.Optimizer] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[
        recipe.optimizer
    ]
    return kind(parameters, lr=recipe.lr, weight_decay=recipe.weight_decay)


def scheduler_of(recipe: Recipe, optimizer: torch.optim.Optimizer, steps: int, done: int = 0) -> Any:
    """None for a constant rate. "onecycle" steps after each of `steps` batches, "plateau" after an epoch.

    Args:
        done: of those steps; the optimiser then had such a schedule already.
    """
    if recipe.schedule == "onecycle":
        return torch.optim.lr_scheduler.OneCycleLR(
            optimizer, recipe.lr, total_steps=max(steps, 1), last_epoch=done - 1
        )
    if recipe.schedule == "plateau":
        return torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", patience=2)
    return None


def average_of(recipe: Recipe, network: nn.Module) -> AveragedModel | None:
    """The running average of the weights and of the normalisation statistics that go with them."""
    if not recipe.average:
        return None
    return AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(recipe.average), use_buffers=True)


@dataclass
class MixedPrecision:
    """Half precision where the device is faster with it, full precision elsewhere.

    CUDA: bfloat16, or float16 with a gradient scaler on cards without instructions for bfloat16 (before
    Ampere), which they would emulate. CPU: bfloat16 where it multiplies whole tiles of it (AMX). With
    AVX-512's instructions for it alone an epoch took 1.1 to 1.3 times as long as in float32, and without any
    longer still.
    """

    device: torch.device

    def __post_init__(self) -> None:
        self.dtype = _half_type(self.device)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.dtype is torch.float16)

    def context(self) -> Any:
        return torch.autocast(self.device.type, self.dtype) if self.dtype is not None else nullcontext()


def _half_type(device: torch.device) -> torch.dtype | None:
    if device.type == "cuda":
        own = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if own else torch.float16
    # torch.cpu has no public question for this in all the versions that are allowed
    return torch.bfloat16 if torch.cpu._is_amx_tile_supported() else None
