"""Evaluations made of numbers: no scan is read for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.model.checkpoint import OperatingPoint
from core.scoring.evaluated import EvaluatedScan, Evaluation

POINTS = (
    OperatingPoint("balanced", 0.5, 0.9, 0.8),
    OperatingPoint("high sensitivity", 0.25, 0.97, 0.6),
    OperatingPoint("screening", 0.25, 0.97, 0.6),
)


def evaluation(
    labels, probabilities, *, model="a model", failed=0, rejected=(), threshold=0.5, patients=None
):
    """One scan for each label, called scan-0.png and so on, each of a patient of its own.

    Args:
        rejected: the numbers of those that the gate turned away.
        failed: how many more could not be read.
    """
    scans = [
        EvaluatedScan(
            Path(f"/scans/scan-{number}.png"),
            f"{number:064x}",
            int(label),
            f"patient {number}" if patients is None else patients[number],
            "clinic",
            "rejected" if number in rejected else "ok",
            float(probability),
            "unlike a chest X-ray" if number in rejected else "",
        )
        for number, (label, probability) in enumerate(zip(labels, probabilities, strict=True))
    ]
    scans += [
        EvaluatedScan(
            Path(f"/scans/broken-{number}.png"), "", 1, f"f{number}", "clinic", "failed", None, "no pixels"
        )
        for number in range(failed)
    ]
    return Evaluation(
        "clinic",
        model,
        Path(f"/models/{model}.safetensors"),
        model,
        "openvino cpu fp32",
        threshold,
        POINTS,
        tuple(scans),
    )


def small(**others):
    """Two of each cell at one half, at different distances from it."""
    return evaluation([0, 0, 0, 0, 1, 1, 1, 1], [0.1, 0.4, 0.6, 0.9, 0.2, 0.3, 0.7, 0.95], **others)


def large(count=6000, seed=0, model="a model"):
    """So many that anything slow is felt."""
    random = np.random.default_rng(seed)
    labels = np.random.default_rng(1).integers(0, 2, count)
    probabilities = 1 / (1 + np.exp(-(random.normal(0, 1.5, count) + 2 * (2 * labels - 1))))
    return evaluation(labels, probabilities, model=model)
