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
"""The documents that a run file lists for each query; `write_trec` writes all of them."""

SYSTEM = "hybrid"
"""The mode that users get, which the gate compares unless another one is selected."""

COMPARED_BY = "nDCG@10"
"""The metric by which systems are compared, over documents."""

RETRIEVAL_SETTINGS = {"embedder", "reranker", "chunk_tokens", "candidates", "fusion", "dense_weight"}
"""The settings that can change search results. They are listed explicitly, so that no password in a URL gets
into a run file.
"""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """A query's scores and the first `SHOWN` corpus ids found, best first."""

    scores: Scores
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModeResult:
    """The results of a mode. `by_k` maps metric -> cutoff -> mean."""

    metrics: Scores
    queries: Mapping[str, QueryResult]
    by_k: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalRun(IngestedRun):
    """An evaluation of retrieval. When it is repeated, only `created_at` and times differ.

    `modes` are by name: a `SearchMode`, `fused` (hybrid before the reranker, if there is one), or the name of
    a scored TREC run file. `system` is the mode that the gate compares.
    """

    split: str
    documents: int
    chunks: int
    modes: Mapping[str, ModeResult]
    comparisons: Mapping[str, Comparison]
    system: str = SYSTEM
    metric: str = COMPARED_BY
    """The metric by which systems are compared, also by the gate."""
    stages: Stages | None = None
    searches_ms: Sequence[float] = ()
    """The wall-clock time of each timed search."""

    @property
    def scored(self) -> ModeResult:
        return self.modes[self.system]

    def values(self, metric: str | None = None) -> dict[str, float]:
        """The score of the system for each query, by default in `metric`."""
        return {query: one.scores[metric or self.metric] for query, one in self.scored.queries.items()}

    def scores(self) -> ScoresByMetric:
        return {metric: self.values(metric) for metric in self.scored.metrics}

    def gated(self) -> ScoresByMetric:
        """The scores that the gate compares: the main metric alone.

        Further ones would cost statistical power, because the gate corrects for their number.
        """
        return {self.metric: self.values()}


def retrieval_settings(settings: Settings) -> dict[str, SettingValue]:
    """The settings that can change search results."""
    values: dict[str, SettingValue] = settings.model_dump(mode="json", include=RETRIEVAL_SETTINGS)
    return values


def read_retrieval_run(path: Path) -> RetrievalRun:
    """Reads a run file. Raises UsageError if it does not exist or is not a retrieval run."""
    return read_run(path, RetrievalRun, "ragapp eval retrieval")
