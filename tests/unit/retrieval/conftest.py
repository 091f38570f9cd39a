"""A small collection with the real store, indexes and embedding model."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ragapp.indexes.local.index import LocalIndex
from ragapp.lazy import Lazy
from ragapp.models.build import build_embedder
from ragapp.protocols import Embedder
from ragapp.retrieval.embedder_registry import EmbedderRegistry
from ragapp.settings import Settings
from ragapp.store.engine import open_engine
from ragapp.store.file_blobs import BlobFolder
from ragapp.store.job_queue import SqlJobQueue
from ragapp.store.sql_store import SqlStore
from ragapp.types import Chunk, Collection, ParsedText, UploadSpec

TEXTS = {
    "tides": "The gravity of the moon raises the tides of the sea twice a day.",
    "bread": "Bread dough rises because yeast turns sugar into carbon dioxide.",
    "bees": "Honey bees dance to show other bees where flowers can be found.",
    "glass": "Glass is made by melting sand together with soda and lime.",
    "volcano": "A volcano erupts when magma and gases push through the crust.",
    "rust": "Iron rusts when it meets oxygen and water.",
}


@dataclass(frozen=True)
class Library:
    store: SqlStore
    queue: SqlJobQueue
    index: LocalIndex
    embedder: Embedder

    @property
    def embedders(self) -> EmbedderRegistry:
        """Nothing but the one embedder."""
        return EmbedderRegistry(
            Lazy(lambda: self.embedder), lambda name: self.embedder, lambda fingerprint: None
        )

    def collection(self) -> Collection:
        return self.store.collection("library")

    def add(self, name: str, text: str, metadata: Mapping[str, str]) -> str:
        """Brings a document of one chunk all the way in; returns its id."""
        accepted = self.store.accept(
            UploadSpec(name, "library", source=name, metadata=metadata),
            io.BytesIO(text.encode()),
            media_type="text/plain",
            ingest_fingerprint="test",
        )
        job = self.queue.claim("test")
        assert job is not None
        self.store.publish(job, ParsedText(text), [Chunk(0, len(text), text, 1)])
        job = self.queue.claim("test")
        assert job is not None
        fingerprint = self.embedder.fingerprint
        for digest, passage in self.store.chunks_without_vector(job, fingerprint, 10):
            vectors = self.embedder.embed_passages([passage])
            self.store.add_vectors(job, fingerprint, [digest], vectors)
        self.store.publish_vectors(job, fingerprint)
        return accepted.document.id


@pytest.fixture(scope="session")
def embedder(model_folder: Callable[[str], Path]) -> Embedder:
    model_folder("bge-small-en-v1.5")
    return build_embedder(Settings())


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    engine = open_engine(f"sqlite:///{tmp_path / 'ragapp.db'}")
    store = SqlStore(engine, BlobFolder(tmp_path / "blobs"), 1 << 20)
    index = LocalIndex(tmp_path / "views", store)
    library = Library(store, SqlJobQueue(engine, 60), index, embedder)
    store.create_collection("library", embedder.fingerprint, embedder.dimension)
    for place, (name, text) in enumerate(TEXTS.items()):
        library.add(name, text, {"shelf": "even" if place % 2 == 0 else "odd"})
    yield library
    index.close()
    store.close()
