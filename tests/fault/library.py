"""Documents in the real store and indexes, with an embedder that costs nothing, and the expected state."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path

from ragapp.indexes.local.index import LocalIndex
from ragapp.service.reindexing import reindex
from ragapp.store.engine import CONNECTIONS, open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.testing.library import HashEmbedder
from ragapp.types import Chunk, Collection, ParsedText, Ranking, UploadSpec

NAME, DIMENSION, SIZE = "shore", 8, 12
"""Texts are cut into chunks of `SIZE` characters."""


class Library:
    """A process that uses a data folder, or another database and blobs in `blobs`."""

    def __init__(
        self,
        folder: Path,
        database_url: str | None = None,
        blobs: Path | None = None,
        connections: int = CONNECTIONS,
    ) -> None:
        self.folder = folder
        self.engine = open_engine(database_url or f"sqlite:///{folder / 'ragapp.db'}", connections)
        self.blobs = BlobFolder(blobs or folder / "blobs")
        self.store = SqlStore(self.engine, self.blobs, 100_000)
        self.queue = SqlJobQueue(self.engine, lease=0.0)  # the dead do not hold up the living
        self.index = LocalIndex(folder / "views", self.store)
        if not self.store.collections():
            self.store.create_collection(NAME, "one", DIMENSION)

    @property
    def collection(self) -> Collection:
        return self.store.collection(NAME)

    def accept(self, source: str, text: str) -> None:
        data = io.BytesIO(text.encode())
        self.store.accept(
            UploadSpec(source, NAME, source=source, metadata={}),
            data,
            media_type="text/plain",
            ingest_fingerprint="r",
        )

    def work(self) -> None:
        """Until nothing waits."""
        while job := self.queue.claim("worker"):
            if job.status != "searchable":
                with closing(self.store.blob(job.sha256)) as blob:
                    text = blob.read().decode()
                spans = [(start, text[start : start + SIZE]) for start in range(0, len(text), SIZE)]
                chunks = [Chunk(start, start + len(part), part, 1, None) for start, part in spans]
                self.store.publish(job, ParsedText(text), chunks)
                continue
            embedder = HashEmbedder(self.collection.embedder)
            while batch := self.store.chunks_without_vector(job, embedder.fingerprint, 10):
                digests, texts = zip(*batch, strict=True)
                self.store.add_vectors(job, embedder.fingerprint, digests, embedder.embed_passages(texts))
            self.store.publish_vectors(job, embedder.fingerprint)

    def ingest(self, source: str, text: str) -> None:
        self.accept(source, text)
        self.work()

    def delete(self, source: str) -> None:
        for document in self.store.documents(NAME):
            if document.source == source:
                self.store.delete_document(document.id)

    def reindex(self) -> None:
        other = "two" if self.collection.embedder == "one" else "one"
        reindex(self.store, self.index, NAME, HashEmbedder(other), lambda done, total: None)

    def catch_up(self) -> None:
        self.index.catch_up(self.collection)

    def found(self, source_text: str) -> tuple[list[str], list[str]]:
        """The texts found by words and by vector, all that there are."""
        collection = self.collection
        self.index.catch_up(collection)
        vector = HashEmbedder(collection.embedder).embed_query(source_text)
        words = self.index.keyword(collection, source_text, 1000)
        return self._texts(words), self._texts(self.index.dense(collection, vector, 1000))

    def assert_is(self, expected: dict[str, str]) -> None:
        """Every invariant holds, and the documents are these and no others."""
        self.work()
        assert not [check for check in self.store.check(repair=False) if not check.ok]
        live = {one.source: self.store.parsed_text(one.id).text for one in self.store.documents(NAME)}
        assert live == expected
        chunks = sorted(
            text[start : start + SIZE] for text in expected.values() for start in range(0, len(text), SIZE)
        )
        assert sorted(self.found("anything at all")[1]) == chunks
        for source, text in expected.items():
            first = text[:SIZE]
            words, dense = self.found(first)
            assert dense[0] == first, source
            assert first in words or not any(letter.isalnum() for letter in first), source
        assert self.index.verify(self.collection) is None

    def close(self) -> None:
        self.index.close()
        self.store.close()

    def _texts(self, ranking: Ranking) -> list[str]:
        return [hit.text for hit in self.store.hits(self.collection.id, ranking)]
