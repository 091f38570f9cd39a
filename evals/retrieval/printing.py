"""Prints an evaluation: a table for people, one JSON document for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table

from evals.retrieval.runs import RetrievalRun
from evals.retrieval.stages import Stages
from evals.retrieval.types import Scores
from evals.statistics.gate import SIGNIFICANT, GateResult
from evals.statistics.paired import Comparison


@dataclass(frozen=True, slots=True)
class RetrievalSummary:
    """The JSON of `ragapp eval retrieval --json`; `metrics` are those of `system`, by default hybrid.

    `lost` counts the relevant documents that each stage lost.
    """

    dataset: str
    split: str
    documents: int
    failed: int
    chunks: int
    queries: int
    system: str
    metrics: Scores
    by_mode: Mapping[str, Scores]
    stages: Stages | None
    lost: Mapping[str, int]
    comparisons: Mapping[str, Comparison]
    latency_ms: Mapping[str, float]
    run_file: str
    settings_fingerprint: str
    gate: Sequence[GateResult]


def summary(run: RetrievalRun, run_file: Path, gate: Sequence[GateResult]) -> RetrievalSummary:
    return RetrievalSummary(
        dataset=run.dataset,
        split=run.split,
        documents=run.documents,
        failed=len(run.failures),
        chunks=run.chunks,
        queries=len(run.scored.queries),
        system=run.system,
        metrics=run.scored.metrics,
        by_mode={mode: result.metrics for mode, result in run.modes.items()},
        stages=run.stages,
        lost=run.stages.lost if run.stages else {},
        comparisons=run.comparisons,
        latency_ms=run.latency_ms,
        run_file=str(run_file),
        settings_fingerprint=run.settings_fingerprint,
        gate=gate,
    )


def as_text(run: RetrievalRun) -> RenderableType:
    queries = len(run.scored.queries)
    sizes = f"{queries:,} queries, {run.documents:,} documents, {run.chunks:,} chunks"
    return Group(
        f"{run.dataset} ({run.split}): {sizes}",
        _table(run),
        *(_verdict(name, run.metric, comparison) for name, comparison in run.comparisons.items()),
        *_stages(run),
        *_latency(run),
    )


def _table(run: RetrievalRun) -> Table:
    metrics = run.scored.metrics
    table = Table("mode", *metrics, box=None, header_style="bold")
    for mode, result in run.modes.items():
        table.add_row(mode, *(f"{result.metrics[metric]:.3f}" for metric in metrics))
    return table


def _stages(run: RetrievalRun) -> Iterator[str]:
    if run.stages is not None:
        lost = ", ".join(f"{count:,} lost by {stage}" for stage, count in run.stages.lost.items())
        yield f"of {run.stages.relevant:,} relevant documents, {lost} are not in the top {run.stages.first}"


def _latency(run: RetrievalRun) -> Iterator[str]:
    if run.latency_ms:
        p50, p95 = run.latency_ms["p50"], run.latency_ms["p95"]
        yield f"search: {p50:.1f} ms at the median, {p95:.1f} ms at p95"


def _verdict(name: str, metric: str, comparison: Comparison) -> str:
    significance = "significant" if comparison.p <= SIGNIFICANT else "not significant"
    return (
        f"{name}: {comparison.difference:+.3f} {metric} "
        f"(95% interval {comparison.low:+.3f} to {comparison.high:+.3f}, p = {comparison.p:.4f}: "
        f"{significance}); "
        f"better on {comparison.wins}, equal on {comparison.ties}, worse on {comparison.losses}"
    )
