"""Scan in, Reading out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from core.engine.base import Engine, Features, Pending
from core.errors import ScanError
from core.imaging.preprocess import normalise, squeezed
from core.imaging.scan import DicomFacts, Pixels, Scan
from core.model.checkpoint import CLASSES, Checkpoint
from core.reading.gate import Likeness, Verdict, calibrations, judge, likenesses
from core.reading.head import Head
from core.reading.heatmap import evidence_map

#: In place of a heatmap that was left in the store.
_NO_MAP = np.empty((0, 0), np.float32)


@dataclass(frozen=True)
class ModelKey:
    """What reads: two readings of one scan with equal keys are the same reading.

    Attributes:
        fingerprint: of the checkpoint.
        precision: "fp32", "fp16" or "int8"; engine and device do not matter to a reading.
        name: of the model, for people.
    """

    fingerprint: str
    precision: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """What the model says of a scan.

    Attributes:
        probability: of PNEUMONIA, 0..1, calibrated.
        label: PNEUMONIA where the probability reaches the threshold, else NORMAL.
        threshold: of the operating point, or the person's.
        heatmap: float32 [h, w], calibrated log-odds a cell; positive speaks for pneumonia. [0, 0] where it
            was left in the store: see `without_map`.
        verdict: the gate's; where it rejects, the rest is still there but not to be relied on.
        model, engine: names; the engine's with device and precision actually used.
        milliseconds: from the decoded scan to this reading: its share where several were read together.
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

    @property
    def has_map(self) -> bool:
        return self.heatmap.size > 0

    @property
    def evidence(self) -> NDArray[np.float32] | None:
        """The heatmap where it may be seen on the scan: of what the gate rejects it would only mislead.

        None also where the map was left in the store, or is no longer there.
        """
        return self.heatmap if self.has_map and self.verdict.accepted else None

    def without_map(self) -> Reading:
        """The same reading, small: of a hundred thousand scans the maps are in the store, not in memory."""
        return replace(self, heatmap=_NO_MAP) if self.has_map else self

    def at(self, threshold: float) -> Reading:
        """The same reading at another threshold on the probability, 0..1."""
        return replace(self, threshold=threshold, label=label_of(self.probability, threshold))


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """A scan as the network and the gate look at it.

    Attributes:
        picture: float32 [S, S] in 0..1, as its file asks to be displayed.
        coloured: the file had visible colour.
        facts: what the DICOM file says of it; None for pictures.
        name: what to call it in an error.
    """

    picture: Pixels
    coloured: bool = False
    facts: DicomFacts | None = None
    name: str = "the scan"


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
        self._under_way: WeakSet[_Batch] = WeakSet()  # weak: whoever stops asks for none of them

    @property
    def engine_words(self) -> str:
        """Engine, device and precision as a reading names them."""
        return f"{self.engine.name} {self.engine.device} {self.engine.precision}"

    @property
    def key(self) -> ModelKey:
        """What its readings are kept under."""
        return ModelKey(self.checkpoint.fingerprint, self.engine.precision, self.checkpoint.name)

    def read(self, scan: Scan) -> Reading:
        """Raises ScanError where the network's answer is not a number."""
        return self.read_batch([scan])[0]

    def read_batch(self, scans: Sequence[Scan]) -> list[Reading]:
        """A Reading for each scan, in order. Raises ScanError where one answer is not a number."""
        return self.begin([self.prepare(scan) for scan in scans])()

    def prepare(self, scan: Scan) -> Prepared:
        """What of a scan is read; the one method that any thread may call."""
        picture = squeezed(scan, self.checkpoint.preprocessing)
        return Prepared(picture, scan.coloured, scan.dicom, Path(scan.source).name or "the scan")

    def begin(self, scans: Sequence[Prepared]) -> Callable[[], list[Reading]]:
        """Start reading; what it returns waits and gives a Reading for each scan, in order, when called once.

        Up to `engine.depth` batches may be under way; they are asked for in the order they were begun. Asking
        raises ScanError where the network's answer to one of the scans is not a number.
        """
        batch = _Batch(self, scans, time.perf_counter())
        pictures = np.stack([scan.picture for scan in scans])
        batch.pending = self.engine.begin(normalise(pictures, self.checkpoint.preprocessing)[:, None])
        self._under_way.add(batch)
        batch.beside = len(self._under_way)
        return batch

    def finish(self, batch: _Batch) -> list[Reading]:
        """What a batch is called for."""
        scans, features = batch.scans, batch.pending()
        _check_finite(features, scans)
        known = self.checkpoint.features
        likely: Sequence[Likeness | None] = (
            likenesses([scan.picture for scan in scans], features.middle, known)
            if known
            else [None] * len(scans)
        )
        temperature, offset = calibrations(likely, self.checkpoint)
        log_odds = self._head.log_odds(features.pooled) / temperature + offset
        gradient = self._head.gradient(features.pooled) / temperature[:, None]
        maps = evidence_map(features.maps, gradient)
        probabilities = probability(log_odds)
        verdicts = [
            judge(scan.picture, scan.coloured, scan.facts, likeness, known.layout if known else None)
            for scan, likeness in zip(scans, likely, strict=True)
        ]
        # Those that are under way together share the time
        together = max(batch.beside, len(self._under_way))
        self._under_way.discard(batch)
        milliseconds = 1e3 * (time.perf_counter() - batch.begun) / (together * len(scans))
        return [
            Reading(
                probability=float(p),
                label=label_of(float(p), self.threshold),
                threshold=self.threshold,
                heatmap=heatmap.copy(),  # or one that is kept would keep those of its batch
                verdict=verdict,
                model=self.checkpoint.name,
                engine=self.engine_words,
                milliseconds=milliseconds,
            )
            for p, heatmap, verdict in zip(probabilities, maps, verdicts, strict=True)
        ]


@dataclass(eq=False)
class _Batch:
    """Scans that the engine has begun with; called, it gives their readings.

    Attributes:
        begun: by the performance counter.
        beside: how many batches were under way when it was begun, itself among them.
    """

    reader: Reader
    scans: Sequence[Prepared]
    begun: float
    pending: Pending = field(init=False)
    beside: int = 1

    def __call__(self) -> list[Reading]:
        return self.reader.finish(self)


def _check_finite(features: Features, scans: Sequence[Prepared]) -> None:
    """Raise ScanError unless all are numbers: of what is none a label would be NORMAL, and the gate content.

    Half precision may overflow, and a card's memory fail.
    """
    finite = np.isfinite(features.maps).all((1, 2, 3)) & np.isfinite(features.middle).all(1)
    if not finite.all():
        name = scans[int(finite.argmin())].name
        message = f"{name} was not read, as the network's answer is not a number"
        raise ScanError(message, "use full precision, or the CPU")


def label_of(probability: float, threshold: float) -> str:
    """PNEUMONIA where the probability reaches the threshold, else NORMAL."""
    return CLASSES[int(probability >= threshold)]


def probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities 0..1 [N] of log-odds [N]."""
    # exp(-log(1 + exp(-x))) does not overflow at either end.
    return np.asarray(np.exp(-np.logaddexp(0, -log_odds)), np.float64)
