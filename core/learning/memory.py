"""How much memory there is to train in, and what the lack of it looks like."""

from __future__ import annotations

import psutil
import torch

from core.learning.recipe import Recipe

#: Bytes that training takes for each scan and pixel of the input, by backbone: what the backward pass keeps.
#: Measured by the growth of a process on the CPU at 224 px, and rounded up.
_BYTES_A_PIXEL = {"resnet18": 900, "densenet121": 3600, "efficientnet_b0": 2600}

#: Of the free memory a batch may take so much: others want some too.
_SHARE = 0.4

_SMALLEST, _LARGEST = 4, 32

#: What torch's allocator says on Linux and macOS, and on Windows; and CUDA's libraries, for their own memory.
_WANT_OF_MEMORY = ("can't allocate memory", "not enough memory", "ALLOC_FAILED")


def suggested_batch_size(recipe: Recipe, device: torch.device) -> int:
    """A batch that fits into the free memory: a power of two from 4 to 32.

    Larger ones make epochs no faster on a CPU, and fewer steps learn less from few scans.
    """
    needed = _BYTES_A_PIXEL[recipe.backbone] * recipe.size**2 * recipe.copies
    if recipe.freeze_backbone:
        needed //= 4
    fitting = int(free_bytes(device) * _SHARE / needed)
    size = _LARGEST
    while size > _SMALLEST and size > fitting:
        size //= 2
    return size


def free_bytes(device: torch.device) -> int:
    """Memory that nobody uses: of the card, or of the computer."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch failed for want of memory: on a card it has a type of its own, elsewhere words."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _WANT_OF_MEMORY)
