"""`ragapp bench …`: how fast things are here."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragapp.doors.terminal.folder import need_data
from ragapp.doors.terminal.options import AsJson, DataDir, InCollection, load_settings
from ragapp.doors.terminal.output import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evals.bench.asking import Latency
    from evals.bench.crowd import Load
    from evals.bench.ingest import Speed
    from evals.bench.query import Size

app = typer.Typer(help="Measure speed, beside the machine's limit and a peer.", no_args_is_help=True)


@app.command()
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files and folders to bring in.", show_default=False)],
    embedder: Annotated[
        list[str] | None,
        typer.Option(
            help="Measure with this embedder. Repeat for more. Default: RAGAPP_EMBEDDER.", show_default=False
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=0, help="Documents worked on at a time; 0: one for each core.")
    ] = 0,
    peer: Annotated[bool, typer.Option("--peer", help="Run LangChain's usual script beside it.")] = False,
    peer_python: Annotated[
        str, typer.Option(help="The Python that has the extra `bench` installed.", show_default=False)
    ] = sys.executable,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Measure bringing documents in, into a data folder that is deleted afterwards.

    Example: ragapp bench ingest ~/reports --embedder all-MiniLM-L6-v2 --peer
    """
    from evals.bench.ingest import PEER_MODEL, measure_langchain, measure_ours
    from ingest.sources import Finder
    from ragapp.incoming.web import FetchLimits

    settings = load_settings(data_dir)
    files = [Path(source.id) for source in Finder(paths, [], FetchLimits(0, 0)).find()]
    speeds = []
    if peer:
        speeds.append(measure_langchain(files, settings.models_dir / PEER_MODEL, peer_python))
    for name in embedder or [settings.embedder]:
        chosen = settings.model_copy(update={"embedder": name})
        speeds.append(measure_ours(files, chosen, jobs or os.cpu_count() or 1))
    print_json(speeds) if as_json else _print(speeds)


@app.command()
def cache(
    entries: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Answers kept. Repeat for more.", show_default="1000, 10000"),
    ] = None,
    times: Annotated[int, typer.Option(min=10, help="Questions of each kind.")] = 100,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Measure hits end to end beside making the answer: embedding, search and evidence check included.

    On the store of the settings; RAGAPP_REDIS_URL must name a server that holds nothing.

    Example: ragapp bench cache --entries 1000 --entries 100000
    """
    from evals.bench.cache import measure

    found = measure(load_settings(data_dir), sorted(entries or [1_000, 10_000]), times)
    if as_json:
        print_json(found)
        return
    rows = ((one.store, one.entries, one.kind, f"{one.p50:.1f}", f"{one.p95:.1f}") for one in found)
    print_table(("store", "kept", "answer", "p50 ms", "p95 ms"), rows)


@app.command()
def query(
    chunks: Annotated[str, typer.Option(help="Sizes to measure, with commas between.")] = "10000,100000",
    collection: InCollection = "default",
    questions: Annotated[int, typer.Option(min=10, help="Questions asked at each size.")] = 300,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Measure searching collections of any size that are like one of yours: its vectors and texts, expanded.

    Needs a collection of a thousand chunks or more. Everything is measured after the question is embedded.

    Example: ragapp bench query --chunks 10000,100000,1000000 -c reports
    """
    from evals.bench.expansion import Expansion
    from evals.bench.query import ask_about, measure
    from evals.bench.sample import sample_of
    from ragapp.bootstrap import build_workbench

    settings = load_settings(data_dir)
    need_data(settings)
    wanted = _sizes(chunks)
    bench = build_workbench(settings)
    vectors, texts, embedder = sample_of(bench, collection)
    bench.store.close()
    expansion, asked = Expansion.of(vectors), ask_about(texts, embedder, questions)
    sizes = [measure(expansion, texts, asked, count, settings) for count in wanted]
    print_json(sizes) if as_json else _print_sizes(sizes)


@app.command()
def load(
    dataset: Annotated[Path, typer.Argument(help="Folder in BEIR layout.", show_default=False)],
    askers: Annotated[int, typer.Option(min=0, help="Users who ask at the same time.")] = 200,
    searchers: Annotated[int, typer.Option(min=0, help="Users who search at the same time.")] = 1000,
    seconds: Annotated[float, typer.Option(min=1, help="How long each crowd presses.")] = 60.0,
    bad_models: Annotated[
        bool, typer.Option("--bad-models", help="Then with served models that hang, fail, write on for ever.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a server of its own under many users at once, while half of the dataset is being ingested.

    Every answer is checked: its quotes must be in the documents. Requests that are turned away with 503
    come back when they are told to.

    Example: ragapp bench load datasets/scifact --askers 50 --searchers 100 --seconds 20 --bad-models
    """
    from evals.bench.load import Pressure, measure
    from evals.bench.unruly import MISBEHAVIOURS
    from evals.datasets.beir import load_beir

    models = MISBEHAVIOURS if bad_models else ()
    found = measure(load_beir(dataset), Pressure(askers, searchers, seconds), models)
    if as_json:
        print_json(found)
        return
    print_table(
        ("server", "users", "answered", "a second", "turned away", "faults", "p50 ms", "p95 ms", "p99 ms"),
        (_pressed(one.name, crowd) for one in found for crowd in one.loads),
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


def _pressed(name: str, crowd: Load) -> tuple[object, ...]:
    faults = ", ".join(f"{count} × {fault}" for fault, count in crowd.faults.items())
    return (
        name,
        f"{crowd.users} × {crowd.kind}",
        crowd.answered,
        f"{crowd.answered_a_second:.1f}",
        crowd.turned_away,
        faults or "none",
        f"{crowd.p50:.0f}",
        f"{crowd.p95:.0f}",
        f"{crowd.p99:.0f}",
    )


def _mib(processes: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {mib:.0f}" for name, mib in processes.items())


def _sizes(chunks: str) -> list[int]:
    from ragapp.errors import UsageError

    try:
        return [int(count) for count in chunks.split(",")]
    except ValueError:
        raise UsageError(f"--chunks {chunks!r} is not numbers with commas between.") from None


def _print_sizes(sizes: list[Size]) -> None:
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


def _print(speeds: list[Speed]) -> None:
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
