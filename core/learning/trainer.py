"""The training loop: epochs over decoded scans, saved after each so that it can go on after a kill."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.datasets.dataset import LoadedScans
from core.errors import LungfieldError
from core.learning.augment import POLICIES, Augmenter, normalise_batch
from core.learning.epochs import EpochResult, describe, scores_by_dataset
from core.learning.optimisation import MixedPrecision, average_of, optimizer_of, scheduler_of
from core.learning.recipe import Recipe
from core.learning.run_state import RunState, load_state, save_state
from core.model.network import Network, channels_last
from core.progress import Progress

#: Scans a forward pass without gradients takes at once.
_VALIDATION_BATCH = 64


class Trainer:
    """One run of one recipe over scans that are already decoded and split.

    Args:
        network: where to start; it is trained in place.
        scans: samples of the splits "train" and "val" (others are ignored), pixels at `recipe.size`.
        state_file: where the run is saved after each epoch.
    """

    def __init__(
        self, recipe: Recipe, network: Network, scans: LoadedScans, device: torch.device, state_file: Path
    ) -> None:
        self.recipe = recipe
        self.device = device
        self.history: list[dict[str, Any]] = []
        self.network = channels_last(network.to(device))
        self.preprocessing = recipe.preprocessing
        self._scans = scans
        self._state_file = state_file
        self._labels = torch.tensor([sample.label for sample in scans.samples])
        self._order = _expanded(scans, recipe)
        self._steps = sum(1 for _ in _batches(self._order, recipe.batch_size))
        self._weights = self._class_weights()
        self._held = torch.tensor([i for i, s in enumerate(scans.samples) if s.split == "val"])
        self._pictures: dict[int, Tensor] = {}
        self._mixed = MixedPrecision(device)
        self._optimizer = optimizer_of(recipe, self._trained())
        self._scheduler = scheduler_of(recipe, self._optimizer, self._steps * recipe.epochs)
        self._average = average_of(recipe, network)
        self._best: dict[str, Tensor] = {}
        self._best_accuracy = -1.0

    # -- running ---------------------------------------------------------------------------------

    def run(self, progress: Progress) -> None:
        """Train all epochs that are still to do, then leave the weights to keep in `network`.

        Raises:
            Cancelled: after the epoch last saved; `resume` goes on from there.
            LungfieldError: the loss is no longer a number.
        """
        for epoch in range(len(self.history), self.recipe.epochs):
            share = 1 / self.recipe.epochs
            part = progress.part(epoch * share, (epoch + 1) * share)
            result = self._epoch(epoch, part)
            self.history.append(result)
            progress.say(describe(result, self.recipe.epochs))
            self._save()
        self.network.load_state_dict(self._kept())

    def resume(self) -> bool:
        """Go on from `state_file`; False where there is none.

        Raises:
            LungfieldError: it belongs to another recipe or other scans.
        """
        if not self._state_file.exists():
            return False
        state = load_state(self._state_file)
        if state.described["run"] != self._fingerprint():
            raise LungfieldError(
                f"the interrupted run in {self._state_file.parent} had other options or other scans",
                "repeat its command with --resume, or choose another --out",
            )
        self.network.load_state_dict(state.get("network"))
        if self._average is not None:
            self._average.load_state_dict(state.get("average"))
        self._optimizer.load_state_dict(state.get_optimizer())
        if self._scheduler is not None:
            self._scheduler.load_state_dict(state.described["scheduler"])
        self._mixed.scaler.load_state_dict(state.described["scaler"])
        self._best, self._best_accuracy = state.get("best"), state.described["best_accuracy"]
        self.history = state.described["history"]
        return True

    def _save(self) -> None:
        state = RunState(
            {
                "run": self._fingerprint(),
                "scheduler": self._scheduler.state_dict() if self._scheduler is not None else None,
                "scaler": self._mixed.scaler.state_dict(),
                "best_accuracy": self._best_accuracy,
                "history": self.history,
            }
        )
        state.put("network", self.network.state_dict())
        state.put("best", self._best)
        if self._average is not None:
            state.put("average", self._average.state_dict())
        state.put_optimizer(self._optimizer)
        save_state(state, self._state_file)

    def _fingerprint(self) -> dict[str, Any]:
        return {"recipe": _jsonable(self.recipe), "scans": self._scans.fingerprint()}

    # -- one epoch -------------------------------------------------------------------------------

    def _epoch(self, epoch: int, progress: Progress) -> EpochResult:
        started = time.monotonic()
        seed = self.recipe.seed * 100_003 + epoch
        # Dropout draws from the global generator; order and augmentation from their own.
        torch.manual_seed(seed)
        augment = Augmenter(POLICIES[self.recipe.augment], seed)
        order = self._order[torch.randperm(len(self._order), generator=torch.Generator().manual_seed(seed))]
        self._set_mode()
        losses, logits, taken = [], [], []
        batches = _batches(order, self.recipe.batch_size)
        for done, batch in enumerate(batches, start=1):
            progress.check()
            loss, answers = self._step(batch, augment, epoch)
            losses.append(loss * len(batch))
            logits.append(answers)
            taken.append(batch)
            progress.report(0.95 * done / self._steps, f"epoch {epoch + 1}, loss {loss:.3f}")
        rows = torch.cat(taken)
        train = scores_by_dataset(torch.cat(logits).numpy(), [self._scans.samples[i] for i in rows.tolist()])
        result = {
            "epoch": epoch + 1,
            "train_loss": sum(losses) / len(rows),
            "train_accuracy": train["all"]["accuracy"],
            "train_auc": train["all"]["auc"],
            **self._validate(epoch, progress),
            "lr": self._optimizer.param_groups[0]["lr"],
            "seconds": round(time.monotonic() - started, 1),
        }
        if isinstance(self._scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            self._scheduler.step(result["val_accuracy"])
        whole = self.recipe.size_in(epoch) == self.recipe.size
        if self.recipe.keep == "best" and whole and result["val_accuracy"] > self._best_accuracy:
            self._best_accuracy = result["val_accuracy"]
            self._best = {
                name: value.detach().cpu().clone() for name, value in self._judged().state_dict().items()
            }
        return result

    def _step(self, batch: Tensor, augment: Augmenter, epoch: int) -> tuple[float, Tensor]:
        x = augment(self._batch(batch, self.recipe.size_in(epoch)))
        x = normalise_batch(x, self.preprocessing).contiguous(memory_format=torch.channels_last)
        target = self._labels[batch].to(self.device)
        with self._mixed.context():
            logits = self.network(x).float()
        loss = functional.cross_entropy(
            logits, target, weight=self._weights, label_smoothing=self.recipe.label_smoothing
        )
        value = loss.item()
        if not math.isfinite(value):
            raise LungfieldError("training broke down: the loss is no longer a number", "try a lower --lr")
        self._optimizer.zero_grad(set_to_none=True)
        self._mixed.scaler.scale(loss).backward()
        self._mixed.scaler.step(self._optimizer)
        self._mixed.scaler.update()
        if isinstance(self._scheduler, torch.optim.lr_scheduler.OneCycleLR):
            self._scheduler.step()
        if self._average is not None:
            self._average.update_parameters(self.network)
        return value, logits.detach().cpu()

    def _validate(self, epoch: int, progress: Progress) -> dict[str, Any]:
        logits = self.logits(self._held, self.recipe.size_in(epoch), progress)
        held = [self._scans.samples[i] for i in self._held.tolist()]
        scores = scores_by_dataset(logits, held)
        loss = functional.cross_entropy(torch.from_numpy(logits), self._labels[self._held]).item()
        return {
            "val_loss": loss,
            "val_accuracy": scores["all"]["accuracy"],
            "val_auc": scores["all"]["auc"],
            "datasets": {name: score for name, score in scores.items() if name != "all"},
        }

    def logits(self, rows: Tensor, size: int, progress: Progress) -> NDArray[np.float32]:
        """Logits float32 [n, 2] of the samples `rows`, unaugmented, by the weights that would be kept."""
        network = self._judged().eval()
        parts = []
        with torch.inference_mode():
            for batch in _batches(rows, _VALIDATION_BATCH, whole=True):
                progress.check()
                x = normalise_batch(self._batch(batch, size), self.preprocessing)
                with self._mixed.context():
                    parts.append(network(x.contiguous(memory_format=torch.channels_last)).float().cpu())
        return np.asarray(torch.cat(parts).numpy(), np.float32)

    # -- pieces ----------------------------------------------------------------------------------

    def _batch(self, rows: Tensor, size: int) -> Tensor:
        """Pictures float [n, 1, size, size] in 0..1 on the device."""
        if size not in self._pictures:
            self._pictures = {size: _resized(self._scans.pixels, size)}
        return self._pictures[size][rows].to(self.device).float()[:, None] / 255

    def _set_mode(self) -> None:
        self.network.train()
        if self.recipe.freeze_backbone:
            # Not only its weights: its normalisation layers must not drift either.
            self.network.backbone.eval().requires_grad_(False)

    def _trained(self) -> list[nn.Parameter]:
        part = self.network.head if self.recipe.freeze_backbone else self.network
        return list(part.parameters())

    def _judged(self) -> nn.Module:
        return self._average.module if self._average is not None else self.network

    def _kept(self) -> dict[str, Tensor]:
        return self._best if self.recipe.keep == "best" else dict(self._judged().state_dict())

    def _class_weights(self) -> Tensor | None:
        if not self.recipe.class_weights:
            return None
        counts = torch.bincount(self._labels[self._order], minlength=2).clamp(min=1)
        return (len(self._order) / (2 * counts)).to(self.device)


def _expanded(scans: LoadedScans, recipe: Recipe) -> Tensor:
    """Rows of the training samples, each as often as its DATASET is to be taken in an epoch."""
    datasets = list(dict.fromkeys(sample.dataset for sample in scans.samples))
    times = dict(zip(datasets, recipe.repeat, strict=False))
    rows = [
        row
        for row, sample in enumerate(scans.samples)
        if sample.split == "train"
        for _ in range(times.get(sample.dataset, 1))
    ]
    return torch.tensor(rows)


def _resized(pixels: NDArray[np.uint8], size: int) -> Tensor:
    if pixels.shape[1] == size:
        return torch.from_numpy(pixels)
    import cv2

    return torch.from_numpy(
        np.stack([cv2.resize(p, (size, size), interpolation=cv2.INTER_AREA) for p in pixels])
    )


def _batches(rows: Tensor, size: int, whole: bool = False) -> Iterator[Tensor]:
    """Rows in batches. A last batch of one is left out unless `whole`: normalisation needs two."""
    for batch in rows.split(size):
        if whole or len(batch) > 1:
            yield batch


def _jsonable(recipe: Recipe) -> dict[str, Any]:
    return {**asdict(recipe), "repeat": list(recipe.repeat)}
