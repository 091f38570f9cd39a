"""Any two runs of one kind, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from evals.answers.runs import read_answer_run
from evals.cache.runs import read_cache_run
from evals.report.answers import answers_page
from evals.report.cache import cache_page
from evals.report.retrieval import retrieval_page
from evals.retrieval.runs import read_retrieval_run
from evals.runs import compare_runs, read_bytes
from evals.statistics.gate import GateResult
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
        found, base = read_retrieval_run(after), read_retrieval_run(before)
        return Compared(compare_runs(found, base), retrieval_page(found, base))
    if kind == "answers":
        said, said_before = read_answer_run(after), read_answer_run(before)
        return Compared(compare_runs(said, said_before), answers_page(said, said_before))
    served, served_before = read_cache_run(after), read_cache_run(before)
    return Compared(compare_runs(served, served_before), cache_page(served, served_before))


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
