"""Reading labelled scans, and scoring what was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

from core.datasets.dataset import Sample
from core.datasets.inspection import found
from core.datasets.patients import patient_groups
from core.errors import DatasetError, ScanError
from core.progress import Progress
from core.reading.finding import Found
from core.reading.folder import Outcome, read_files
from core.reading.reader import Reader
from core.scoring.evaluated import EvaluatedScan, Evaluation
from core.scoring.metrics import Metrics, Scored, metrics


def score(
    reader: Reader,
    samples: Sequence[Sample],
    name: str,
    progress: Progress,
    each: Callable[[Outcome], None] = lambda _: None,
    *,
    model_path: Path = Path(),
) -> Evaluation:
    """What a model says of labelled scans.

    What the gate rejects is counted, and scored like the rest: leaving it out would flatter the model.

    Args:
        name: of what is scored, as a person knows it.
        each: told every file's outcome as it comes, in order.
        model_path: the model's file, where the caller knows it.

    Raises:
        DatasetError: not one scan could be read.
        Cancelled: within the time that a batch takes.
    """
    scans: list[EvaluatedScan] = []
    files = [Found(sample.path, PurePath(sample.path.name)) for sample in samples]
    outcomes = read_files(reader, files, progress)
    for done, (sample, outcome) in enumerate(zip(samples, outcomes, strict=True), start=1):
        each(outcome)
        scans.append(_evaluated(sample, outcome))
        progress.report(done / len(files), f"read {done} of {len(files)}")
    if all(scan.probability is None for scan in scans):
        raise DatasetError(f"not one scan of {name} could be read", scans[0].reason if scans else "")
    return Evaluation(
        name=name,
        model=reader.checkpoint.name,
        model_path=model_path,
        fingerprint=reader.checkpoint.fingerprint,
        engine_words=reader.engine_words,
        threshold=reader.threshold,
        operating_points=reader.checkpoint.operating_points,
        scans=tuple(scans),
    )


def of_source(
    reader: Reader,
    source: Path,
    progress: Progress,
    each: Callable[[Outcome], None] = lambda _: None,
    *,
    model_path: Path = Path(),
) -> Evaluation:
    """What a model says of a DATASET or a table: of `test/` where it has one, else of all its scans.

    Raises:
        DatasetError: it is neither, or not one scan of it could be read.
        Cancelled.
    """
    samples = found([source])
    samples = [sample for sample in samples if sample.split == "test"] or samples
    name = ", ".join(dict.fromkeys(sample.dataset for sample in samples))
    return score(reader, samples, name, progress, each, model_path=model_path)


def scored_of(evaluation: Evaluation) -> Scored:
    """The scans that have a probability, for `metrics`, figures and reports.

    Byte-identical files join their patients: they are no new evidence, whatever they are called.
    """
    read = evaluation.read
    groups = patient_groups(
        [Sample(scan.path, scan.label, scan.dataset, "test", scan.patient, scan.sha256) for scan in read]
    )
    return Scored(
        labels=evaluation.labels,
        probabilities=evaluation.probabilities,
        patients=[str(group) for group in groups],
        rejected=evaluation.rejected,
        failed=evaluation.failed,
        name=evaluation.name,
    )


def evaluate(
    reader: Reader,
    source: Path,
    out: Path,
    progress: Progress,
    each: Callable[[Outcome], None] = lambda _: None,
) -> Metrics:
    """Read a DATASET or a table and write its metrics, figures and report to `out`.

    Raises:
        DatasetError, LungfieldError: as `of_source` and `write`.
    """
    return write(out, of_source(reader, source, progress, each))


def write(out: Path, evaluation: Evaluation) -> Metrics:
    """Write metrics, figures and report of an evaluation to `out`, and return the metrics.

    Raises:
        LungfieldError: `out` cannot be written to.
    """
    from core.scoring import report

    scored = scored_of(evaluation)
    result = metrics(scored, evaluation.threshold)
    report.write_evaluation(out, scored, result, model_line(evaluation), evaluation.operating_points)
    return result


def model_line(evaluation: Evaluation) -> str:
    """The model in one line, for the head of a page."""
    return f"{evaluation.model}, {evaluation.engine_words}"


def _evaluated(sample: Sample, outcome: Outcome) -> EvaluatedScan:
    dicom = outcome.scan.dicom if outcome.scan is not None else None
    status = outcome.status
    assert status != "known"
    reading, reason = outcome.reading, outcome.reason
    try:
        sample.check(outcome.sha256 or sample.sha256)
    except ScanError as error:
        reading, status, reason = None, "failed", str(error)
    return EvaluatedScan(
        path=sample.path,
        sha256=outcome.sha256,
        label=sample.label,
        patient=sample.as_read(outcome.sha256, dicom.patient_key if dicom is not None else "").patient,
        dataset=sample.dataset,
        status=status,
        probability=reading.probability if reading is not None else None,
        reason=reason,
    )
