"""What an epoch gave, as plain values and as a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets.dataset import Sample
from core.learning.recipe import Recipe
from core.learning.watching import MOST_WRONG, Wrong

#: JSON values: epoch, {train,val}_{loss,accuracy,auc}, datasets, lr, seconds.
EpochResult = dict[str, Any]


def scores_by_dataset(logits: NDArray[np.float32], samples: Sequence[Sample]) -> dict[str, dict[str, Any]]:
    """Accuracy at the larger logit, and AUC (None where one class is missing): of "all" and of each DATASET.

    Args:
        logits: float32 [n, 2].
        samples: the n samples they belong to.
    """
    margin = (logits[:, 1] - logits[:, 0]).astype(np.float64)
    labels = np.array([sample.label for sample in samples])
    owners = np.array([sample.dataset for sample in samples])
    groups = {"all": np.ones(len(samples), bool)}
    groups |= {name: owners == name for name in dict.fromkeys(owners.tolist())}
    return {name: _score(margin[rows], labels[rows]) for name, rows in groups.items()}


def _score(margin: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, Any]:
    from sklearn.metrics import roc_auc_score

    auc = float(roc_auc_score(labels, margin)) if len(set(labels.tolist())) == 2 else None
    return {"n": len(labels), "accuracy": float(((margin >= 0) == labels).mean()), "auc": auc}


def describe(result: EpochResult, epochs: int) -> str:
    """The one line of an epoch."""
    parts = [
        f"epoch {result['epoch']}/{epochs}",
        f"train loss {result['train_loss']:.4f} accuracy {result['train_accuracy']:.4f}",
        f"validation loss {result['val_loss']:.4f} accuracy {result['val_accuracy']:.4f}",
        f"AUC {_figure(result['val_auc'])}",
    ]
    if len(result["datasets"]) > 1:
        parts += [f"{name} AUC {_figure(score['auc'])}" for name, score in result["datasets"].items()]
    return "  ".join([*parts, f"{result['seconds']:.0f} s"])


def patience_is_over(history: Sequence[EpochResult], recipe: Recipe) -> bool:
    """Whether neither validation accuracy nor AUC rose for `recipe.patience` epochs on whole pictures."""
    whole = [result for result in history if recipe.size_in(result["epoch"] - 1) == recipe.size]
    if not recipe.patience or not whole:
        return False
    best = max(
        int(np.argmax([-1.0 if result[name] is None else result[name] for result in whole]))
        for name in ("val_accuracy", "val_auc")
    )
    return len(whole) - 1 - best >= recipe.patience


def wrong_scans(logits: NDArray[np.float32], samples: Sequence[Sample]) -> list[Wrong]:
    """Those called by the other label, the surest first; at most MOST_WRONG."""
    margin = (logits[:, 1] - logits[:, 0]).astype(np.float64)
    wrong = [i for i, sample in enumerate(samples) if (margin[i] >= 0) != bool(sample.label)]
    wrong.sort(key=lambda i: -abs(margin[i]))
    return [
        Wrong(samples[i].path, samples[i].label, float(1 / (1 + np.exp(-margin[i]))))
        for i in wrong[:MOST_WRONG]
    ]


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
