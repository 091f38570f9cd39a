"""Compares any two runs of the same kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from markupsafe import Markup

from evals.answers.runs import read_answer_run
from evals.cache.runs import read_cache_run
from evals.report.answers import answers_page
from evals.report.cache import cache_page
from evals.report.retrieval import retrieval_page
from evals.retrieval.runs import read_retrieval_run
from evals.runs import ScoredRun, compare_runs, read_bytes
from evals.statistics.gate import GateResult
from ragapp.errors import UsageError

RunT = TypeVar("RunT", bound=ScoredRun)


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison of two runs: `results` by metric, and the same as an HTML `page`."""

    results: tuple[GateResult, ...]
    page: Markup


@dataclass(frozen=True, slots=True)
class _Kind(Generic[RunT]):
    read: Callable[[Path], RunT]
    page: Callable[[RunT, RunT], Markup]

    def compare(self, before: Path, after: Path) -> Compared:
        run, baseline = self.read(after), self.read(before)
        return Compared(compare_runs(run, baseline), self.page(run, baseline))


_KINDS: Mapping[str, _Kind[Any]] = {
    "modes": _Kind(read_retrieval_run, retrieval_page),
    "questions": _Kind(read_answer_run, answers_page),
    "pairs": _Kind(read_cache_run, cache_page),
}
"""The kinds of runs, by a field that only runs of that kind have."""


def compare_files(before: Path, after: Path) -> Compared:
    """Compares two run files. Raises UsageError unless they are of the same kind and over the same data."""
    kind = _kind(after)
    if _kind(before) != kind:
        raise UsageError(f"{before} and {after} are runs of different commands. Compare two of one kind.")
    return _KINDS[kind].compare(before, after)


def _kind(path: Path) -> str:
    try:
        fields = json.loads(read_bytes(path))
    except ValueError as error:
        raise UsageError(f"{path} is not a run file: {error}. Pass another file.") from error
    for field in _KINDS:
        if isinstance(fields, Mapping) and field in fields:
            return field
    raise UsageError(f"{path} is not a run file of `ragapp eval`. Pass another file.")
