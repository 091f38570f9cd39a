"""`ragapp bench …`: benchmarks on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ragapp.terminal.data_folder import need_data
from ragapp.terminal.options import AsJson, DataDir, InCollection, load_settings
from ragapp.terminal.output import print_json, print_table

app = typer.Typer(help="Measure speed, next to the limit of the machine and a peer.", no_args_is_help=True)

PeerPython = Annotated[
    str, typer.Option(help="The Python interpreter that has the extra `bench` installed.", show_default=False)
]


@app.command()
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files and folders to ingest.", show_default=False)],
    embedder: Annotated[
        list[str] | None,
        typer.Option(
            help="Measure with this embedder. May be repeated. Default: RAGAPP_EMBEDDER.", show_default=False
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=0, help="Documents processed at a time; 0 means one per core.")
    ] = 0,
    peer: Annotated[bool, typer.Option("--peer", help="Also run a typical LangChain script.")] = False,
    peer_python: PeerPython = sys.executable,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Measure the ingest of documents, into a temporary data folder.

    Example: ragapp bench ingest ~/reports --embedder all-MiniLM-L6-v2 --peer
    """
    from evals.bench.ingest import measure_langchain, measure_ours
    from evals.bench.machine import PEER_MODEL
    from evals.bench.printing import print_speeds
    from ingest.sources import Finder
    from ragapp.fetching.web import FetchLimits

    settings = load_settings(data_dir)
    files = [Path(source.id) for source in Finder(paths, [], FetchLimits(0, 0)).find()]
    speeds = []
    if peer:
        speeds.append(measure_langchain(files, settings.models_dir / PEER_MODEL, peer_python))
    for name in embedder or [settings.embedder]:
        chosen = settings.model_copy(update={"embedder": name})
        speeds.append(measure_ours(files, chosen, jobs or os.cpu_count() or 1))
    print_json(speeds) if as_json else print_speeds(speeds)


@app.command()
def cache(
    entries: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Number of cached answers. May be repeated.", show_default="1000, 10000"),
    ] = None,
    times: Annotated[int, typer.Option(min=10, help="Number of questions of each kind.")] = 100,
    peer: Annotated[
        bool, typer.Option("--peer", help="Also measure RedisVL's cache on the same server.")
    ] = False,
    peer_python: Annotated[
        str, typer.Option(help="The Python interpreter that has `redisvl` installed.", show_default=False)
    ] = sys.executable,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Measure cache hits end to end, next to answering: embedding, search and evidence check included.

    Uses the cache store of the settings. RAGAPP_REDIS_URL must point at an empty server.

    Example: ragapp bench cache --entries 1000 --entries 100000 --peer --peer-python ~/redisvl/bin/python
    """
    from evals.bench.cache import measure

    python = peer_python if peer else None
    found = measure(load_settings(data_dir), sorted(entries or [1_000, 10_000]), times, python)
    if as_json:
        print_json(found)
        return
    rows = (
        (one.store, one.entries, one.kind, f"{one.p50:.2f}", f"{one.p95:.2f}", f"{one.cpu_p50:.2f}")
        for one in found
    )
    print_table(("store", "entries", "answer", "p50 ms", "p95 ms", "CPU ms"), rows)


@app.command()
def query(
    chunks: Annotated[str, typer.Option(help="Comma-separated collection sizes in chunks.")] = "10000,100000",
    collection: InCollection = "default",
    questions: Annotated[int, typer.Option(min=10, help="Number of questions at each size.")] = 300,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Measure search in synthetic collections of any size, made from the vectors and texts of a real one.

    The real collection needs at least a thousand chunks. Embedding the question is not measured.

    Example: ragapp bench query --chunks 10000,100000,1000000 -c reports
    """
    from evals.bench.expansion import Expansion
    from evals.bench.printing import print_sizes
    from evals.bench.query import ask_about, measure
    from evals.bench.synthetic import sample_of
    from ragapp.bootstrap import build_runtime

    settings = load_settings(data_dir)
    need_data(settings)
    wanted = _sizes(chunks)
    bench = build_runtime(settings)
    vectors, texts, embedder = sample_of(bench, collection)
    bench.store.close()
    expansion, bench_questions = Expansion.of(vectors), ask_about(texts, embedder, questions)
    sizes = [measure(expansion, texts, bench_questions, count, settings) for count in wanted]
    print_json(sizes) if as_json else print_sizes(sizes)


@app.command()
def memory(
    collection: InCollection = "default",
    peer: Annotated[
        bool, typer.Option("--peer", help="Also measure LangChain components with the same data.")
    ] = False,
    peer_python: PeerPython = sys.executable,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Measure the memory of a process after opening a collection, after a search and after an answer.

    Example: ragapp bench memory -c reports --peer
    """
    from evals.bench.memory import measure
    from evals.bench.printing import print_memory

    settings = load_settings(data_dir)
    need_data(settings)
    found = measure(settings, collection, peer_python if peer else None)
    print_json(found) if as_json else print_memory(found)


@app.command()
def freshness(
    documents: Annotated[
        int, typer.Option(min=2, help="Number of documents, ingested one after the other.")
    ] = 100,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Measure how soon a search in another process finds a document that was just committed.

    Example: ragapp bench freshness --documents 200
    """
    from evals.bench.freshness import measure
    from evals.bench.printing import print_freshness

    found = measure(load_settings(data_dir), documents)
    print_json(found) if as_json else print_freshness(found)


@app.command()
def load(
    dataset: Annotated[Path, typer.Argument(help="Folder in BEIR layout.", show_default=False)],
    askers: Annotated[int, typer.Option(min=0, help="Concurrent clients that ask questions.")] = 200,
    searchers: Annotated[int, typer.Option(min=0, help="Concurrent clients that search.")] = 1000,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of load in each phase.")] = 60.0,
    bad_models: Annotated[
        bool, typer.Option("--bad-models", help="Repeat with model servers that hang, fail, or never stop.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a server under load from many clients, while half of the dataset is being ingested.

    Every answer is checked: its quotes must occur in the documents. Requests rejected with 503 are retried
    after the time in `Retry-After`.

    Example: ragapp bench load datasets/scifact --askers 50 --searchers 100 --seconds 20 --bad-models
    """
    from evals.bench.faulty_model import MISBEHAVIOURS
    from evals.bench.load import Pressure, measure
    from evals.bench.printing import print_outcomes
    from evals.datasets.beir import load_beir

    models = MISBEHAVIOURS if bad_models else ()
    found = measure(load_beir(dataset), Pressure(askers, searchers, seconds), models)
    print_json(found) if as_json else print_outcomes(found)


def _sizes(chunks: str) -> list[int]:
    from ragapp.errors import UsageError

    try:
        return [int(count) for count in chunks.split(",")]
    except ValueError:
        raise UsageError(
            f"--chunks {chunks!r} is not a comma-separated list of numbers. Example: --chunks 10000,100000"
        ) from None
