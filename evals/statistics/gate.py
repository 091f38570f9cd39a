"""The gate: compares a run with a baseline over the same questions, and fails on a significant loss.

It accepts runs of any kind: the caller passes the scores by metric and question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evals.statistics.paired import Comparison, compare
from ragapp.errors import UsageError

CLOSED = 4
"""The exit code when the gate fails."""

SIGNIFICANT = 0.05
TOLERANCE = 0.01
"""The loss of a mean that is tolerated, because a smaller one is not worth blocking a change for."""


@dataclass(frozen=True, slots=True)
class GateResult:
    """The comparison of one metric, run minus baseline. `p` is corrected for the number of metrics."""

    metric: str
    comparison: Comparison
    p: float
    lost: bool

    @property
    def outcome(self) -> str:
        """The outcome of the comparison in words."""
        if self.lost:
            return "LOST"
        if not self.comparison.wins and not self.comparison.losses:
            return "the same"
        if self.p > SIGNIFICANT:
            return "not significant"
        return "better" if self.comparison.difference > 0 else "worse, within the tolerance"


def judge_run(
    run: Mapping[str, Mapping[str, float]],
    baseline: Mapping[str, Mapping[str, float]],
    *,
    tolerance: float = TOLERANCE,
) -> tuple[GateResult, ...]:
    """Compares the scores of two runs, which are given as metric -> question -> score.

    A metric is compared over the questions that have it in both runs. (A refusal has no citations to score;
    it is covered by a metric of its own.) A metric is lost if its mean fell by more than `tolerance` with p ≤
    0.05 after Holm's correction over the metrics. Raises UsageError if the runs have no question in common.
    """
    comparisons = {}
    for metric in baseline:
        both = run.get(metric, {}).keys() & baseline[metric].keys()
        if both:
            comparisons[metric] = compare(_restricted(run[metric], both), _restricted(baseline[metric], both))
    if not comparisons:
        raise UsageError(
            "The run and the baseline have no question in common. Run both with the same dataset, --limit "
            "and --seed."
        )
    corrected = holm({metric: one.p for metric, one in comparisons.items()})
    return tuple(
        GateResult(metric, one, corrected[metric], _lost(one.difference, corrected[metric], tolerance))
        for metric, one in comparisons.items()
    )


def holm(ps: Mapping[str, float]) -> dict[str, float]:
    """Corrects p-values for the number of comparisons.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 1979.
    """
    corrected: dict[str, float] = {}
    highest = 0.0
    for place, (name, p) in enumerate(sorted(ps.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, p * (len(ps) - place)))
        corrected[name] = highest
    return corrected


def _lost(difference: float, p: float, tolerance: float) -> bool:
    return difference < -tolerance and p <= SIGNIFICANT


def _restricted(scores: Mapping[str, float], kept: set[str]) -> dict[str, float]:
    return {query: scores[query] for query in kept}


COLUMNS = ("metric", "difference", "95% interval", "p", "d", "better", "equal", "worse", "outcome")
LEGEND = "p holds for all metrics together (Holm); d is the difference in standard deviations (Cohen)."
"""Explains the columns of a table of results."""


def table_rows(results: Iterable[GateResult]) -> list[tuple[str, ...]]:
    """A row of `COLUMNS` for each metric."""
    return [_row(one, one.comparison) for one in results]


def _row(result: GateResult, found: Comparison) -> tuple[str, ...]:
    return (
        result.metric,
        f"{found.difference:+.3f}",
        f"{found.low:+.3f} to {found.high:+.3f}",
        f"{result.p:.4f}",
        f"{found.effect:+.2f}",
        *(f"{count:,}" for count in (found.wins, found.ties, found.losses)),
        result.outcome,
    )
