"""`main.py evaluate`: how good a model is on labelled scans, and whether it is better than another."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from core.cli import DONE, SOME_FAILED
from core.cli.terminal import TerminalProgress
from core.model import library
from core.opening import open_reader
from core.progress import Progress
from core.reading.folder import Outcome

if TYPE_CHECKING:
    from core.scoring.compared import Comparison
    from core.scoring.evaluated import Evaluation


def run(chosen: argparse.Namespace) -> int:
    """Evaluate; the exit status."""
    from core.scoring.evaluation import write

    if chosen.against is not None:
        library.find(chosen.against)  # not only after the first model has read everything
    with TerminalProgress() as progress:
        share = 1.0 if chosen.against is None else 0.5
        evaluation = _read(chosen, chosen.model, progress.part(0, share), tell=True)
        result = write(chosen.out, evaluation)
        comparison = _compared(chosen, evaluation, progress.part(share, 1))
    for line in summary(result):
        print(line)
    print(f"report: {chosen.out / 'report.pdf'}")
    if comparison is not None:
        _tell(chosen, comparison)
    return SOME_FAILED if result["failed"] else DONE


def _read(chosen: argparse.Namespace, model: str, progress: Progress, tell: bool) -> Evaluation:
    from core.scoring.evaluation import of_source

    path = library.find(model)
    reader = open_reader(str(path), chosen.engine, chosen.device, chosen.precision, chosen.threshold).reader
    each = _tell_failure if tell else _say_nothing
    return of_source(reader, chosen.dataset, progress, each, model_path=path)


def _compared(chosen: argparse.Namespace, first: Evaluation, progress: Progress) -> Comparison | None:
    if chosen.against is None:
        return None
    from core.scoring.comparison import compare
    from core.scoring.comparison_report import write_comparison

    comparison = compare(first, _read(chosen, chosen.against, progress, tell=False))
    write_comparison(chosen.out, comparison)
    return comparison


def _tell(chosen: argparse.Namespace, comparison: Comparison) -> None:
    from core.scoring.comparison_report import sentences

    for line in sentences(comparison):
        print(line)
    print(f"comparison: {chosen.out / 'comparison.pdf'}")


def _tell_failure(outcome: Outcome) -> None:
    if outcome.status == "failed":
        print(f"lungfield: {outcome.reason}", file=sys.stderr)


def _say_nothing(_: Outcome) -> None:
    """What cannot be read was told when the first model could not."""


def summary(result: dict[str, Any]) -> list[str]:
    """The figures in a few lines; a dash where the scans cannot tell."""
    spans = result["confidence_interval_95"]
    return [
        f"{result['n']} scans at threshold {result['threshold']:.3f} "
        f"({result['rejected']} rejected by the gate, {result['failed']} failed)",
        f"AUC {_figure(result['auc'])} {_span(spans['auc'])}   "
        f"accuracy {_figure(result['accuracy'])} {_span(spans['accuracy'])}",
        f"sensitivity {_figure(result['sensitivity'])}   specificity {_figure(result['specificity'])}   "
        f"calibration error {_figure(result['ece'])}",
    ]


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _span(interval: list[float] | None) -> str:
    return "" if interval is None else f"({interval[0]:.3f}–{interval[1]:.3f})"
