"""What every engine gives, so that all that follows is the same code whatever ran the backbone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Features:
    """What the backbone says of a batch.

    Attributes:
        maps: float32 [N, C, h, w], the last feature map.
        middle: float32 [N, M], mid-level features averaged over the picture; for the gate.
    """

    maps: NDArray[np.float32]
    middle: NDArray[np.float32]

    @property
    def pooled(self) -> NDArray[np.float32]:
        """float32 [N, C]: what the head reads."""
        return self.maps.mean((2, 3), dtype=np.float32)


#: Waits for what was begun, and gives it. May be called again, or never.
Pending = Callable[[], Features]


class Engine(Protocol):
    """Runs one backbone. Used from one thread at a time.

    Attributes:
        name: "torch" or "openvino".
        device: what it really runs on, such as "cpu" or "cuda (NVIDIA RTX A2000)".
        precision: "fp32", "fp16" or "int8".
        batch_size: how many scans it is best given at once.
        depth: how many batches are best under way at once, so that it never waits for who calls it.
    """

    name: str
    device: str
    precision: str
    batch_size: int
    depth: int

    def begin(self, batch: NDArray[np.float32]) -> Pending:
        """Start the backbone on preprocessed scans, float32 [N, 1, S, S]; a copy is taken where needed."""

    def features(self, batch: NDArray[np.float32]) -> Features:
        """`begin`, and wait."""
