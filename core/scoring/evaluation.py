"""Reading a labelled folder and scoring the readings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath

import numpy as np

from core.datasets import dataset
from core.errors import DatasetError
from core.progress import Progress
from core.reading.finding import Found
from core.reading.folder import Outcome, read_files
from core.reading.reader import Reader
from core.scoring import report
from core.scoring.metrics import Metrics, Scored, metrics


def evaluate(
    reader: Reader,
    folder: Path,
    out: Path,
    progress: Progress,
    each: Callable[[Outcome], None] = lambda _: None,
) -> Metrics:
    """Read a DATASET and write its metrics, figures and report to `out`.

    A DATASET with `test/` is scored on that; any other on all its scans. What the gate rejects is
    counted, and scored like the rest: leaving it out would flatter the model.

    Args:
        each: told every file's outcome as it comes.

    Raises:
        DatasetError: no DATASET, or not one scan of it could be read.
    """
    samples = dataset.find_samples(folder)
    if tested := [sample for sample in samples if sample.split == "test"]:
        samples = tested
    outcomes = []
    files = [Found(sample.path, PurePath(sample.path.relative_to(folder))) for sample in samples]
    for done, outcome in enumerate(read_files(reader, files, progress), start=1):
        each(outcome)
        outcomes.append((outcome.reading, outcome.status, _patient(outcome)))
        progress.report(done / len(files), f"read {done} of {len(files)}")
    read = [(s, r, p) for s, (r, _, p) in zip(samples, outcomes, strict=True) if r is not None]
    if not read:
        raise DatasetError(f"not one scan in {folder} could be read")
    scored = Scored(
        labels=np.array([sample.label for sample, _, _ in read]),
        probabilities=np.array([reading.probability for _, reading, _ in read]),
        patients=[patient or sample.patient for sample, _, patient in read],
        rejected=sum(status == "rejected" for _, status, _ in outcomes),
        failed=sum(status == "failed" for _, status, _ in outcomes),
        name=folder.resolve().name,
    )
    result = metrics(scored, reader.threshold)
    report.write_evaluation(out, scored, result, f"{reader.checkpoint.name}, {reader.engine_words}")
    return result


def _patient(outcome: Outcome) -> str:
    scan = outcome.scan
    return scan.dicom.patient_key if scan is not None and scan.dicom is not None else ""
