"""Writes what is shown to a file. These functions run on a lane."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.files import write_whole
from core.progress import Progress
from core.scoring.evaluated import Evaluation
from gui.evaluation.measuring import Measured, measured


def save(
    path: Path, evaluations: tuple[Evaluation, ...], thresholds: tuple[float, ...], progress: Progress
) -> Path:
    """Write a PNG where the name says so, else a PDF; whole or not at all.

    Args:
        thresholds: of each, at which it is reported.

    Raises:
        LungfieldError: the file cannot be written.
    """
    evaluations = tuple(
        replace(each, threshold=threshold) for each, threshold in zip(evaluations, thresholds, strict=True)
    )
    found = measured(evaluations, thresholds, progress)
    progress.check()
    content = _picture(found, evaluations) if path.suffix.lower() == ".png" else _document(found, evaluations)
    progress.check()
    write_whole(path, content)
    return path


def _picture(found: Measured, evaluations: tuple[Evaluation, ...]) -> bytes:
    from core.scoring import comparison_report, report
    from core.scoring.evaluation import model_line

    if found.comparison is not None:
        return report.png(comparison_report.overview(found.comparison))
    return report.png(report.overview(found.scored[0], found.results[0], model_line(evaluations[0])))


def _document(found: Measured, evaluations: tuple[Evaluation, ...]) -> bytes:
    from core.scoring import comparison_report, report
    from core.scoring.evaluation import model_line

    if found.comparison is not None:
        return comparison_report.pdf(found.comparison)
    results = list(zip(found.scored, found.results, strict=True))
    return report.pdf(results, model_line(evaluations[0]), points=evaluations[0].operating_points)
