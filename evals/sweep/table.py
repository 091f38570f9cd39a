"""The results of a sweep as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence

from evals.sweep.front import Row


def markdown(rows: Sequence[Row]) -> str:
    """A Markdown table that marks the rows on the Pareto front."""
    datasets = list(rows[0].by_dataset) if rows else []
    head = ["settings", *datasets, "mean", "gain (95% interval)", "p", "ms", "CPU ms", "MiB", "front"]
    cells = [head, ["---"] * len(head), *(_cells(row, datasets) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _cells(row: Row, datasets: Sequence[str]) -> list[str]:
    gain = p = "–"
    if row.against is not None and row.p is not None:
        gain = f"{row.against.difference:+.3f} ({row.against.low:+.3f} to {row.against.high:+.3f})"
        p = f"{row.p:.3f}"
    return [
        row.change,
        *(f"{row.by_dataset[name]:.3f}" for name in datasets),
        f"{row.quality:.3f}",
        gain,
        p,
        f"{row.p50_ms:.1f}",
        f"{row.cpu_ms:.1f}" if row.cpu_ms else "–",
        f"{row.memory_mib:.0f}",
        "yes" if row.on_front else "",
    ]
