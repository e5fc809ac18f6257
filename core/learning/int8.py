"""Whether a model's int8 form says the same as its full precision: measured on validation."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.engine.openvino_engine import OpenVinoEngine
from core.model.checkpoint import Checkpoint, Int8Check
from core.progress import Progress
from core.reading.reader import Prepared, Reader, Reading
from core.scoring.bootstrap import resampled_auc

#: In a DATASET of fewer scans, two that change places move AUC by about as much as is asked of all together.
_ENOUGH = 100


def check_int8(
    made: Checkpoint,
    pictures: NDArray[np.uint8],
    labels: NDArray[np.int64],
    datasets: Sequence[str],
    probabilities: NDArray[np.float64],
    progress: Progress,
) -> Int8Check | None:
    """Read in int8 what was read in full precision; None where the model has no int8 form.

    Args:
        pictures: uint8 [n, S, S], as `LoadedScans` has them.
        labels: 0 or 1 [n].
        datasets: the DATASET of each; AUC is compared for each large one too.
        probabilities: of PNEUMONIA [n], in full precision.

    Raises:
        Cancelled.
    """
    if "int8" not in made.graphs or len(pictures) == 0:
        return None
    rounded = probabilities_of(made, "int8", pictures, progress)
    moved = np.abs(rounded - probabilities)
    names = np.array(datasets)
    each = [names == name for name in dict.fromkeys(datasets)]
    parts = [np.ones(len(names), bool), *(part for part in each if part.sum() >= _ENOUGH)]
    changes = [_auc_change(labels[part], probabilities[part], rounded[part]) for part in parts]
    return Int8Check(len(moved), float(np.quantile(moved, 0.99)), float(moved.max()), max(changes))


def probabilities_of(
    model: Checkpoint, precision: str, pictures: NDArray[np.uint8], progress: Progress
) -> NDArray[np.float64]:
    """Of PNEUMONIA [n], read by OpenVINO from pictures uint8 [n, S, S]. Raises Cancelled."""
    reader = Reader(model, OpenVinoEngine(model, precision))
    waiting: deque[Callable[[], list[Reading]]] = deque()

    def readings() -> Iterator[Reading]:
        for picture in pictures:
            progress.check()
            waiting.append(reader.begin([Prepared(picture.astype(np.float32) / np.float32(255))]))
            if len(waiting) >= reader.engine.depth:
                yield from waiting.popleft()()
        while waiting:
            yield from waiting.popleft()()

    return np.array([reading.probability for reading in readings()])


def _auc_change(labels: NDArray[np.int64], before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    once = np.ones((1, len(labels)))
    first, second = (float(resampled_auc(labels, each, once)[0]) for each in (before, after))
    return 0.0 if np.isnan(first) else abs(first - second)  # one class alone has no AUC
