"""A collection gets another embedder while it is searched: a new generation beside the old, then a switch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ragapp.errors import ConflictError
from ragapp.protocols import DocumentStore, Embedder, SearchIndex
from ragapp.types import Collection

BATCH = 32
"""Chunks embedded between two commits: what has to be done again after a crash."""
ATTEMPTS = 100
"""Documents that come in meanwhile ask for another round; each is shorter than the one before."""

OnProgress = Callable[[int, int], None]
"""Told (chunks embedded, chunks in all)."""


def reindex(
    store: DocumentStore, index: SearchIndex, name: str, embedder: Embedder, on_progress: OnProgress
) -> Collection:
    """Embeds what has no vector of `embedder` yet, builds its view aside, and switches to it.

    Searches go on, with the former vectors until the switch. After a crash the next call goes on with
    what is missing. The former vectors stay, so that switching back embeds nothing. Raises
    NotFoundError, ModelError, and ConflictError when documents come in too fast.
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
        f"Documents come into {name!r} faster than they can be embedded anew. Stop the ingest, and run "
        "`ragapp collections reindex` again: it goes on where it stopped."
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
