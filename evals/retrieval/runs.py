"""The run file of a retrieval evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.retrieval.stages import Stages
from evals.retrieval.types import Scores
from evals.runs import IngestedRun, ScoresByMetric, SettingValue, read_run
from evals.statistics.paired import Comparison
from ragapp.settings import Settings

SHOWN = 10
"""Documents a run file lists for each query; `write_trec` writes them all."""

SYSTEM = "hybrid"
"""What a user gets, and what the gate looks at unless another mode is asked for."""

COMPARED_BY = "nDCG@10"
"""What systems are compared by, over documents."""

RETRIEVAL_SETTINGS = {"embedder", "reranker", "chunk_tokens", "candidates", "fusion", "dense_weight"}
"""What can change what is found. Named one by one, so that no password in a URL gets into a run file."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """A query's scores and the first `SHOWN` corpus ids found, best first."""

    scores: Scores
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModeResult:
    """`by_k`: metric -> cutoff -> mean."""

    metrics: Scores
    queries: Mapping[str, QueryResult]
    by_k: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalRun(IngestedRun):
    """One evaluation of retrieval. All but `created_at` and times is the same when repeated.

    `modes` are by name: those of `SearchMode`, `fused` (hybrid before the reranker, where there is one), or
    the name of a TREC run file that was scored. `system` is the one that the gate compares.
    """

    split: str
    documents: int
    chunks: int
    modes: Mapping[str, ModeResult]
    comparisons: Mapping[str, Comparison]
    system: str = SYSTEM
    metric: str = COMPARED_BY
    """What systems are compared by, and what the gate looks at."""
    stages: Stages | None = None
    searches_ms: Sequence[float] = ()
    """Of each timed search, by the clock."""

    @property
    def scored(self) -> ModeResult:
        return self.modes[self.system]

    def values(self, metric: str | None = None) -> dict[str, float]:
        """The system's score of each query, by default in the metric that it is compared by."""
        return {query: one.scores[metric or self.metric] for query, one in self.scored.queries.items()}

    def scores(self) -> ScoresByMetric:
        return {metric: self.values(metric) for metric in self.scored.metrics}

    def gated(self) -> ScoresByMetric:
        """Only the one figure that says how good search is: each more would cost the test power, as the
        gate corrects for their number."""
        return {self.metric: self.values()}


def retrieval_settings(settings: Settings) -> dict[str, SettingValue]:
    """The settings that can change what is found."""
    values: dict[str, SettingValue] = settings.model_dump(mode="json", include=RETRIEVAL_SETTINGS)
    return values


def read_retrieval_run(path: Path) -> RetrievalRun:
    """Raises UsageError when the file is not there or no run of retrieval."""
    return read_run(path, RetrievalRun, "ragapp eval retrieval")
