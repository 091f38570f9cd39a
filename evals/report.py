"""What an evaluation prints: a table for people, one JSON document for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.table import Table

from evals.gate import GateResult, gate_line
from evals.metrics import METRICS
from evals.runs import RetrievalRun
from evals.statistics import Comparison
from evals.types import Scores
from ragapp.types import SearchMode

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class RetrievalSummary:
    """The JSON of `ragapp eval retrieval --json`; `metrics` are those of hybrid."""

    dataset: str
    split: str
    documents: int
    failed: int
    chunks: int
    queries: int
    metrics: Scores
    by_mode: Mapping[SearchMode, Scores]
    comparisons: Mapping[str, Comparison]
    latency_ms: Mapping[str, float]
    run_file: str
    settings_fingerprint: str
    gate: Sequence[GateResult]


def as_json(run: RetrievalRun, run_file: Path, gate: Sequence[GateResult]) -> str:
    summary = RetrievalSummary(
        dataset=run.dataset,
        split=run.split,
        documents=run.documents,
        failed=len(run.failures),
        chunks=run.chunks,
        queries=len(run.modes["hybrid"].queries),
        metrics=run.modes["hybrid"].metrics,
        by_mode={mode: result.metrics for mode, result in run.modes.items()},
        comparisons=run.comparisons,
        latency_ms=run.latency_ms,
        run_file=str(run_file),
        settings_fingerprint=run.settings_fingerprint,
        gate=gate,
    )
    return TypeAdapter(RetrievalSummary).dump_json(summary, indent=2).decode()


def as_text(run: RetrievalRun, run_file: Path, gate: Sequence[GateResult]) -> RenderableType:
    queries = len(run.modes["hybrid"].queries)
    sizes = f"{queries:,} queries, {run.documents:,} documents, {run.chunks:,} chunks"
    return Group(
        f"{run.dataset} ({run.split}): {sizes}",
        _table(run),
        *(_verdict(name, comparison) for name, comparison in run.comparisons.items()),
        *map(gate_line, gate),
        f"search: {run.latency_ms['p50']:.1f} ms at the median, {run.latency_ms['p95']:.1f} ms at p95",
        f"run file: {run_file}",
    )


def _table(run: RetrievalRun) -> Table:
    table = Table("mode", *METRICS, box=None, header_style="bold")
    for mode, result in run.modes.items():
        table.add_row(mode, *(f"{result.metrics[metric]:.3f}" for metric in METRICS))
    return table


def _verdict(name: str, comparison: Comparison) -> str:
    luck = "not luck" if comparison.p <= SIGNIFICANT else "may be luck"
    return (
        f"{name}: {comparison.difference:+.3f} nDCG@10 "
        f"(95% interval {comparison.low:+.3f} to {comparison.high:+.3f}, p = {comparison.p:.4f}: {luck}); "
        f"better on {comparison.wins}, equal on {comparison.ties}, worse on {comparison.losses}"
    )
