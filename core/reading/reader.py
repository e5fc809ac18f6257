"""Scan in, Reading out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.engine.base import Engine
from core.imaging.preprocess import normalise, squeezed
from core.imaging.scan import Scan
from core.model.checkpoint import CLASSES, Checkpoint
from core.reading.gate import Verdict, judge
from core.reading.head import Head
from core.reading.heatmap import evidence_map


@dataclass(frozen=True, eq=False)
class Reading:
    """What the model says of a scan.

    Attributes:
        probability: of PNEUMONIA, 0..1, calibrated.
        label: PNEUMONIA where the probability reaches the threshold, else NORMAL.
        threshold: of the operating point, or the person's.
        heatmap: float32 [h, w], calibrated log-odds a cell; positive speaks for pneumonia.
        verdict: the gate's; where it rejects, the rest is still there but not to be relied on.
        model, engine: names; the engine's with device and precision actually used.
        milliseconds: from the decoded scan to this reading, its share of the batch's time.
    """

    probability: float
    label: str
    threshold: float
    heatmap: NDArray[np.float32]
    verdict: Verdict
    model: str
    engine: str
    milliseconds: float

    @property
    def confidence(self) -> float:
        """Calibrated probability that the label is right, 0..1."""
        return self.probability if self.label == "PNEUMONIA" else 1 - self.probability

    def is_unsure(self, band: float) -> bool:
        """Whether the probability lies nearer than `band` (0..0.5) to the threshold."""
        return abs(self.probability - self.threshold) < band

    def at(self, threshold: float) -> Reading:
        """The same reading at another threshold on the probability, 0..1."""
        return replace(self, threshold=threshold, label=label_of(self.probability, threshold))


class Reader:
    """Reads scans with one model on one engine. Used from one thread at a time.

    Args:
        threshold: on the probability, 0..1; None takes the model's first operating point.
    """

    def __init__(self, checkpoint: Checkpoint, engine: Engine, threshold: float | None = None) -> None:
        self.checkpoint = checkpoint
        self.engine = engine
        self.threshold = checkpoint.threshold if threshold is None else threshold
        self._head = Head(checkpoint.head_layers())

    @property
    def engine_words(self) -> str:
        """Engine, device and precision as a reading names them."""
        return f"{self.engine.name} {self.engine.device} {self.engine.precision}"

    def read(self, scan: Scan) -> Reading:
        return self.read_batch([scan])[0]

    def read_batch(self, scans: Sequence[Scan]) -> list[Reading]:
        """A Reading for each scan, in order."""
        started = time.perf_counter()
        spec = self.checkpoint.preprocessing
        pictures = np.stack([squeezed(scan, spec) for scan in scans])
        features = self.engine.features(normalise(pictures, spec)[:, None])
        log_odds = self._head.log_odds(features.pooled) / self.checkpoint.temperature
        gradient = self._head.gradient(features.pooled) / self.checkpoint.temperature
        maps = evidence_map(features.maps, gradient)
        probabilities = probability(log_odds)
        verdicts = [
            judge(picture, scan.coloured, middle, self.checkpoint.features)
            for scan, picture, middle in zip(scans, pictures, features.middle, strict=True)
        ]
        milliseconds = 1e3 * (time.perf_counter() - started) / len(scans)
        return [
            Reading(
                probability=float(p),
                label=label_of(float(p), self.threshold),
                threshold=self.threshold,
                heatmap=heatmap,
                verdict=verdict,
                model=self.checkpoint.name,
                engine=self.engine_words,
                milliseconds=milliseconds,
            )
            for p, heatmap, verdict in zip(probabilities, maps, verdicts, strict=True)
        ]


def label_of(probability: float, threshold: float) -> str:
    """PNEUMONIA where the probability reaches the threshold, else NORMAL."""
    return CLASSES[int(probability >= threshold)]


def probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities 0..1 [N] of log-odds [N]."""
    # exp(-log(1 + exp(-x))) does not overflow at either end.
    return np.asarray(np.exp(-np.logaddexp(0, -log_odds)), np.float64)
