"""RagService: everything the application can do, one method each. Every door is a way in to this."""

from __future__ import annotations

import mimetypes
from collections.abc import Generator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from ragapp.answer.answerer import Answerer
from ragapp.errors import ConflictError, ModelError, NotFoundError, UsageError
from ragapp.lazy import Lazy
from ragapp.protocols import DocumentStore, Embedder, SearchIndex
from ragapp.protocols import Generator as TextGenerator
from ragapp.retrieve.hybrid import Retriever
from ragapp.types import (
    Acceptance,
    AskEvent,
    AskMode,
    Backlog,
    Check,
    Collection,
    DoctorReport,
    Document,
    ModelNames,
    ParsedText,
    SearchMode,
    SearchResult,
)

DEFAULT_COLLECTION = "default"
NOTHING: Mapping[str, str] = MappingProxyType({})


class RagService:
    """Safe for many threads. `recipe` names what parses and chunks, so that a change of it is noticed."""

    def __init__(
        self,
        *,
        store: DocumentStore,
        index: SearchIndex,
        embedder: Lazy[Embedder],
        retriever: Lazy[Retriever],
        generator: TextGenerator | None,
        answerer: Answerer,
        recipe: str,
        names: ModelNames,
    ) -> None:
        self._store = store
        self._index = index
        self._embedder = embedder
        self._retriever = retriever
        self._generator = generator
        self._answerer = answerer
        self._recipe = recipe
        self._names = names

    # -- collections

    def create_collection(self, name: str) -> Collection:
        """Raises ConflictError, UsageError, ModelError."""
        embedder = self._embedder.get()
        return self._store.create_collection(name, embedder.fingerprint, embedder.dimension)

    def collection(self, name: str) -> Collection:
        """Raises NotFoundError; the default collection is made when it is first asked for."""
        try:
            return self._store.collection(name)
        except NotFoundError:
            if name != DEFAULT_COLLECTION:
                raise
        try:
            return self.create_collection(name)
        except ConflictError:  # somebody else made it just now
            return self._store.collection(name)

    def collections(self) -> list[Collection]:
        return self._store.collections()

    def delete_collection(self, name: str) -> None:
        """Deletes it with all its documents. Raises NotFoundError."""
        self._index.drop(self._store.delete_collection(name).id)

    def backlog(self, name: str) -> Backlog:
        """What is accepted and not yet fully searchable."""
        return self._store.backlog(self.collection(name).id)

    # -- documents

    def upload(
        self,
        collection: str,
        name: str,
        data: BinaryIO,
        *,
        source: str | None = None,
        metadata: Mapping[str, str] = NOTHING,
    ) -> Acceptance:
        """Accepts a document: when it returns, its bytes and its row are on disk and the work is queued.

        `source` says which document this is a version of; by default its name. `data` must be seekable.
        Raises NotFoundError, TooLargeError, StorageError, and ModelError while the default collection
        cannot be made because the embedder is missing.
        """
        name = Path(name).name.strip()
        if not name:
            raise UsageError("The document has no name. Give it one.")
        return self._store.accept(
            self.collection(collection).name,
            source=source or name,
            name=name,
            data=data,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            recipe=self._recipe,
            metadata=metadata,
        )

    def document(self, document_id: str) -> Document:
        """Raises NotFoundError."""
        return self._store.document(document_id)

    def documents(self, collection: str = DEFAULT_COLLECTION) -> list[Document]:
        """Raises NotFoundError."""
        return self._store.documents(self.collection(collection).name)

    def document_text(self, document_id: str, version: int | None = None) -> ParsedText:
        """Of the live version unless another is named. Raises NotFoundError."""
        return self._store.parsed_text(document_id, version)

    def document_bytes(self, document_id: str) -> BinaryIO:
        """The newest version's bytes, to be closed by the caller. Raises NotFoundError."""
        return self._store.blob(self._store.document(document_id).sha256)

    def delete_document(self, document_id: str) -> None:
        """When it returns, nothing shows the document any more. Raises NotFoundError."""
        self._store.delete_document(document_id)

    # -- questions

    def search(
        self,
        query: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        k: int = 10,
        mode: SearchMode = "hybrid",
        filters: Mapping[str, str] = NOTHING,
    ) -> SearchResult:
        """The `k` best chunks. Raises UsageError, NotFoundError, ModelError, EmbedderMismatch."""
        return self._retriever.get().search(self.collection(collection), query, k, mode, filters)

    def ask(
        self,
        question: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        k: int = 8,
        mode: AskMode = "auto",
        filters: Mapping[str, str] = NOTHING,
    ) -> Generator[AskEvent, None, None]:
        """Answers in pieces, the last of which is the whole answer. Raises as `search` does, at once."""
        found = self.search(question, collection=collection, k=k, filters=filters)
        return self._answerer.answer(question, found, mode, notice=self._notice(collection))

    # -- care

    def doctor(self, *, repair: bool = False) -> DoctorReport:
        """Checks every invariant of the store and the views; with `repair`, mends what can be mended."""
        checks = self._store.check(repair=repair)
        checks += [self._check_views(one, repair=repair) for one in self._store.collections()]
        return DoctorReport(all(check.ok for check in checks), tuple(checks))

    def unready(self) -> str | None:
        """Why questions cannot be answered yet; None when they can."""
        try:
            self._embedder.get()
        except ModelError as error:
            return str(error)
        return None

    def model_names(self) -> ModelNames:
        if self._generator is None:
            return self._names
        return replace(
            self._names,
            generator=self._generator.name,
            generator_unavailable=self._generator.unavailable(),
        )

    def close(self) -> None:
        if self._generator is not None:
            self._generator.close()
        self._index.close()
        self._store.close()

    def _check_views(self, collection: Collection, *, repair: bool) -> Check:
        name = f"the views of collection {collection.name!r} agree with its documents"
        found = self._index.verify(collection)
        if found is not None and repair:
            self._index.rebuild(collection)
            found = self._index.verify(collection)
        return Check(name, found is None, found or "ok")

    def _notice(self, collection: str) -> str | None:
        backlog = self.backlog(collection)
        if backlog.unparsed:
            return f"{_documents(backlog.unparsed)} still being read, and not yet known to this answer."
        if backlog.unembedded:
            return f"{_documents(backlog.unembedded)} found by words only until all passages are embedded."
        return None


def _documents(count: int) -> str:
    return "1 document is" if count == 1 else f"{count} documents are"
