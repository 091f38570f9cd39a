"""The results of a sweep: the gain of each combination of settings, and the Pareto front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.statistics.gate import holm
from evals.statistics.paired import Comparison, compare
from evals.sweep.results import Trial, by_change
from evals.sweep.trial import Measured


@dataclass(frozen=True, slots=True)
class Row:
    """A combination of settings over all datasets.

    `quality` is the mean over the means of the datasets; `p50_ms` and `cpu_ms` (0 if not measured) are means
    over their medians; `memory_mib` is the maximum. `against` compares the combination with the current
    settings over all questions (None for the current settings); `p` is corrected for the number of
    combinations.
    """

    change: str
    by_dataset: Mapping[str, float]
    quality: float
    p50_ms: float
    cpu_ms: float
    memory_mib: float
    against: Comparison | None
    p: float | None
    on_front: bool


def rows(trials: Sequence[Trial]) -> list[Row]:
    """The rows of combinations that were tried on every dataset: the current settings first, then
    by quality.
    """
    found = by_change(trials)
    datasets = {trial.dataset for trial in trials}
    whole = {name: measured for name, (_, measured) in found.items() if measured.keys() == datasets}
    if not whole:
        return []
    first, *others = whole
    against = {name: compare(_pooled(whole[name]), _pooled(whole[first])) for name in others}
    ps = holm({name: one.p for name, one in against.items()})
    made = [_row(name, whole[name], against.get(name), ps.get(name), whole) for name in whole]
    return [made[0], *sorted(made[1:], key=lambda row: -row.quality)]


def _row(
    name: str,
    measured: Mapping[str, Measured],
    against: Comparison | None,
    p: float | None,
    all_of_them: Mapping[str, Mapping[str, Measured]],
) -> Row:
    good = _goodness(measured)
    others = [_goodness(one) for other, one in all_of_them.items() if other != name]
    beaten = any(_beats(other, good) for other in others)
    means = {dataset: one.mean for dataset, one in measured.items()}
    return Row(
        change=name,
        by_dataset=means,
        quality=good[0],
        p50_ms=_mean([one.p50_ms for one in measured.values()]),
        cpu_ms=_mean([one.cpu_ms for one in measured.values()]),
        memory_mib=-good[2],
        against=against,
        p=p,
        on_front=not beaten,
    )


def _goodness(measured: Mapping[str, Measured]) -> tuple[float, float, float]:
    """Quality, and negated time and memory, so that more is better in each. Time is CPU time, if measured."""
    return (
        _mean([one.mean for one in measured.values()]),
        -_mean([one.cpu_ms or one.p50_ms for one in measured.values()]),
        -max(one.memory_mib for one in measured.values()),
    )


def _beats(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    """Whether `one` dominates `other`, ignoring differences below 0.001, 1 ms and 10 MiB."""
    a, b = _as_shown(one), _as_shown(other)
    return a != b and all(mine >= theirs for mine, theirs in zip(a, b, strict=True))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _as_shown(found: tuple[float, float, float]) -> tuple[float, float, float]:
    quality, fast, small = found
    return round(quality, 3), round(fast), round(small, -1)


def _pooled(measured: Mapping[str, Measured]) -> dict[str, float]:
    return {
        f"{dataset}/{question}": value
        for dataset, one in measured.items()
        for question, value in one.values.items()
    }
