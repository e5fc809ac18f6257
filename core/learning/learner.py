"""What learns: the part of a network that is trained, and what moves its weights."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.learning.feeding import Feed, batches
from core.learning.optimisation import MixedPrecision, average_of, optimizer_of, scheduler_of
from core.learning.recipe import Recipe
from core.learning.run_state import RunState
from core.progress import Progress

#: Scans a forward pass without gradients takes at once, at most; a batch to learn from, of which more is
#: kept for the way back, never needs less memory than so many times its scans here.
_AT_ONCE, _TIMES = 64, 4


class BrokeDown(Exception):  # noqa: N818 - what happened, in words for the person
    """The numbers are no longer numbers."""


class Learner:
    """One network, or its head alone, with its optimiser, schedule and running average.

    Args:
        feed: has what is trained, and gives its batches.
        weights: of both classes in the loss [2], on the device; None: alike.
        steps: batches in an epoch.
    """

    def __init__(
        self,
        recipe: Recipe,
        feed: Feed,
        mixed: MixedPrecision,
        weights: Tensor | None,
        steps: int,
    ) -> None:
        self._recipe = recipe
        self._feed = feed
        self._mixed = mixed
        self._weights = weights
        self._optimizer = optimizer_of(recipe, feed.parameters())
        self._scheduler = scheduler_of(recipe, self._optimizer, steps * recipe.epochs)
        self._average = average_of(recipe, feed.net)

    # -- learning --------------------------------------------------------------------------------

    def step(self, x: Tensor, target: Tensor) -> tuple[float, Tensor]:
        """Learn from one batch: its loss, and the logits [n, 2] before the step, on the CPU (of copies of a
        scan, their mean).

        Args:
            x: `copies` of each scan [n, copies, ...].
            target: labels int64 [n], or shares of both classes float [n, 2].

        Raises:
            BrokeDown: the loss is no longer a number; nothing was changed by it.
        """
        copies = x.shape[1]
        with self._mixed.context():
            logits = self._feed.net(x.flatten(0, 1)).float()
        loss = functional.cross_entropy(
            logits,
            target.repeat_interleave(copies, 0),
            weight=self._weights,
            label_smoothing=self._recipe.label_smoothing,
        )
        answers = logits.unflatten(0, (-1, copies))
        if self._recipe.consistency:
            loss = loss + self._recipe.consistency * divergence(answers[:, 0], answers[:, 1])
        value = loss.item()
        if not math.isfinite(value):
            raise BrokeDown("training broke down: the loss is no longer a number")
        self._optimizer.zero_grad(set_to_none=True)
        self._mixed.scaler.scale(loss).backward()
        self._mixed.scaler.step(self._optimizer)
        self._mixed.scaler.update()
        if isinstance(self._scheduler, torch.optim.lr_scheduler.OneCycleLR):
            self._scheduler.step()
        if self._average is not None:
            self._average.update_parameters(self._feed.net)
        return value, answers.detach().mean(1).cpu()

    def epoch_over(self, accuracy: float) -> None:
        """For schedules that look at validation."""
        if isinstance(self._scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            self._scheduler.step(accuracy)

    def with_steps(self, steps: int, epochs: int) -> None:
        """An epoch has so many steps now, and `epochs` are done: a schedule by steps goes on there."""
        if isinstance(self._scheduler, torch.optim.lr_scheduler.OneCycleLR):
            every = steps * self._recipe.epochs
            self._scheduler = scheduler_of(self._recipe, self._optimizer, every, steps * epochs)

    def average_anew(self) -> None:
        """Have the running average begin with the weights after the next step."""
        if self._average is not None:
            self._average.n_averaged.zero_()

    def free(self) -> None:
        """Let go of the gradients."""
        self._optimizer.zero_grad(set_to_none=True)

    @property
    def rate(self) -> float:
        """The learning rate now."""
        return float(self._optimizer.param_groups[0]["lr"])

    # -- answering -------------------------------------------------------------------------------

    def logits(self, rows: Tensor, size: int, batch_size: int, progress: Progress) -> NDArray[np.float32]:
        """Logits float32 [n, 2] of the samples `rows`, unaugmented, by the weights that would be kept.

        Args:
            batch_size: that fits when learning. Raises Cancelled.
        """
        network = self._judged.eval()
        parts = []
        with torch.inference_mode():
            for batch in batches(rows, min(_AT_ONCE, _TIMES * batch_size), whole=True):
                progress.check()
                x = self._feed.plain(batch, size)
                with self._mixed.context():
                    parts.append(network(x).float().cpu())
        return np.asarray(torch.cat(parts).numpy(), np.float32)

    def judged(self) -> dict[str, Tensor]:
        """The weights that would be kept now, and are judged by validation: copies, on the CPU."""
        return {name: value.detach().cpu().clone() for name, value in self._judged.state_dict().items()}

    @property
    def _judged(self) -> nn.Module:
        return self._average.module if self._average is not None else self._feed.net

    # -- its state -------------------------------------------------------------------------------

    def put_into(self, state: RunState) -> None:
        """All that it takes to go on exactly."""
        state.described["scheduler"] = self._scheduler.state_dict() if self._scheduler is not None else None
        state.described["scaler"] = self._mixed.scaler.state_dict()
        state.put("network", self._feed.net.state_dict())
        if self._average is not None:
            state.put("average", self._average.state_dict())
        state.put_optimizer(self._optimizer)

    def take_from(self, state: RunState) -> None:
        """Go on from what `put_into` put there."""
        self._feed.net.load_state_dict(state.get("network"))
        if self._average is not None:
            self._average.load_state_dict(state.get("average"))
        self._optimizer.load_state_dict(state.get_optimizer())
        if self._scheduler is not None:
            self._scheduler.load_state_dict(state.described["scheduler"])
        if scaler := state.described["scaler"]:  # empty where the run began on a device that needs none
            self._mixed.scaler.load_state_dict(scaler)


def divergence(one: Tensor, other: Tensor) -> Tensor:
    """How unlike the classes' probabilities of logits [n, 2] and [n, 2] are: the mean of the Kullback-Leibler
    divergences both ways, nats, over the batch."""
    first, second = functional.log_softmax(one, 1), functional.log_softmax(other, 1)
    return ((first.exp() - second.exp()) * (first - second)).sum(1).mean() / 2
