"""Switches a collection to another embedder while it stays searchable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ragapp.errors import ConflictError
from ragapp.protocols import DocumentStore, Embedder, SearchIndex
from ragapp.types import Collection

BATCH = 32
"""Chunks embedded between two commits: at most these are embedded again after a crash."""
ATTEMPTS = 100
"""Documents added meanwhile require another round; each round is shorter than the one before."""

OnProgress = Callable[[int, int], None]
"""Called with (chunks embedded, chunks in total)."""


def reindex(
    store: DocumentStore, index: SearchIndex, name: str, embedder: Embedder, on_progress: OnProgress
) -> Collection:
    """Embeds every chunk that has no vector of `embedder`, builds a new index beside the old, and switches.

    Searches use the former vectors until the switch. After a crash, the next call continues with the chunks
    that are missing. The former vectors are kept, so that switching back embeds nothing. Raises
    NotFoundError, ModelError, and ConflictError when documents are added faster than they are embedded.
    """
    for _ in range(ATTEMPTS):
        collection = store.collection(name)
        if collection.embedder == embedder.fingerprint:
            return collection
        _embed_missing(store, collection, embedder, on_progress)
        collection = store.collection(name)
        index.prepare(replace(collection, embedder=embedder.fingerprint, dimension=embedder.dimension))
        if store.switch_embedder(collection, embedder.fingerprint, embedder.dimension):
            switched = store.collection(name)
            index.forget_others(switched)
            return switched
    raise ConflictError(
        f"Documents are added to {name!r} faster than they can be embedded. Stop the ingest, and run "
        "`ragapp collections reindex` again: it continues where it stopped."
    )


def _embed_missing(
    store: DocumentStore, collection: Collection, embedder: Embedder, on_progress: OnProgress
) -> None:
    total, done, last = store.missing_vectors(collection, embedder.fingerprint), 0, 0
    while batch := store.unembedded(collection, embedder.fingerprint, last, BATCH):
        texts = {one.digest: one.text for one in batch}
        store.keep_vectors(embedder.fingerprint, list(texts), embedder.embed_passages(list(texts.values())))
        done, last = done + len(batch), batch[-1].key
        on_progress(min(done, total), total)
