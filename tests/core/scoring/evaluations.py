"""Evaluations made up for the tests of this folder: models that are as good as they are told to be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.model.checkpoint import OperatingPoint
from core.scoring.evaluated import EvaluatedScan, Evaluation


def evaluation(
    probabilities: Sequence[float | None],
    labels: Sequence[int],
    model: str = "a model",
    threshold: float = 0.5,
    patients: Sequence[str] | None = None,
    root: str = "/scans",
) -> Evaluation:
    """Scan i is `root/i.png`; its content and its patient are its own unless `patients` says otherwise."""
    scans = tuple(
        EvaluatedScan(
            path=Path(f"{root}/{i}.png"),
            sha256=f"{i:064x}" if probability is not None else "",
            label=int(label),
            patient=str(i) if patients is None else patients[i],
            dataset="ward 7",
            status="failed" if probability is None else "ok",
            probability=None if probability is None else float(probability),
        )
        for i, (probability, label) in enumerate(zip(probabilities, labels, strict=True))
    )
    points = (
        OperatingPoint("balanced", threshold, 0.9, 0.9),
        OperatingPoint("high sensitivity", 0.2, 1, 0.7),
    )
    return Evaluation("ward 7", model, Path("m"), f"of {model}", "OpenVINO CPU", threshold, points, scans)


def two_models(n: int = 400, noise: float = 1.0, seed: int = 5) -> tuple[Evaluation, Evaluation]:
    """A good model, and one that sees the same with noise over it; two scans of each patient."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(rng.integers(0, 2, n // 2), 2)
    seen = rng.normal(2.0 * labels - 1, 1.0)
    worse = seen + rng.normal(0, noise, n) if noise else seen
    patients = [str(i // 2) for i in range(n)]
    good, bad = (1 / (1 + np.exp(-each)) for each in (seen, worse))
    return (
        evaluation(good, labels, "new", 0.5, patients),
        evaluation(bad, labels, "old", 0.45, patients, "/elsewhere"),
    )
