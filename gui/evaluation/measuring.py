"""What takes longer than a step of a slider: intervals and comparisons. These functions run on a lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.progress import Progress
from core.scoring.compared import Comparison
from core.scoring.evaluated import Evaluation
from core.scoring.metrics import Metrics, Scored, metrics
from core.scoring.rates import rate_intervals


@dataclass(frozen=True, eq=False)
class Measured:
    """One model, or two compared, at the threshold of each.

    Attributes:
        scored, results: one for each model, as `core.scoring.metrics` has them.
        intervals: 95%, by the measure's name; of a single model's.
        comparison: None where there is one model.
    """

    thresholds: tuple[float, ...]
    scored: tuple[Scored, ...]
    results: tuple[Metrics, ...]
    comparison: Comparison | None = None
    intervals: Mapping[str, Sequence[float] | None] = field(default_factory=dict)


def measured(
    evaluations: tuple[Evaluation, ...], thresholds: tuple[float, ...], progress: Progress
) -> Measured:
    """Measure one or two; with intervals it takes about a second for some thousand scans."""
    from core.scoring.evaluation import scored_of

    progress.check()
    if len(evaluations) == 2:
        return _compared(*evaluations, (thresholds[0], thresholds[1]))
    scored = scored_of(evaluations[0])
    progress.check()
    result = metrics(scored, thresholds[0])
    progress.check()
    rates = rate_intervals(scored.labels, scored.probabilities >= thresholds[0], scored.patients)
    # Accuracy and AUC as the report has them
    return Measured(thresholds, (scored,), (result,), None, {**rates, **result["confidence_interval_95"]})


def _compared(first: Evaluation, second: Evaluation, thresholds: tuple[float, float]) -> Measured:
    from core.scoring.comparison import compare

    comparison = compare(first, second, thresholds)
    sides = comparison.sides
    return Measured(
        thresholds,
        tuple(side.scored for side in sides),
        tuple(side.result for side in sides),
        comparison,
    )
