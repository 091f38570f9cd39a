"""From the results of single questions to the figures of a run, with 95% bootstrap intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals import timing
from evals.answers.types import QuestionResult
from evals.timing import Taken
from ragapp.types import Verdict

RESAMPLES = 2_000
LEVEL = 0.95
CITING = (
    "citation_precision",
    "citation_recall",
    "verbatim",
    *(f"{level}_{what}" for level in ("document", "page", "span") for what in ("precision", "recall")),
)
"""What `ragapp eval citations` shows."""

SHOWN = (
    *("exact_match", "f1", "answer_recall", "first_sentence_recall", "token_recall", "without_sibling"),
    *(
        "near_miss_refused",
        "refusal_precision",
        "refusal_recall",
        "refusal_f1",
        "refused_although_answerable",
    ),
    *CITING,
    "judged_faithful",
)
"""What `ragapp eval answers` shows."""

VERDICTS: tuple[Verdict, ...] = ("supported", "partial", "unsupported")


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over the `n` questions that it applies to, and its interval."""

    value: float
    low: float
    high: float
    n: int


def figures(results: Sequence[QuestionResult]) -> dict[str, Figure]:
    """Each score's mean over the questions that have it, and how well refusals were chosen."""
    names = dict.fromkeys(name for result in results for name in result.scores)
    found = {
        name: _figure(np.array([[r.scores[name]] for r in results if name in r.scores]), _mean)
        for name in names
    }
    return found | _refusals(results)


def verdict_shares(results: Sequence[QuestionResult]) -> dict[Verdict, float]:
    """The share of all sentences that claim something which got each verdict."""
    total: Counter[Verdict] = Counter()
    for result in results:
        total.update(result.verdicts)
    claims = sum(total[verdict] for verdict in VERDICTS)
    return {verdict: total[verdict] / (claims or 1) for verdict in VERDICTS}


def latency(results: Sequence[QuestionResult]) -> dict[str, float]:
    """Percentiles of the milliseconds from the question to the whole answer."""
    return timing.latency([Taken(result.ms, result.cpu_ms) for result in results])


def _refusals(results: Sequence[QuestionResult]) -> dict[str, Figure]:
    """Precision, recall and F1 of refusing what is unanswerable; the share refused of what is answerable."""
    judged = [result for result in results if result.answerable is not None]
    outcomes = np.array([[r.refused, not r.answerable] for r in judged], dtype=float)
    if not judged:
        return {}
    found = {"refused_although_answerable": _figure(outcomes[outcomes[:, 1] == 0], _mean_first)}
    if outcomes[:, 1].any():
        statistics = {"refusal_precision": _precision, "refusal_recall": _recall, "refusal_f1": _f1}
        found |= {name: _figure(outcomes, statistic) for name, statistic in statistics.items()}
    return found


Floats = NDArray[np.float64]


def _figure(rows: Floats, statistic: Callable[[Floats], float]) -> Figure:
    """The statistic of `rows`, shape (n, columns), with its percentile interval over resampled rows."""
    n = len(rows)
    if n == 0:
        return Figure(0.0, 0.0, 0.0, 0)
    rng = np.random.default_rng(0)
    resampled = [statistic(rows[rng.integers(n, size=n)]) for _ in range(RESAMPLES)]
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(statistic(rows), float(low), float(high), n)


def _mean(rows: Floats) -> float:
    return float(rows.mean())


def _mean_first(rows: Floats) -> float:
    return float(rows[:, 0].mean())


def _precision(outcomes: Floats) -> float:
    refused, right = outcomes[:, 0].sum(), (outcomes[:, 0] * outcomes[:, 1]).sum()
    return float(right / refused) if refused else 0.0


def _recall(outcomes: Floats) -> float:
    wanted, right = outcomes[:, 1].sum(), (outcomes[:, 0] * outcomes[:, 1]).sum()
    return float(right / wanted) if wanted else 0.0


def _f1(outcomes: Floats) -> float:
    refused_or_wanted = outcomes.sum()
    right = (outcomes[:, 0] * outcomes[:, 1]).sum()
    return float(2 * right / refused_or_wanted) if refused_or_wanted else 0.0


def nested(found: Mapping[str, Figure]) -> dict[str, dict[str, float]]:
    """Plain values, `refusal_…` and the citation metrics in groups of their own: the shape of `--json`."""
    groups: dict[str, dict[str, float]] = {"answer": {}, "refusal": {}, "citation": {}}
    for name, figure in found.items():
        group, metric = GROUPS.get(name, ("citation", name))
        groups[group][metric] = figure.value
    return groups


GROUPS: Mapping[str, tuple[str, str]] = {
    **{name: ("answer", name) for name in ("exact_match", "f1", "answer_recall", "token_recall")},
    **{name: ("answer", name) for name in ("first_sentence_recall", "without_sibling")},
    "near_miss_refused": ("refusal", "near_misses"),
    **{f"refusal_{name}": ("refusal", name) for name in ("precision", "recall", "f1", "right")},
    "refused_although_answerable": ("refusal", "although_answerable"),
    "citation_precision": ("citation", "precision"),
    "citation_recall": ("citation", "recall"),
}
