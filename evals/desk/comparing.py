"""Two runs over the same data: what changed, whether that may be luck, and which questions moved most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evals.desk.runs import KeptRun
from evals.runs import ScoresByMetric
from evals.statistics.gate import GateResult, judge_run
from ragapp.errors import UsageError
from ragapp.types import FigureChange, QuestionChange, RunComparison

MOVED = 20
"""Questions told; those that did not move are never."""


def compare_runs(before: KeptRun, after: KeptRun) -> RunComparison:
    """Raises UsageError when they are of two kinds, over other data, or have no question in common."""
    first, second = before.told, after.told
    if first.kind != second.kind or before.data != after.data:
        raise UsageError(
            f"{first.name} is a {first.kind} run over {first.dataset!r}, {second.name} a {second.kind} run "
            f"over {second.dataset!r}; or that set has changed in between. Choose two runs of one set."
        )
    old, new = before.scores, after.scores
    figure = before.headline if before.headline in old else next(iter(old))
    return RunComparison(
        before=first.name,
        after=second.name,
        changes=tuple(_change(one, old, new) for one in judge_run(new, old)),
        figure=figure,
        moved=tuple(_moved(old[figure], new.get(figure, {}))),
    )


def _change(result: GateResult, old: ScoresByMetric, new: ScoresByMetric) -> FigureChange:
    both = old[result.metric].keys() & new[result.metric].keys()
    found = result.comparison
    return FigureChange(
        figure=result.metric,
        before=float(np.mean([old[result.metric][one] for one in both])),
        after=float(np.mean([new[result.metric][one] for one in both])),
        difference=found.difference,
        low=found.low,
        high=found.high,
        p=result.p,
        better=found.wins,
        equal=found.ties,
        worse=found.losses,
    )


def _moved(old: Mapping[str, float], new: Mapping[str, float]) -> list[QuestionChange]:
    both = (QuestionChange(one, old[one], new[one]) for one in old.keys() & new.keys())
    moved = [one for one in both if one.before != one.after]
    return sorted(moved, key=lambda one: (-abs(one.after - one.before), one.question))[:MOVED]
