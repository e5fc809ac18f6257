"""What a model said of labelled scans: plain values, light to import."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.model.checkpoint import OperatingPoint


@dataclass(frozen=True)
class EvaluatedScan:
    """One labelled scan and what the model said of it.

    Attributes:
        path: of the file.
        sha256: empty where it could not be opened.
        label: 0 NORMAL, 1 PNEUMONIA: the truth.
        patient: tells patients apart within `dataset`; never empty.
        dataset: its DATASET's name.
        status: "ok", "rejected" (by the gate; it has a probability all the same) or "failed".
        probability: of PNEUMONIA, 0..1; None where it failed.
        reason: why it was rejected or failed; else empty.
    """

    path: Path
    sha256: str
    label: int
    patient: str
    dataset: str
    status: Literal["ok", "rejected", "failed"]
    probability: float | None
    reason: str = ""


@dataclass(frozen=True)
class Evaluation:
    """One model on labelled scans.

    Attributes:
        name: of what was scored, as a person knows it.
        model: the model's name.
        model_path: its file.
        fingerprint: `Checkpoint.fingerprint`.
        engine_words: what read, such as "OpenVINO, CPU, int8".
        threshold: the one in use when it was read.
        operating_points: the model's own.
        scans: in the order they were found.
    """

    name: str
    model: str
    model_path: Path
    fingerprint: str
    engine_words: str
    threshold: float
    operating_points: tuple[OperatingPoint, ...]
    scans: tuple[EvaluatedScan, ...]

    @property
    def read(self) -> list[EvaluatedScan]:
        """Those that have a probability."""
        return [scan for scan in self.scans if scan.probability is not None]

    @property
    def labels(self) -> NDArray[np.int64]:
        """Of `read`: int64 [n]."""
        return np.array([scan.label for scan in self.read], np.int64)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """Of `read`, of PNEUMONIA: float64 [n], 0..1."""
        return np.array([scan.probability for scan in self.read], np.float64)

    @property
    def rejected(self) -> int:
        return sum(scan.status == "rejected" for scan in self.scans)

    @property
    def failed(self) -> int:
        return sum(scan.status == "failed" for scan in self.scans)
