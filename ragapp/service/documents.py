"""Operations on documents: upload, list, read, delete."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO

from ragapp.errors import NotFoundError, UsageError
from ragapp.fetching.file_names import display_name
from ragapp.service.collections import CollectionService
from ragapp.service.deletion import delete_with_receipt
from ragapp.types import (
    DEFAULT_COLLECTION,
    Acceptance,
    Chunk,
    DeletionReceipt,
    Document,
    DocumentPage,
    DocumentQuery,
    Listing,
    PageImage,
    ParsedText,
    UploadSpec,
)


class DocumentService(CollectionService):
    def upload(self, spec: UploadSpec, data: BinaryIO) -> Acceptance:
        """Accepts a document. When it returns, its bytes and its row are on disk and its job is queued.

        `data` must be seekable. Raises NotFoundError, TooLargeError, StorageError, UsageError, and ModelError
        when the default collection cannot be created because the embedder is missing.
        """
        if "\0" in (spec.source or ""):
            raise UsageError("A source must not contain the character NUL. Leave it out.")
        name = display_name(spec.name)
        collection = self.collection(spec.collection)
        return self._store.accept(
            replace(spec, name=name, source=spec.source or name, collection=collection.name),
            data,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            ingest_fingerprint=self._ingest_fingerprint,
            origin=self._observer.origin(),
        )

    def document(self, document_id: str) -> Document:
        """Returns the document. Raises NotFoundError."""
        return self._store.document(document_id)

    def documents(self, collection: str = DEFAULT_COLLECTION) -> list[Document]:
        """Lists documents. Raises NotFoundError."""
        return self._store.documents(self.collection(collection).name)

    def listing(self, query: DocumentQuery) -> Listing:
        """One page of a collection's documents, with counts by status over all of them.

        Raises NotFoundError.
        """
        return self._store.listing(replace(query, collection=self.collection(query.collection).name))

    def set_metadata(self, document_id: str, changes: Mapping[str, str | None]) -> Document:
        """Sets each name to its value; None removes it. Raises NotFoundError."""
        return self._store.set_metadata(document_id, changes)

    def document_chunks(
        self, document_id: str, version: int | None = None, *, start: int = 0, end: int | None = None
    ) -> list[Chunk]:
        """The chunks that overlap text[start:end], in reading order; of the live version by default."""
        return self._store.chunks(document_id, version, start, end)

    def document_text(self, document_id: str, version: int | None = None) -> ParsedText:
        """The parsed text; of the live version by default. Raises NotFoundError."""
        return self._store.parsed_text(document_id, version)

    def page(self, document_id: str, page: int, version: int | None = None) -> DocumentPage:
        """The text of a page; of the live version by default. Raises NotFoundError."""
        return self._store.page(document_id, version, page)

    def page_image(
        self, document_id: str, page: int, *, cited: tuple[int, int] | None = None, version: int | None = None
    ) -> PageImage:
        """The image of a page with the words of the span `cited` highlighted; of the live version by default.

        Raises NotFoundError, UsageError for a span that is not on the page, UnsupportedFormat for a format
        without pages, ParseError when the page cannot be rendered.
        """
        wanted = self._store.page(document_id, version, page)
        if cited is not None and not (max(cited[0], wanted.start) < min(cited[1], wanted.end)):
            raise UsageError(
                f"The span {cited[0]}-{cited[1]} is not on page {page} of {wanted.name}, which is "
                f"{wanted.start}-{wanted.end}. Take page and span from the same citation."
            )
        return self._renderer.draw(wanted, lambda: self._store.blob(wanted.sha256), cited)

    def document_bytes(self, document_id: str) -> BinaryIO:
        """The newest version's bytes as a stream that the caller closes. Raises NotFoundError."""
        return self._store.blob(self._store.document(document_id).sha256)

    def delete_document(self, document_id: str) -> None:
        """Deletes the document. When it returns, nothing shows it any more. Raises NotFoundError.

        Soon afterwards, its text is also gone from the files of the database and of small indexes.
        """
        collection = self._store.delete_document(document_id).collection
        self._renderer.forget(document_id)
        self._forget_cached(document_id)
        with suppress(NotFoundError):  # the collection was deleted meanwhile
            self._index.purge_soon(self._store.collection(collection))

    def delete_with_receipt(self, document_id: str) -> DeletionReceipt:
        """Deletes the document from all files at once, searches them for its text, and reports the result.

        The time it takes grows with the size of the data folder and of the document's collection. Raises
        NotFoundError, StorageError.
        """
        return delete_with_receipt(
            document_id,
            store=self._store,
            index=self._index,
            renderer=self._renderer,
            forget_cached=self._forget_cached,
            host=self._host,
        )

    def _forget_cached(self, document_id: str) -> int:
        return 0 if self._cache is None else self._cache.forget_document(document_id)
