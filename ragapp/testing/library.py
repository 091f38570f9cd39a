"""Documents in the real store, with vectors that cost nothing, for indexes to follow."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ragapp.store.engine import open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.types import (
    Chunk,
    Collection,
    IndexChange,
    IndexEntry,
    Job,
    ParsedText,
    Ranking,
    UploadSpec,
    Vectors,
)

EMBEDDER, DIMENSION, NAME = "test-embedder", 8, "shore"
EAST = np.eye(DIMENSION, dtype=np.float32)[0]


def embed(text: str) -> Vectors:
    """A unit vector that depends on `text` alone: copies of a text tie, as with a real embedder."""
    rng = np.random.default_rng(list(text.encode()))
    vector = rng.standard_normal(DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


@dataclass(frozen=True)
class HashEmbedder:
    """An embedder whose vectors depend on the text and on its own name alone."""

    fingerprint: str
    dimension: int = DIMENSION
    max_tokens: int = 1000

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        seed = hashlib.sha256(f"{self.fingerprint}/{text}".encode()).digest()
        vector = np.random.default_rng(list(seed)).standard_normal(self.dimension).astype(np.float32)
        return vector / np.linalg.norm(vector)

    def token_spans(self, text: str) -> NDArray[np.int64]:
        return np.array([(place, place + 1) for place in range(len(text))], np.int64)


@dataclass(frozen=True, slots=True)
class Library:
    """Adds documents to a real store, as an ingest worker would."""

    store: SqlStore
    queue: SqlJobQueue

    @classmethod
    def at(cls, folder: Path) -> Library:
        engine = open_engine(f"sqlite:///{folder / 'ragapp.db'}")
        return cls(SqlStore(engine, BlobFolder(folder / "blobs"), 10_000), SqlJobQueue(engine, lease=600))

    @property
    def collection(self) -> Collection:
        return self.store.collection(NAME)

    def add(self, source: str, chunks: Sequence[str], *, embedded: bool = True, heading: str = "") -> int:
        """Adds a document and returns its version id. Each text of `chunks` is a chunk with its `embed`
        vector.
        """
        data = io.BytesIO("\0".join((heading, *chunks)).encode())
        self.store.accept(
            UploadSpec(source, NAME, source=source, metadata={}),
            data,
            media_type="text/plain",
            ingest_fingerprint="r",
        )
        job = self._job()
        starts = np.cumsum([0, *(len(text) for text in chunks)]).tolist()
        spans = zip(starts, starts[1:], chunks, strict=False)
        self.store.publish(
            job, ParsedText("".join(chunks)), [Chunk(a, b, text, 1, heading or None) for a, b, text in spans]
        )
        if embedded:
            self.embed_next()
        return job.version_id

    def embed_next(self) -> None:
        job = self._job()
        missing = self.store.chunks_without_vector(job, EMBEDDER, 1000)
        if missing:
            vectors = np.stack([embed(text) for _, text in missing])
            self.store.add_vectors(job, EMBEDDER, [digest for digest, _ in missing], vectors)
        self.store.publish_vectors(job, EMBEDDER)

    def delete(self, source: str) -> None:
        documents = self.store.documents(NAME)
        self.store.delete_document(next(document.id for document in documents if document.source == source))

    def texts(self, ranking: Ranking) -> list[str]:
        return [hit.text for hit in self.store.hits(self.collection.id, ranking)]

    def _job(self) -> Job:
        job = self.queue.claim("worker")
        assert job is not None
        return job


class WatchedDatabase:
    """The store as an index sees it: counts reads, and hides changes while `hides_changes`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.reads = 0
        self.documents_read = 0
        self.hides_changes = False

    def collection(self, name: str) -> Collection:
        return self._store.collection(name)

    def changes(self, collection_id: int, after: int) -> list[IndexChange]:
        self.reads += 1
        return [] if self.hides_changes else self._store.changes(collection_id, after)

    def entries(self, collection_id: int, version_ids: Iterable[int] | None = None) -> Iterator[IndexEntry]:
        self.reads += 1
        self.documents_read += 1
        return self._store.entries(collection_id, version_ids)

    def vectors(
        self, collection_id: int, embedder: str, version_ids: Iterable[int] | None = None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
        self.reads += 1
        self.documents_read += 1
        return self._store.vectors(collection_id, embedder, version_ids)
