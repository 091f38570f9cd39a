"""Measures how soon a search in another process finds a document after its commit."""

from __future__ import annotations

import io
import os
import time
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from evals.bench.asking import Latency
from ragapp.bootstrap import IngestRuntime, build_runtime
from ragapp.errors import ServerUnavailable
from ragapp.indexes.build import build_index
from ragapp.processes.launch import spawn_context
from ragapp.settings import Settings
from ragapp.types import Chunk, Job, ParsedText, Ranking, UploadSpec

NAME, EMBEDDER, DIMENSION = "bench", "bench", 384
WORD = "tide"
"""A word that every document contains."""
PAUSE = 0.02
"""Seconds between the commits of two documents."""
PATIENCE = 60.0
"""Seconds after which a document that was not found counts as lost."""

Moments = NDArray[np.float64]
"""Times in seconds of the system-wide monotonic clock, shape (documents, 2): keyword search, dense search."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """The time from a commit to the end of the first search that finds the document.

    `searches` is the number of searches made meanwhile, `load` the load average over the last minute on
    `cores`.
    """

    documents: int
    searches: int
    words: Latency
    dense: Latency
    load: float
    cores: int


def measure(settings: Settings, documents: int) -> Freshness:
    """Measures how soon a document is found, on SQLite in a temporary data folder.

    Raises ServerUnavailable if a document is never found.
    """
    with TemporaryDirectory(prefix="ragapp-bench-") as folder:
        own = settings.model_copy(update={"data_dir": Path(folder), "database_url": None, "index": "faiss"})
        runtime = build_runtime(own)
        with closing(runtime.store):
            runtime.store.create_collection(NAME, EMBEDDER, DIMENSION)
            spawning = spawn_context()
            ours, theirs = spawning.Pipe()
            watcher = spawning.Process(target=_search_until_found, args=(own, documents, theirs))
            watcher.start()
            ours.recv()
            committed = np.array([_ingest_document(runtime, number) for number in range(documents)])
            searches, seen = ours.recv()
            watcher.join()
    if np.isnan(seen).any():
        raise ServerUnavailable(f"A document was not found within {PATIENCE:.0f} seconds of its commit.")
    waited = 1000 * np.maximum(seen - committed, 0)  # a search may end before the commit has returned
    words, dense = (Latency(*np.percentile(waits, [50, 95, 99]).tolist()) for waits in waited.T)
    return Freshness(documents, searches, words, dense, os.getloadavg()[0], os.cpu_count() or 1)


def _search_until_found(settings: Settings, documents: int, found: Connection) -> None:
    """Searches continuously until all documents were found; returns (number of searches, `Moments`)."""
    with closing(build_runtime(settings).store) as store, closing(build_index(settings, store)) as index:
        query = np.eye(DIMENSION, dtype=np.float32)[0]
        seen, searches = np.full((documents, 2), np.nan), 0
        index.catch_up(store.collection(NAME))
        found.send("ready")
        end = time.monotonic() + PATIENCE + documents * PAUSE
        while np.isnan(seen).any() and time.monotonic() < end:
            collection = store.collection(NAME)
            _record_found(seen[:, 0], index.keyword(collection, WORD, documents))
            _record_found(seen[:, 1], index.dense(collection, query, documents))
            searches += 2
        found.send((searches, seen))


def _record_found(seen: NDArray[np.float64], ranking: Ranking) -> None:
    """Records the documents that were found first. Their keys count from 1 in the order of commit."""
    rows = np.array([key - 1 for key, _ in ranking], np.int64)
    seen[rows] = np.fmin(seen[rows], time.monotonic())


def _ingest_document(runtime: IngestRuntime, number: int) -> tuple[float, float]:
    """Stores a document; returns when it was committed for keyword search and for dense search."""
    time.sleep(PAUSE)
    text, name = f"The {WORD} turns at noon of day {number}.", f"{number}.txt"
    runtime.store.accept(
        UploadSpec(name, NAME, source=name, metadata={}),
        io.BytesIO(text.encode()),
        media_type="text/plain",
        ingest_fingerprint="bench",
    )
    runtime.store.publish(_claimed(runtime), ParsedText(text), [Chunk(0, len(text), text, 1, None)])
    by_words = time.monotonic()
    job = _claimed(runtime)
    ((digest, _),) = runtime.store.chunks_without_vector(job, EMBEDDER, 1)
    vector = np.random.default_rng(number).standard_normal((1, DIMENSION)).astype(np.float32)
    runtime.store.add_vectors(job, EMBEDDER, [digest], vector / np.linalg.norm(vector))
    runtime.store.publish_vectors(job, EMBEDDER)
    return by_words, time.monotonic()


def _claimed(runtime: IngestRuntime) -> Job:
    job = runtime.queue.claim("bench")
    assert job is not None, "no other worker uses this queue"
    return job
