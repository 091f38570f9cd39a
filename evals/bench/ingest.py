"""Measures ingest speed end to end and by stage, with the limit of the machine and a LangChain script."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench.machine import ENCODERS, PEER_MODEL, matrix_speed
from ingest.cli.batch import open_batch
from ingest.cli.progress import ProgressBar
from ingest.sources import Finder
from ragapp.bootstrap import build_runtime
from ragapp.errors import UsageError
from ragapp.fetching.web import FetchLimits
from ragapp.processes.launch import script_command
from ragapp.protocols import Embedder, Source
from ragapp.settings import Settings

SCRIPT = Path(__file__).parents[1] / "research" / "peers" / "langchain_script.py"
SPECIAL_TOKENS = 2
"""[CLS] and [SEP]."""


SAMPLE = 256
ROUND = 32
"""Chunks embedded between two measurements of the machine's speed, which varies with its load."""


@dataclass(frozen=True, slots=True)
class EmbeddingSpeed:
    """The speed of the embedder alone: tokens per second without padding, and its arithmetic as a share of
    the speed of fp32 matrix products on all cores at the same time (None for a model of unknown shape).
    """

    tokens_a_second: float
    matrix_gflops: float
    share_of_matrix_speed: float | None


@dataclass(frozen=True, slots=True)
class Speed:
    """The measurements of one system. All times are wall-clock seconds; `stage_seconds` are summed over
    workers.

    `searchable_seconds` lasts until all documents are found by keywords, `total_seconds` until all have
    vectors. Both exclude `load_model_seconds`.
    """

    system: str
    model: str
    documents: int
    pages: int
    chunks: int
    load_model_seconds: float
    searchable_seconds: float | None
    total_seconds: float
    stage_seconds: Mapping[str, float]
    embedding: EmbeddingSpeed | None = None

    @property
    def chunks_a_second(self) -> float:
        return self.chunks / self.total_seconds


def measure_ours(files: Sequence[Path], settings: Settings, jobs: int) -> Speed:
    """Measures an ingest of the files into a temporary data folder. Raises UsageError if a file fails."""
    with tempfile.TemporaryDirectory(prefix="ragapp-bench-") as folder:
        own = settings.model_copy(
            update={"data_dir": Path(folder), "database_url": None, "generator": "extractive"}
        )
        started = time.monotonic()
        build_runtime(own).embedder.get().embed_query("warm")
        loaded = time.monotonic()
        with ProgressBar(quiet=True) as progress, open_batch(own, "default", {}, jobs, progress) as batch:
            started_work = time.monotonic()
            batch.accept(_sources(files))
            searchable = None
            while batch.unfinished:
                batch.follow()
                if searchable is None and batch.all_searchable:
                    searchable = time.monotonic() - started_work
            total = time.monotonic() - started_work
            report = batch.report()
        if report.failed:
            raise UsageError(f"{report.failed} files cannot be read. Leave them out.")
        runtime = build_runtime(own)
        states = runtime.queue.states(None, ("ready",), len(files))
        texts = [f"{e.heading}\n{e.text}" if e.heading else e.text for e in runtime.store.entries(1)]
        embedding = measure_embedding(runtime.embedder.get(), own.embedder, texts)
        runtime.store.close()
    return Speed(
        system="ragapp",
        model=own.embedder,
        documents=len(report.documents),
        pages=sum(line.pages for line in report.documents),
        chunks=sum(line.chunks for line in report.documents),
        load_model_seconds=loaded - started,
        searchable_seconds=searchable,
        total_seconds=total,
        stage_seconds=dict(sum((Counter(state.seconds) for state in states), Counter[str]())),
        embedding=embedding,
    )


def measure_embedding(embedder: Embedder, name: str, texts: Sequence[str]) -> EmbeddingSpeed:
    """Measures the embedder on texts that are spread over the sequence."""
    sample = texts[:: max(1, len(texts) // SAMPLE)][:SAMPLE]
    lengths = [min(len(embedder.token_spans(text)), embedder.max_tokens) + SPECIAL_TOKENS for text in sample]
    seconds, speeds = 0.0, [matrix_speed()]
    for at in range(0, len(sample), ROUND):
        started = time.perf_counter()
        embedder.embed_passages(sample[at : at + ROUND])
        seconds += time.perf_counter() - started
        speeds.append(matrix_speed())
    speed = sum(speeds) / len(speeds)
    shape = ENCODERS.get(name)
    flops = sum(map(shape.flops, lengths)) if shape else None
    return EmbeddingSpeed(
        tokens_a_second=sum(lengths) / seconds,
        matrix_gflops=speed / 1e9,
        share_of_matrix_speed=flops / seconds / speed if flops else None,
    )


def measure_langchain(files: Sequence[Path], model: Path, python: str) -> Speed:
    """Measures the same ingest with LangChain: runs its script with `python`, an interpreter with the extra
    `bench`.

    Raises UsageError if it fails.
    """
    command = script_command(str(SCRIPT), str(model), *map(str, files), python=python)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise UsageError(f"The LangChain script failed ({last}). It needs `pip install 'ragapp[bench]'`.")
    result = json.loads(done.stdout.strip().rpartition("\n")[2])
    stages = result["seconds"]
    return Speed(
        system="LangChain",
        model=PEER_MODEL,
        documents=len(files),
        pages=result["pages"],
        chunks=result["chunks"],
        load_model_seconds=stages.pop("load_model"),
        searchable_seconds=sum(stages.values()),
        total_seconds=sum(stages.values()),
        stage_seconds=stages,
    )


def _sources(files: Sequence[Path]) -> list[Source]:
    return Finder([str(file) for file in files], [], FetchLimits(0, 0)).find()
