"""Measures the speed and recall of search by collection size, with real indexes over realistic vectors."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import faiss
import numpy as np

from evals.bench.asking import DEPTH, BenchQuestion, Latency, OpenIndex, SearchTimes, ask, timed
from evals.bench.expansion import Expansion
from evals.bench.synthetic import SyntheticTruth, draw_into
from ragapp.indexes.build import build_index
from ragapp.processes.launch import spawn_context
from ragapp.protocols import Embedder
from ragapp.settings import Settings
from ragapp.types import Vectors

SCANS = 20
"""The number of exact scans that are timed."""
QUESTION_WORDS = 9


@dataclass(frozen=True, slots=True)
class Size:
    """The measurements at one size. `memory_ms` is the time to read all vectors from memory once."""

    chunks: int
    build_seconds: float
    build_peak_mib: float
    bytes_a_chunk: float
    answers: SearchTimes
    flat_scan: Latency
    memory_ms: float
    memory_gb_a_second: float


def ask_about(texts: Sequence[str], embedder: Embedder, count: int) -> list[BenchQuestion]:
    """Questions made of consecutive words of `texts`, embedded as queries."""
    rng = np.random.default_rng(2)
    questions = []
    for place in rng.integers(len(texts), size=count):
        words = texts[place].split()
        start = int(rng.integers(max(1, len(words) - QUESTION_WORDS)))
        text = " ".join(words[start : start + QUESTION_WORDS])
        questions.append(BenchQuestion(text, embedder.embed_query(text)))
    return questions


def measure(
    expansion: Expansion,
    texts: Sequence[str],
    questions: Sequence[BenchQuestion],
    chunks: int,
    settings: Settings,
) -> Size:
    """Measures searches in an index of `chunks` chunks, which is built as configured and then removed.

    Building and searching run in separate processes, so that memory and start-up can be measured.
    """
    with TemporaryDirectory(dir=settings.data_dir, prefix="bench-") as name:
        views = Path(name) / "views"
        prefix = f"{settings.qdrant_prefix}_{views.parent.name.replace('-', '_')}"
        scratch = settings.model_copy(update={"data_dir": views.parent, "qdrant_prefix": prefix})
        open_index = partial(build_index, scratch)
        truth = SyntheticTruth(Path(name) / "rows.npy", texts)
        draw_into(truth.file, expansion, chunks)
        spawning = spawn_context()
        with spawning.Pool(1) as pool:
            seconds, peak = pool.apply(_build, (open_index, truth))
        with spawning.Pool(1) as pool:
            answers = pool.apply(ask, (open_index, truth, questions))
        on_disk = sum(path.stat().st_size for path in views.rglob("*") if path.is_file())
        _remove(open_index, truth)
        bandwidth = _bandwidth()
        return Size(
            chunks=chunks,
            build_seconds=seconds,
            build_peak_mib=peak,
            bytes_a_chunk=on_disk / chunks,
            answers=answers,
            flat_scan=_flat_scan(truth.rows, questions),
            memory_ms=1000 * truth.rows.nbytes / bandwidth,
            memory_gb_a_second=bandwidth / 1e9,
        )


def _build(open_index: OpenIndex, truth: SyntheticTruth) -> tuple[float, float]:
    """Builds the index; returns the seconds and the peak resident memory in MiB."""
    started = time.perf_counter()
    index = open_index(truth)
    index.catch_up(truth.collection())
    index.close()  # waits for the graph
    return time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _remove(open_index: OpenIndex, truth: SyntheticTruth) -> None:
    """Removes the index, which on a server would outlive the data folder."""
    index = open_index(truth)
    index.drop(truth.collection().id)
    index.close()


def _flat_scan(rows: Vectors, questions: Sequence[BenchQuestion]) -> Latency:
    """The latency of FAISS' exact index with all its threads."""
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(np.asarray(rows))
    return timed(lambda one: flat.search(one.vector[None], DEPTH), questions[:SCANS])


def _bandwidth() -> float:
    """Bytes per second that one thread reads from memory: the best of five passes over 256 MB."""
    block = np.ones(2**25, np.float64)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        block.max()
        taken.append(time.perf_counter() - started)
    return block.nbytes / min(taken)
