"""A scan as the augmentation changes it, to look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.imaging.decode import decode_file
from core.imaging.preprocess import squeezed
from core.learning.augment import POLICIES, Augmenter
from core.learning.recipe import Recipe


def augmented(path: Path, recipe: Recipe, count: int, seed: int) -> NDArray[np.uint8]:
    """The scan as the network sees it, then changed in `count - 1` ways: uint8 [count, S, S].

    Raises:
        ScanError: it cannot be read.
    """
    spec = recipe.preprocessing
    plain = torch.from_numpy(squeezed(decode_file(path, min_side=spec.decode_side), spec))
    pictures = plain[None, None].repeat(count, 1, 1, 1)
    if count > 1:
        pictures[1:] = Augmenter(POLICIES[recipe.augment], seed)(pictures[1:])
    seen: NDArray[np.uint8] = (pictures[:, 0] * 255).round().clamp(0, 255).to(torch.uint8).numpy()
    return seen
