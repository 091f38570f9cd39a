"""Any two runs of one kind, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from evals.answers.gating import scores_by_metric as answer_scores
from evals.answers.runs import read_answer_run
from evals.cache.runs import read_cache_run
from evals.cache.runs import scores_by_metric as cache_scores
from evals.report.answers import answers_page
from evals.report.cache import cache_page
from evals.report.retrieval import retrieval_page
from evals.retrieval.runs import read_retrieval_run
from evals.runs import check_same_data, read_bytes
from evals.statistics.gate import GateResult, judge_run
from ragapp.errors import UsageError


@dataclass(frozen=True, slots=True)
class Compared:
    """`results` compare the second run with the first; `page` shows the same as HTML."""

    results: tuple[GateResult, ...]
    page: Markup


def compare_files(before: Path, after: Path) -> Compared:
    """Raises UsageError unless both are runs of one kind over the same data."""
    kind = _kind(after)
    if _kind(before) != kind:
        raise UsageError(f"{before} and {after} are runs of different commands. Compare two of one kind.")
    if kind == "retrieval":
        return _retrieval(before, after)
    return _answers(before, after) if kind == "answers" else _cache(before, after)


def _kind(path: Path) -> str:
    """By a field that only runs of this kind have."""
    try:
        fields = json.loads(read_bytes(path))
    except ValueError as error:
        raise UsageError(f"{path} is no run file: {error}. Pass another file.") from error
    for field, kind in (("modes", "retrieval"), ("questions", "answers"), ("pairs", "cache")):
        if isinstance(fields, Mapping) and field in fields:
            return kind
    raise UsageError(f"{path} is no run file of `ragapp eval`. Pass another file.")


def _retrieval(before: Path, after: Path) -> Compared:
    old, new = read_retrieval_run(before), read_retrieval_run(after)
    check_same_data(new, old, before)
    metrics = [name for name in new.scored.metrics if name in old.scored.metrics]
    results = judge_run(
        {name: new.values(name) for name in metrics}, {name: old.values(name) for name in metrics}
    )
    return Compared(results, retrieval_page(new, old))


def _answers(before: Path, after: Path) -> Compared:
    old, new = read_answer_run(before), read_answer_run(after)
    check_same_data(new, old, before)
    return Compared(judge_run(answer_scores(new), answer_scores(old)), answers_page(new, old))


def _cache(before: Path, after: Path) -> Compared:
    old, new = read_cache_run(before), read_cache_run(after)
    check_same_data(new, old, before)
    return Compared(judge_run(cache_scores(new), cache_scores(old)), cache_page(new, old))
