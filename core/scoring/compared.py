"""Two models on the same scans: plain values, light to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.scoring.evaluated import EvaluatedScan, Evaluation
from core.scoring.metrics import Metrics, Scored

#: Of the first model against the second: what the interval of the difference says. "alike" is that these
#: scans cannot tell them apart, not that they are equal; "unknown" that there is no interval.
Verdict = Literal["better", "worse", "alike", "unknown"]

#: What is compared, in this order.
FigureName = Literal["auc", "accuracy", "sensitivity", "specificity"]


@dataclass(frozen=True)
class Difference:
    """A figure of both models, 0..1 each; None where the scans cannot tell.

    Attributes:
        interval: 95%, of the difference: low, high.
    """

    first: float | None
    second: float | None
    interval: tuple[float, float] | None

    @property
    def difference(self) -> float | None:
        """First less second: above 0 where the first is better."""
        return None if self.first is None or self.second is None else self.first - self.second

    @property
    def verdict(self) -> Verdict:
        if self.interval is None:
            return "unknown"
        low, high = self.interval
        return "better" if low > 0 else "worse" if high < 0 else "alike"


@dataclass(frozen=True)
class McNemar:
    """The exact test of whether two models label equally many scans rightly.

    Attributes:
        first_only, second_only: scans that only the one model labels rightly.
        p: two-sided. Every scan counts as a patient of its own: with several scans of a patient it may be too
            small, and the interval of the difference in accuracy is to be believed.
    """

    first_only: int
    second_only: int
    p: float


@dataclass(frozen=True)
class Disagreement:
    """A scan that the two models label differently; so one of them is right.

    Attributes:
        scan: as the first model found it.
        first, second: the probabilities of PNEUMONIA, 0..1.
    """

    scan: EvaluatedScan
    first: float
    second: float
    right: Literal["first", "second"]


@dataclass(frozen=True, eq=False)
class Side:
    """One of two models, on the scans that both have read.

    Attributes:
        evaluation: of these scans only, with the threshold that it was compared at.
        result: `metrics(scored, evaluation.threshold)`.
    """

    evaluation: Evaluation
    scored: Scored
    result: Metrics


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two models on the same scans, each at a threshold.

    Attributes:
        names: how to call the two so that they are told apart.
        differences: by figure.
        disagreements: those first on which the probabilities are farthest apart.
        left_out: scans that only one of the two has read, or that have another label for the other.
        patients: how many.
    """

    first: Side
    second: Side
    names: tuple[str, str]
    differences: Mapping[FigureName, Difference]
    mcnemar: McNemar
    disagreements: tuple[Disagreement, ...]
    left_out: int
    patients: int

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.first, self.second

    @property
    def n(self) -> int:
        """How many scans both have read."""
        return len(self.first.scored.labels)
