"""`main.py evaluate`: how good a model is on labelled scans."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from core.cli import DONE, SOME_FAILED
from core.cli.terminal import TerminalProgress
from core.opening import open_reader
from core.reading.folder import Outcome


def run(chosen: argparse.Namespace) -> int:
    """Evaluate; the exit status."""
    from core.scoring.evaluation import evaluate

    reader = open_reader(
        chosen.model, chosen.engine, chosen.device, chosen.precision, chosen.threshold
    ).reader
    with TerminalProgress() as progress:
        result = evaluate(reader, chosen.dataset, chosen.out, progress, _tell_failure)
    for line in summary(result):
        print(line)
    print(f"report: {chosen.out / 'report.pdf'}")
    return SOME_FAILED if result["failed"] else DONE


def _tell_failure(outcome: Outcome) -> None:
    if outcome.status == "failed":
        print(f"lungfield: {outcome.reason}", file=sys.stderr)


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
