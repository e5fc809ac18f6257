"""The head in closed form: logits and their gradient in NumPy, whatever engine ran the backbone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Head:
    """Linear, or linear-ReLU-linear (dropout does nothing when reading).

    Attributes:
        layers: weight float32 [out, in] and bias float32 [out] of each linear layer; the last one
            has an output for NORMAL and one for PNEUMONIA.
    """

    layers: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]

    def log_odds(self, pooled: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds of PNEUMONIA [N] from pooled features float32 [N, C]: the difference of the logits."""
        values = pooled.astype(np.float64)
        for weight, bias in self.layers[:-1]:
            values = np.maximum(values @ weight.T.astype(np.float64) + bias, 0)
        weight, bias = self.layers[-1]
        logits = values @ weight.T.astype(np.float64) + bias
        return np.asarray(logits[:, 1] - logits[:, 0], np.float64)

    def gradient(self, pooled: NDArray[np.float32]) -> NDArray[np.float64]:
        """Derivative of the log-odds with respect to the pooled features: float64 [N, C].

        Backpropagation by hand: through each hidden layer only its active units count.
        """
        active = []
        values = pooled.astype(np.float64)
        for weight, bias in self.layers[:-1]:
            values = np.maximum(values @ weight.T.astype(np.float64) + bias, 0)
            active.append(values > 0)
        last = self.layers[-1][0].astype(np.float64)
        slope = np.broadcast_to(last[1] - last[0], (len(pooled), last.shape[1]))
        for (weight, _), units in zip(reversed(self.layers[:-1]), reversed(active), strict=True):
            slope = (slope * units) @ weight.astype(np.float64)
        return np.asarray(slope, np.float64)
