"""The training loop: epochs over decoded scans, saved after each so that it can go on after a kill."""

from __future__ import annotations

import math
import time
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
from core.learning.augment import POLICIES, Augmenter
from core.learning.epochs import EpochResult, describe, patience_is_over, scores_by_dataset, wrong_scans
from core.learning.feeding import Feed, PictureFeed, batches, cached
from core.learning.memory import is_out_of_memory
from core.learning.optimisation import MixedPrecision, average_of, optimizer_of, scheduler_of
from core.learning.recipe import Recipe
from core.learning.run_state import RunState, load_state, save_state
from core.learning.telling import Teller
from core.learning.watching import Ending
from core.model.network import Network, channels_last
from core.progress import Progress

#: Scans a forward pass without gradients takes at once.
_VALIDATION_BATCH = 64


class _BrokeDown(Exception):  # noqa: N818 - what happened, in words for the person
    """The numbers are no longer numbers."""


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
        self.batch_size = recipe.batch_size
        self._scans = scans
        self._state_file = state_file
        self._labels = torch.tensor([sample.label for sample in scans.samples])
        self._order = _expanded(scans, recipe)
        self._weights = self._class_weights()
        self._last_held = np.empty((0, 2), np.float32)
        self._held = torch.tensor([i for i, s in enumerate(scans.samples) if s.split == "val"])
        self._mixed = MixedPrecision(device)
        self._pictures = PictureFeed(recipe, self.network, scans.pixels, device)
        self._feed: Feed = self._pictures
        self._initial: dict[str, Tensor] = {}
        self._best: dict[str, Tensor] = {}
        self._best_accuracy = -1.0
        self._begin()

    def _begin(self) -> None:
        """Optimiser, schedule and running average, for what is trained."""
        self._optimizer = optimizer_of(self.recipe, self._feed.parameters())
        self._scheduler = scheduler_of(self.recipe, self._optimizer, self._steps * self.recipe.epochs)
        self._average = average_of(self.recipe, self._feed.net)

    @property
    def _steps(self) -> int:
        """Batches in an epoch."""
        return len(batches(self._order, self.batch_size))

    # -- running ---------------------------------------------------------------------------------

    def prepare(self, progress: Progress) -> None:
        """Ask a frozen backbone of every scan, where the recipe wants that cached. Raises Cancelled."""
        if self.recipe.on_features:
            self._feed = cached(self.recipe, self._pictures, self.network, self._mixed, progress)
            self._begin()

    def run(self, progress: Progress, tell: Teller) -> Ending:
        """Train the epochs that are still to do, then leave the weights to keep in `network`.

        Out of memory, the epoch is begun again with half the batch. Where the loss is no longer a number, the
        epochs before are kept.

        Raises:
            Cancelled: after the epoch last saved; `resume` goes on from there.
            LungfieldError: the loss is no longer a number in the first epoch; no batch is small enough.
        """
        ending: Ending = "complete"
        if not self.history:
            self._initial = {name: value.clone() for name, value in self._feed.net.state_dict().items()}
        while len(self.history) < self.recipe.epochs:
            epoch, share = len(self.history), 1 / self.recipe.epochs
            part = progress.part(epoch * share, (epoch + 1) * share)
            try:
                result = self._epoch(epoch, part, tell)
            except _BrokeDown as error:
                self._go_back()
                if not self.history:
                    raise LungfieldError(str(error), "try a lower learning rate (--lr)") from error
                progress.say(f"{error}; the epochs before are kept")
                ending = "broke-down"
                break
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(progress)
                continue
            self.history.append(result)
            progress.say(describe(result, self.recipe.epochs))
            self._save()
            tell.epoch(result, wrong_scans(self._last_held, [self._scans.samples[i] for i in self._held]))
            if tell.is_enough():
                ending = "enough"
                break
            if patience_is_over(self.history, self.recipe):
                progress.say(f"no better for {self.recipe.patience} epochs: that is enough")
                ending = "early"
                break
        self._feed.net.load_state_dict(self._kept())
        return ending

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
        self._take(state)
        return True

    def _take(self, state: RunState) -> None:
        self.batch_size = state.described["batch_size"]
        self._begin()
        self._feed.net.load_state_dict(state.get("network"))
        if self._average is not None:
            self._average.load_state_dict(state.get("average"))
        self._optimizer.load_state_dict(state.get_optimizer())
        if self._scheduler is not None:
            self._scheduler.load_state_dict(state.described["scheduler"])
        self._mixed.scaler.load_state_dict(state.described["scaler"])
        self._best, self._best_accuracy = state.get("best"), state.described["best_accuracy"]
        self.history = state.described["history"]

    def _go_back(self) -> None:
        """As it was after the last whole epoch."""
        if self._state_file.exists():
            self._take(load_state(self._state_file))
        else:
            self._feed.net.load_state_dict(self._initial)
            self._begin()

    def _halve(self, progress: Progress) -> None:
        if self.batch_size < 4:
            raise LungfieldError(
                "there is not enough memory to train", "close other programs, or choose a smaller --size"
            )
        self._optimizer.zero_grad(set_to_none=True)
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        self._go_back()
        self.batch_size //= 2
        progress.say(f"out of memory: going on with batches of {self.batch_size} scans")
        if isinstance(self._scheduler, torch.optim.lr_scheduler.OneCycleLR):
            # It counts steps, of which an epoch now has more
            steps, done = self._steps * self.recipe.epochs, self._steps * len(self.history)
            self._scheduler = scheduler_of(self.recipe, self._optimizer, steps, done)
        self._save()

    def _save(self) -> None:
        state = RunState(
            {
                "run": self._fingerprint(),
                "batch_size": self.batch_size,
                "scheduler": self._scheduler.state_dict() if self._scheduler is not None else None,
                "scaler": self._mixed.scaler.state_dict(),
                "best_accuracy": self._best_accuracy,
                "history": self.history,
            }
        )
        state.put("network", self._feed.net.state_dict())
        state.put("best", self._best)
        if self._average is not None:
            state.put("average", self._average.state_dict())
        state.put_optimizer(self._optimizer)
        save_state(state, self._state_file)

    def _fingerprint(self) -> dict[str, Any]:
        return {"recipe": _jsonable(self.recipe), "scans": self._scans.fingerprint()}

    # -- one epoch -------------------------------------------------------------------------------

    def _epoch(self, epoch: int, progress: Progress, tell: Teller) -> EpochResult:
        started = time.monotonic()
        seed = self.recipe.seed * 100_003 + epoch
        # Dropout draws from the global generator; order and augmentation from their own.
        torch.manual_seed(seed)
        augment = Augmenter(POLICIES[self.recipe.augment], seed)
        order = self._order[torch.randperm(len(self._order), generator=torch.Generator().manual_seed(seed))]
        self._feed.set_mode()
        losses, logits, taken = [], [], []
        for done, batch in enumerate(batches(order, self.batch_size), start=1):
            progress.check()
            loss, answers = self._step(batch, augment, epoch)
            losses.append(loss * len(batch))
            logits.append(answers)
            taken.append(batch)
            progress.report(0.95 * done / self._steps, f"epoch {epoch + 1}, loss {loss:.3f}")
            tell.batch(epoch, 0.95 * done / self._steps, loss)
        rows = torch.cat(taken)
        train = scores_by_dataset(torch.cat(logits).numpy(), [self._scans.samples[i] for i in rows.tolist()])
        result = {
            "epoch": epoch + 1,
            "train_loss": sum(losses) / len(rows),
            "train_accuracy": train["all"]["accuracy"],
            "train_auc": train["all"]["auc"],
            **self._validate(epoch, progress),
            "lr": self._optimizer.param_groups[0]["lr"],
            "seconds": round(time.monotonic() - started, 2),
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
        x = self._feed.training(batch, epoch, augment)
        target = self._labels[batch].to(self.device)
        with self._mixed.context():
            logits = self._feed.net(x).float()
        loss = functional.cross_entropy(
            logits, target, weight=self._weights, label_smoothing=self.recipe.label_smoothing
        )
        value = loss.item()
        if not math.isfinite(value):
            raise _BrokeDown("training broke down: the loss is no longer a number")
        self._optimizer.zero_grad(set_to_none=True)
        self._mixed.scaler.scale(loss).backward()
        self._mixed.scaler.step(self._optimizer)
        self._mixed.scaler.update()
        if isinstance(self._scheduler, torch.optim.lr_scheduler.OneCycleLR):
            self._scheduler.step()
        if self._average is not None:
            self._average.update_parameters(self._feed.net)
        return value, logits.detach().cpu()

    def _validate(self, epoch: int, progress: Progress) -> dict[str, Any]:
        logits = self._last_held = self._logits(self._held, self.recipe.size_in(epoch), progress)
        if not np.isfinite(logits).all():
            raise _BrokeDown("training broke down: the network no longer answers with numbers")
        held = [self._scans.samples[i] for i in self._held.tolist()]
        scores = scores_by_dataset(logits, held)
        loss = functional.cross_entropy(torch.from_numpy(logits), self._labels[self._held]).item()
        return {
            "val_loss": loss,
            "val_accuracy": scores["all"]["accuracy"],
            "val_auc": scores["all"]["auc"],
            "datasets": {name: score for name, score in scores.items() if name != "all"},
        }

    def _logits(self, rows: Tensor, size: int, progress: Progress) -> NDArray[np.float32]:
        """Logits float32 [n, 2] of the samples `rows`, unaugmented, by the weights that would be kept."""
        network = self._judged().eval()
        parts = []
        with torch.inference_mode():
            for batch in batches(rows, _VALIDATION_BATCH, whole=True):
                progress.check()
                x = self._feed.plain(batch, size)
                with self._mixed.context():
                    parts.append(network(x).float().cpu())
        return np.asarray(torch.cat(parts).numpy(), np.float32)

    # -- pieces ----------------------------------------------------------------------------------

    def _judged(self) -> nn.Module:
        return self._average.module if self._average is not None else self._feed.net

    def _kept(self) -> dict[str, Tensor]:
        # Without a best where the run ended in the epochs on smaller pictures
        return self._best or dict(self._judged().state_dict())

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


def _jsonable(recipe: Recipe) -> dict[str, Any]:
    return {**asdict(recipe), "repeat": list(recipe.repeat)}
