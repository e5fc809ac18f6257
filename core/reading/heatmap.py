"""The evidence map: exact Grad-CAM of the log-odds, in the units of the decision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def evidence_map(features: NDArray[np.float32], gradient: NDArray[np.float64]) -> NDArray[np.float32]:
    """Where in the picture the log-odds come from: float32 [N, h, w], log-odds a cell.

    `Σ_c g_c F_c / (h·w)`, where g is the gradient of the log-odds with respect to the pooled features.
    As pooling is the mean over the picture, ∂(log-odds)/∂F_c is g_c / (h·w) in every cell, so this is
    Grad-CAM (Selvaraju et al. 2017) of the log-odds without its ReLU. With a linear head the cells add
    up to the log-odds less the bias. Positive speaks for pneumonia.

    Args:
        features: float32 [N, C, h, w], the last feature map.
        gradient: float64 [N, C].
    """
    _, _, height, width = features.shape
    cells = np.einsum("nc,nchw->nhw", gradient, features, optimize=True) / (height * width)
    return cells.astype(np.float32)
