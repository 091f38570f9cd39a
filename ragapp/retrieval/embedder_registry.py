"""Finds the embedder of a collection by its fingerprint and loads it when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from ragapp.errors import EmbedderMismatch
from ragapp.lazy import Lazy
from ragapp.protocols import Embedder
from ragapp.types import Collection


class EmbedderRegistry:
    """The embedders of collections, each loaded once. Safe for many threads.

    `default` is the configured embedder. `build` loads one by name; `name_of` returns the name that belongs
    to a fingerprint, if it is known.
    """

    def __init__(
        self,
        default: Lazy[Embedder],
        build: Callable[[str], Embedder],
        name_of: Callable[[str], str | None],
    ) -> None:
        self._default = default
        self._build = build
        self._name_of = name_of
        self._loading = Lock()
        self._loaded: dict[str, Embedder] = {}

    def of(self, collection: Collection) -> Embedder:
        """The embedder of the collection's vectors. Raises EmbedderMismatch, ModelError."""
        wanted, default = collection.embedder, self._default.get()
        if default.fingerprint == wanted:
            return default
        if wanted not in self._loaded and (name := self._name_of(wanted)) is not None:
            self.named(name)
        if wanted not in self._loaded:
            raise EmbedderMismatch(
                f"Collection {collection.name!r} holds vectors of {wanted}, but the configured embedder is "
                f"{default.fingerprint}. Set RAGAPP_EMBEDDER to the embedder of the collection, or run "
                f"`ragapp collections reindex {collection.name}`."
            )
        return self._loaded[wanted]

    def named(self, name: str) -> Embedder:
        """The embedder of that name: one in `ragapp models list`, a folder or a hub id.

        Raises ModelError, UsageError.
        """
        with self._loading:
            embedder = self._build(name)
            return self._loaded.setdefault(embedder.fingerprint, embedder)
