"""The training loop: epochs over decoded scans, saved after each so that it can go on after a kill."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.datasets.dataset import LoadedScans, Sample
from core.errors import LungfieldError
from core.learning.augment import POLICIES, Augmenter, Mix
from core.learning.epochs import EpochResult, describe, patience_is_over, scores_by_dataset, wrong_scans
from core.learning.feeding import Feed, PictureFeed, balanced, batches, cached, expanded
from core.learning.learner import BrokeDown, Learner
from core.learning.memory import is_out_of_memory
from core.learning.optimisation import MixedPrecision
from core.learning.recipe import Recipe
from core.learning.run_state import RunState, digest, load_state, save_state
from core.learning.telling import Teller
from core.learning.watching import Ending, Wrong
from core.model.network import Network, channels_last
from core.progress import Progress


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
        self.history: list[EpochResult] = []
        self.network = channels_last(network.to(device))
        self.preprocessing = recipe.preprocessing
        self.batch_size = recipe.batch_size
        self._scans = scans
        self._state_file = state_file
        self._labels = torch.tensor([sample.label for sample in scans.samples])
        self._order = expanded(scans, recipe)
        self._held = torch.tensor([i for i, s in enumerate(scans.samples) if s.split == "val"])
        self._fingerprint = {
            "recipe": _plain(recipe),
            "scans": scans.fingerprint(),
            # What is not trained is not in the state either: it must be what it was
            "frozen": digest(network.backbone.state_dict()) if recipe.freeze_backbone else "",
        }
        self._mixed = MixedPrecision(device)
        self._pictures = PictureFeed(recipe, self.network, scans.pixels, device)
        self._feed: Feed = self._pictures
        self._learner = self._begun()
        self._initial: dict[str, Tensor] = {}
        self._ending: Ending | None = None
        self._best: dict[str, Tensor] = {}
        self._best_accuracy = -1.0
        self._wrong: list[Wrong] = []

    def _begun(self) -> Learner:
        return Learner(self.recipe, self._feed, self._mixed, self._class_weights(), self._steps)

    @property
    def _steps(self) -> int:
        """Batches in an epoch."""
        return len(batches(self._drawn(torch.Generator()), self.batch_size))

    # -- running ---------------------------------------------------------------------------------

    def prepare(self, progress: Progress) -> None:
        """Ask a frozen backbone of every scan, where the recipe wants that cached. Raises Cancelled."""
        if self.recipe.on_features:
            learnt = torch.unique(self._order)
            self._feed = cached(
                self.recipe, self._pictures, self.network, (learnt, self._held), self._mixed, progress
            )
            self._learner = self._begun()

    def run(self, progress: Progress, tell: Teller) -> Ending:
        """Train the epochs that are still to do, then leave the weights to keep in `network`.

        Out of memory, the epoch is begun again with half the batch. Where the loss is no longer a number, the
        epochs before are kept.

        Raises:
            Cancelled: after the epoch last saved; `resume` goes on from there.
            LungfieldError: the loss is no longer a number in the first epoch; no batch is small enough.
        """
        if not self._state_file.exists():
            self._initial = {name: value.cpu().clone() for name, value in self._feed.net.state_dict().items()}
        while (ending := self._why_to_end()) is None:
            epoch, share = len(self.history), 1 / self.recipe.epochs
            self._next(epoch, progress.part(epoch * share, (epoch + 1) * share), tell)
        if ending == "early":
            progress.say(f"no better for {self.recipe.patience} epochs: that is enough")
        self._feed.net.load_state_dict(self._kept())
        return ending

    def _why_to_end(self) -> Ending | None:
        """Decided by what is saved alone: a run killed after its last epoch has no other when it goes on."""
        if self._ending is not None:
            return self._ending
        if len(self.history) >= self.recipe.epochs:
            return "complete"
        return "early" if patience_is_over(self.history, self.recipe) else None

    def _next(self, epoch: int, progress: Progress, tell: Teller) -> None:
        """One epoch, if it can be finished."""
        is_short = False
        try:
            result = self._epoch(epoch, progress, tell)
        except BrokeDown as error:
            self._give_up(error, progress)
            return
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            is_short = True
        # Not above: for as long as the exception lives, so does what the failed batch had taken
        if is_short:
            self._halve(progress)
            return
        self.history.append(result)
        progress.say(describe(result, self.recipe.epochs))
        self._save()
        tell.epoch(result, self._wrong)
        if len(self.history) < self.recipe.epochs and tell.is_enough():
            self._ending = "enough"
            self._save()

    def _give_up(self, error: BrokeDown, progress: Progress) -> None:
        if not self.history:
            raise LungfieldError(str(error), "try a lower learning rate") from error
        self._go_back()
        progress.say(f"{error}; the epochs before are kept")
        self._ending = "broke-down"
        self._save()

    def _halve(self, progress: Progress) -> None:
        if self.batch_size < 4:
            raise LungfieldError(
                "there is not enough memory to train", "close other programs, or train at a smaller size"
            )
        self._learner.free()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        self._go_back()
        self.batch_size //= 2
        self._learner.with_steps(self._steps, len(self.history))
        progress.say(
            f"out of memory: going on with batches of {self.batch_size} scans; "
            f"epoch {len(self.history) + 1} begins again"
        )
        self._save()

    # -- its state -------------------------------------------------------------------------------

    def resume(self) -> bool:
        """Go on from `state_file`; False where there is none.

        Raises:
            LungfieldError: it belongs to another recipe or other scans.
        """
        if not self._state_file.exists():
            return False
        state = load_state(self._state_file)
        if _with_defaults(state.described["run"]) != self._fingerprint:
            raise LungfieldError(
                f"the interrupted run in {self._state_file.parent} had other options or other scans, or the "
                "model that it started from has changed",
                "go on with the options and scans that it began with, or begin a new training",
            )
        self._take(state)
        return True

    def _take(self, state: RunState) -> None:
        self.batch_size = state.described["batch_size"]
        self._learner = self._begun()
        self._learner.take_from(state)
        self._best, self._best_accuracy = state.get("best"), state.described["best_accuracy"]
        self._ending = state.described["ending"]
        self.history = state.described["history"]

    def _go_back(self) -> None:
        """As it was after the last whole epoch."""
        if self._state_file.exists():
            self._take(load_state(self._state_file))
        else:
            self._feed.net.load_state_dict(self._initial)
            self._learner = self._begun()

    def _save(self) -> None:
        state = RunState(
            {
                "run": self._fingerprint,
                "batch_size": self.batch_size,
                "best_accuracy": self._best_accuracy,
                "ending": self._ending,
                "history": self.history,
            }
        )
        self._learner.put_into(state)
        state.put("best", self._best)
        save_state(state, self._state_file)
        self._initial = {}

    # -- one epoch -------------------------------------------------------------------------------

    def _epoch(self, epoch: int, progress: Progress, tell: Teller) -> EpochResult:
        started = time.monotonic()
        seed = self.recipe.seed * 100_003 + epoch
        # Dropout draws from the global generator; order and augmentation from their own.
        torch.manual_seed(seed)
        augment = Augmenter(POLICIES[self.recipe.augment], seed)
        order = self._drawn(torch.Generator().manual_seed(seed))
        mix = Mix(self.recipe.mixup, seed)
        self._feed.set_mode()
        if epoch and self.recipe.size_in(epoch) != self.recipe.size_in(epoch - 1):
            # Weights that learnt from smaller pictures are no part of what reads larger ones well
            self._learner.average_anew()
        losses, logits, taken = [], [], []
        every = batches(order, self.batch_size)
        for done, batch in enumerate(every, start=1):
            progress.check()
            loss, answers = self._step(batch, augment, mix, epoch)
            losses.append(loss * len(batch))
            logits.append(answers)
            taken.append(batch)
            share = 0.95 * done / len(every)
            progress.report(share, f"epoch {epoch + 1}, loss {loss:.3f}")
            tell.batch(epoch, share, loss)
        rows = torch.cat(taken)
        train = scores_by_dataset(torch.cat(logits).numpy(), self._samples(rows))
        result = {
            "epoch": epoch + 1,
            "train_loss": sum(losses) / len(rows),
            "train_accuracy": train["all"]["accuracy"],
            "train_auc": train["all"]["auc"],
            **self._validate(epoch, progress),
            "lr": self._learner.rate,
            "seconds": round(time.monotonic() - started, 2),
        }
        self._learner.epoch_over(result["val_accuracy"])
        whole = self.recipe.size_in(epoch) == self.recipe.size
        if self.recipe.keep == "best" and whole and result["val_accuracy"] > self._best_accuracy:
            self._best_accuracy = result["val_accuracy"]
            self._best = self._learner.judged()
        return result

    def _step(self, batch: Tensor, augment: Augmenter, mix: Mix, epoch: int) -> tuple[float, Tensor]:
        copies = [self._feed.training(batch, epoch, augment) for _ in range(self.recipe.copies)]
        # Copies of one scan stay together, so that they are mixed with those of the same other scan
        x, target = mix(torch.stack(copies, 1), self._labels[batch].to(self.device))
        return self._learner.step(x, target)

    def _drawn(self, random: torch.Generator) -> Tensor:
        """The rows of one epoch, in the order that they are learnt from."""
        rows = self._order[torch.randperm(len(self._order), generator=random)]
        return balanced(rows, self._scans.samples, random) if self.recipe.balance else rows

    def _validate(self, epoch: int, progress: Progress) -> dict[str, Any]:
        size = self.recipe.size_in(epoch)
        logits = self._learner.logits(self._held, size, self.batch_size, progress)
        if not np.isfinite(logits).all():
            raise BrokeDown("training broke down: the network no longer answers with numbers")
        held = self._samples(self._held)
        self._wrong = wrong_scans(logits, held)
        scores = scores_by_dataset(logits, held)
        loss = functional.cross_entropy(torch.from_numpy(logits), self._labels[self._held]).item()
        return {
            "val_loss": loss,
            "val_accuracy": scores["all"]["accuracy"],
            "val_auc": scores["all"]["auc"],
            "datasets": {name: score for name, score in scores.items() if name != "all"},
        }

    # -- pieces ----------------------------------------------------------------------------------

    def _samples(self, rows: Tensor) -> Sequence[Sample]:
        return [self._scans.samples[row] for row in rows.tolist()]

    def _kept(self) -> dict[str, Tensor]:
        # Without a best where the run ended in the epochs on smaller pictures
        return self._best or self._learner.judged()

    def _class_weights(self) -> Tensor | None:
        if not self.recipe.class_weights:
            return None
        counts = torch.bincount(self._labels[self._drawn(torch.Generator())], minlength=2).clamp(min=1)
        return (counts.sum() / (2 * counts)).to(self.device)


def _plain(recipe: Recipe) -> dict[str, Any]:
    """As a file gives it back: lists for tuples."""
    return dict(json.loads(json.dumps(asdict(recipe))))


def _with_defaults(run: dict[str, Any]) -> dict[str, Any]:
    """A fingerprint of before the recipe had some of its fields, with what these are by default."""
    return {**run, "recipe": {**_plain(Recipe()), **run["recipe"]}}
