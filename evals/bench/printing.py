"""Prints the results of the benchmarks as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evals.bench.asking import Latency
from evals.bench.freshness import Freshness
from evals.bench.ingest import Speed
from evals.bench.load import LoadOutcome
from evals.bench.load_clients import Load
from evals.bench.memory import Memory
from evals.bench.query import Size
from ragapp.terminal.output import print_table


def print_outcomes(found: Sequence[LoadOutcome]) -> None:
    print_table(
        ("server", "users", "answered", "a second", "turned away", "faults", "p50 ms", "p95 ms", "p99 ms"),
        (_pressed(one.name, clients) for one in found for clients in one.loads),
    )
    print_table(
        ("server", "documents", "lost", "doctor", "idle MiB", "peak MiB"),
        (
            (
                one.name,
                one.ingested,
                one.lost,
                "ok" if one.sound else "BROKEN",
                _mib(one.idle_mib),
                _mib(one.peak_mib),
            )
            for one in found
        ),
    )


def _pressed(name: str, clients: Load) -> tuple[object, ...]:
    faults = ", ".join(f"{count} × {fault}" for fault, count in clients.faults.items())
    return (
        name,
        f"{clients.users} × {clients.kind}",
        clients.answered,
        f"{clients.answered_a_second:.1f}",
        clients.turned_away,
        faults or "none",
        f"{clients.p50:.0f}",
        f"{clients.p95:.0f}",
        f"{clients.p99:.0f}",
    )


def _mib(processes: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {mib:.0f}" for name, mib in processes.items())


def print_memory(found: Memory) -> None:
    print_table(
        ("system", "step", "own MiB", "mapped MiB"),
        ((one.system, one.step, f"{one.memory.own:.0f}", f"{one.memory.mapped:.0f}") for one in found.held),
    )
    print_table(("chunks", "their vectors in fp32, MiB"), [(found.chunks, f"{found.vectors_mib:.0f}")])


def print_sizes(sizes: Sequence[Size]) -> None:
    print_table(
        (
            "chunks",
            "built in s",
            "peak MiB",
            "bytes a chunk",
            "cold start s",
            "own MiB",
            "mapped MiB",
            "recall@10",
        ),
        (
            (
                size.chunks,
                f"{size.build_seconds:.1f}",
                f"{size.build_peak_mib:.0f}",
                f"{size.bytes_a_chunk:.0f}",
                f"{size.answers.cold_start:.2f}",
                f"{size.answers.resident.own:.0f}",
                f"{size.answers.resident.mapped:.0f}",
                f"{size.answers.recall_at_10:.4f}, {size.answers.filtered_recall_at_10:.4f} with 1% filter",
            )
            for size in sizes
        ),
    )
    print_table(
        ("chunks", "milliseconds", "p50", "p95", "p99"), (row for size in sizes for row in _times(size))
    )


def _times(size: Size) -> list[tuple[object, ...]]:
    rows = [_time(size, name, found) for name, found in size.answers.latency.items()]
    rows += [
        _time(size, f"{name}, 1% filter", found) for name, found in size.answers.filtered_latency.items()
    ]
    rows.append(_time(size, "FAISS flat scan", size.flat_scan))
    limit = f"memory limit of a scan, {size.memory_gb_a_second:.1f} GB/s"
    return [*rows, (size.chunks, limit, f"{size.memory_ms:.2f}", "", "")]


def _time(size: Size, name: str, found: Latency) -> tuple[object, ...]:
    return size.chunks, name, f"{found.p50:.2f}", f"{found.p95:.2f}", f"{found.p99:.2f}"


def print_speeds(speeds: Sequence[Speed]) -> None:
    columns = (
        "system",
        "model",
        "documents",
        "pages",
        "chunks",
        "searchable s",
        "total s",
        "chunks/s",
        "stages s",
    )
    print_table(columns, (_row(speed) for speed in speeds))
    for speed in speeds:
        if (embedding := speed.embedding) is not None:
            share = embedding.share_of_matrix_speed
            print_table(
                ("embedding with", "tokens/s", "fp32 GFLOP/s of this machine", "share of it"),
                [
                    (
                        speed.model,
                        f"{embedding.tokens_a_second:.0f}",
                        f"{embedding.matrix_gflops:.0f}",
                        "" if share is None else f"{share:.2f}",
                    )
                ],
            )


def _row(speed: Speed) -> tuple[object, ...]:
    searchable = "" if speed.searchable_seconds is None else f"{speed.searchable_seconds:.1f}"
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in speed.stage_seconds.items())
    return (
        speed.system,
        speed.model,
        speed.documents,
        speed.pages,
        speed.chunks,
        searchable,
        f"{speed.total_seconds:.1f}",
        f"{speed.chunks_a_second:.1f}",
        stages,
    )


def print_freshness(found: Freshness) -> None:
    load = f"{found.load:.1f} for {found.cores} cores"
    print_table(
        ("seen by", "documents", "p50 ms", "p95 ms", "p99 ms", "load"),
        (
            (name, found.documents, f"{latency.p50:.0f}", f"{latency.p95:.0f}", f"{latency.p99:.0f}", load)
            for name, latency in (("words", found.words), ("vector", found.dense))
        ),
    )
