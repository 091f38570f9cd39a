"""Ingesting a document step by step, as a worker does."""

from __future__ import annotations

import io

import numpy as np

from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.types import Acceptance, Chunk, Document, Heading, Job, ParsedText, UploadSpec

EMBEDDER = "test-embedder"
PAGE_ONE, PAGE_TWO = "The tide turns at noon. ", "Herons fish at dusk."
PARSED = ParsedText(PAGE_ONE + PAGE_TWO, (0, len(PAGE_ONE)), (Heading(1, 0, 8),), "Tides", {"author": "Ann"})


def accept(store: SqlStore, data: bytes = b"bytes", source: str = "/a.txt", **changed: str) -> Acceptance:
    return store.accept(
        UploadSpec(
            changed.get("name", "a.txt"),
            "shore",
            source=source,
            metadata={"topic": changed.get("topic", "sea")},
        ),
        io.BytesIO(data),
        media_type="text/plain",
        ingest_fingerprint=changed.get("fingerprint", "r1"),
    )


def claim(queue: SqlJobQueue, worker: str = "w1") -> Job:
    job = queue.claim(worker)
    assert job is not None
    return job


def chunks_of(parsed: ParsedText) -> list[Chunk]:
    cut = parsed.page_starts[-1]
    spans = [(0, cut), (cut, len(parsed.text))]
    return [Chunk(a, b, parsed.text[a:b], parsed.page_at(a), "Tides") for a, b in spans if a < b]


def ingest(
    store: SqlStore,
    queue: SqlJobQueue,
    data: bytes = b"bytes",
    source: str = "/a.txt",
    parsed: ParsedText = PARSED,
) -> Document:
    accept(store, data, source)
    store.publish(claim(queue), parsed, chunks_of(parsed))
    job = claim(queue)
    missing = store.chunks_without_vector(job, EMBEDDER, 100)
    vectors = np.tile(np.array([[0.6, 0.8]], np.float32), (len(missing), 1))
    store.add_vectors(job, EMBEDDER, [digest for digest, _ in missing], vectors)
    store.publish_vectors(job, EMBEDDER)
    return store.document(job.document_id)
