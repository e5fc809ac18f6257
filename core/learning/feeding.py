"""What the training loop is fed with: pictures, or a frozen backbone's features for the head alone.

The backbone of a network that only has its head trained says the same of a scan in every epoch, so that it
need be asked once: "linear evaluation" on cached features, as in Kornblith, Shlens and Le, CVPR 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.datasets.dataset import LoadedScans, Sample
from core.imaging.preprocess import Preprocessing
from core.learning.augment import POLICIES, Augmenter, normalise_batch
from core.learning.memory import is_out_of_memory
from core.learning.optimisation import MixedPrecision
from core.learning.recipe import Recipe
from core.model.network import Network
from core.progress import Progress

#: Scans a forward pass without gradients takes at once.
_AT_ONCE = 64


class Feed(Protocol):
    """Gives batches, and has what is trained on them."""

    net: nn.Module

    def training(self, rows: Tensor, epoch: int, augment: Augmenter) -> Tensor:
        """A batch of scans to learn from, for `net`, on its device."""

    def plain(self, rows: Tensor, size: int) -> Tensor:
        """A batch as it is read, for `net`."""

    def set_mode(self) -> None:
        """Have `net` learn, but for what stays as it is."""

    def parameters(self) -> list[nn.Parameter]:
        """What is trained."""


class PictureFeed:
    """Pictures, augmented anew in each epoch; the whole network is run, if not wholly trained.

    Args:
        pixels: uint8 [n, S, S].
    """

    def __init__(
        self, recipe: Recipe, network: Network, pixels: NDArray[np.uint8], device: torch.device
    ) -> None:
        self.net: nn.Module = network
        self._network = network
        self._recipe = recipe
        self._pixels = pixels
        self.device = device
        self._pictures: dict[int, Tensor] = {}

    def training(self, rows: Tensor, epoch: int, augment: Augmenter) -> Tensor:
        changed = augment(self.pictures(rows, self._recipe.size_in(epoch)))
        return normalised(changed, self._recipe.learnt_from)

    def plain(self, rows: Tensor, size: int) -> Tensor:
        return normalised(self.pictures(rows, size), self._recipe.preprocessing)

    def set_mode(self) -> None:
        self.net.train()
        if self._recipe.freeze_backbone:
            # Not only its weights: its normalisation layers must not drift either.
            self._network.backbone.eval().requires_grad_(False)

    def parameters(self) -> list[nn.Parameter]:
        part = self._network.head if self._recipe.freeze_backbone else self._network
        return list(part.parameters())

    @property
    def scans(self) -> int:
        return len(self._pixels)

    def pictures(self, rows: Tensor, size: int) -> Tensor:
        """Float [n, 1, size, size] in 0..1 on the device."""
        if size not in self._pictures:
            self._pictures = {size: _resized(self._pixels, size)}
        return self._pictures[size][rows].to(self.device).float()[:, None] / 255


def normalised(x: Tensor, spec: Preprocessing) -> Tensor:
    """As the network wants them."""
    return normalise_batch(x, spec).contiguous(memory_format=torch.channels_last)


class FeatureFeed:
    """Pooled features of the backbone, float32 [views, n, C]; only the head is trained and run."""

    def __init__(self, head: nn.Module, views: Tensor, plain: Tensor) -> None:
        self.net = head
        self._views = views
        self._plain = plain

    def training(self, rows: Tensor, epoch: int, augment: Augmenter) -> Tensor:
        view = torch.randint(len(self._views), (len(rows),), generator=augment.random)
        return self._views[view.to(self._views.device), rows]

    def plain(self, rows: Tensor, size: int) -> Tensor:
        return self._plain[rows]

    def set_mode(self) -> None:
        self.net.train()

    def parameters(self) -> list[nn.Parameter]:
        return list(self.net.parameters())


def cached(
    recipe: Recipe,
    pictures: PictureFeed,
    network: Network,
    rows: tuple[Tensor, Tensor],
    mixed: MixedPrecision,
    progress: Progress,
) -> FeatureFeed:
    """Ask the backbone of every scan, in smaller batches where memory is short.

    Args:
        rows: those to learn from, which are also asked as they are changed, and those to validate on.

    Raises:
        Cancelled.
    """
    network.eval().requires_grad_(False)
    network.head.requires_grad_(True)
    size = _AT_ONCE
    while True:
        try:
            return FeatureFeed(
                network.head, *_ask_all(recipe, pictures, network, rows, mixed, size, progress)
            )
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or size == 1:
                raise
        size //= 2


def _ask_all(
    recipe: Recipe,
    pictures: PictureFeed,
    network: Network,
    rows: tuple[Tensor, Tensor],
    mixed: MixedPrecision,
    at_once: int,
    progress: Progress,
) -> tuple[Tensor, Tensor]:
    """Features of the training scans as they are changed [views, n, C], and of all as they are [n, C]."""
    learnt = rows[0]
    plain = torch.cat(rows)
    scans, asked = len(plain) + recipe.views * len(learnt), 0

    def ask(which: Tensor, augment: Augmenter | None) -> Tensor:
        nonlocal asked
        said = torch.zeros(pictures.scans, network.backbone.channels)
        for part in batches(which, at_once, whole=True):
            progress.check()
            x = pictures.pictures(part, recipe.size)
            x = normalised(augment(x), recipe.learnt_from) if augment else normalised(x, recipe.preprocessing)
            with mixed.context():
                maps, _ = network.backbone(x)
            said[part] = maps.mean((2, 3)).float().cpu()
            asked += len(part)
            progress.report(asked / scans, f"asked the backbone of {asked} of {scans}")
        return said.to(pictures.device)

    with torch.inference_mode():
        as_it_is = ask(plain, None)
        seeds = [recipe.seed * 100_003 + 50_000 + view for view in range(1, recipe.views + 1)]
        changed = [ask(learnt, Augmenter(POLICIES[recipe.augment], seed)) for seed in seeds]
    # Copies: what was made in that mode cannot be learnt from
    return torch.stack(changed or [as_it_is]).clone(), as_it_is.clone()


def batches(rows: Tensor, size: int, whole: bool = False) -> list[Tensor]:
    """Rows in batches. A last batch of one is left out unless `whole`: normalisation needs two."""
    return [batch for batch in rows.split(size) if whole or len(batch) > 1]


def expanded(scans: LoadedScans, recipe: Recipe) -> Tensor:
    """Rows of the training samples, each as often as the DATASET given is to be taken in an epoch."""
    times = dict(enumerate(recipe.repeat))
    rows = [
        row
        for row, sample in enumerate(scans.samples)
        if sample.split == "train"
        for _ in range(times.get(sample.source, 1))
    ]
    return torch.tensor(rows)


def balanced(rows: Tensor, samples: Sequence[Sample], random: torch.Generator) -> Tensor:
    """Of `rows`, as many of each class: of each DATASET those of the rarer class, and the first so many of
    the other; in an order of their own, or the commoner class would come first and the rarer last."""
    groups: dict[str, tuple[list[int], list[int]]] = {}
    for place, row in enumerate(rows.tolist()):
        sample = samples[row]
        groups.setdefault(sample.dataset, ([], []))[sample.label].append(place)
    kept: list[int] = []
    for normal, pneumonia in groups.values():
        # Where a DATASET has one class alone, there is nothing to balance it with
        n = min(len(normal), len(pneumonia)) or max(len(normal), len(pneumonia))
        kept += normal[:n] + pneumonia[:n]
    return rows[kept][torch.randperm(len(kept), generator=random)]


def _resized(pixels: NDArray[np.uint8], size: int) -> Tensor:
    if pixels.shape[1] == size:
        return torch.from_numpy(pixels)
    import cv2

    return torch.from_numpy(
        np.stack([cv2.resize(p, (size, size), interpolation=cv2.INTER_AREA) for p in pixels])
    )
