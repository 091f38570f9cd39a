"""Collections as one caller may use them: seen by who has a role there, made and deleted by admins."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from ragapp.authorization.policy import Authorized
from ragapp.service import DEFAULT_COLLECTION, NO_METADATA, UNREADY
from ragapp.service.reindexing import OnProgress
from ragapp.types import (
    Acceptance,
    Backlog,
    Chunk,
    Collection,
    DeletionReceipt,
    Document,
    DocumentPage,
    DocumentSort,
    JobState,
    Listing,
    PageImage,
    ParsedText,
    Priority,
    QueueDepth,
    Status,
)


class AuthorizedCollections(Authorized):
    def create_collection(self, name: str) -> Collection:
        """For admins of that name. Raises what RagService does, and ForbiddenError."""
        with self._noted("create collection", name):
            self._rights.need_to_name("admin", name)
            return self._service.create_collection(name)

    def collection(self, name: str) -> Collection:
        """Raises NotFoundError."""
        self._rights.need("reader", name)
        return self._service.collection(name)

    def collections(self) -> list[Collection]:
        """Those that may be seen."""
        return [one for one in self._service.collections() if self._rights.sees(one.name)]

    def reindex(self, name: str, embedder: str | None, on_progress: OnProgress) -> Collection:
        """For admins. Raises what RagService does, and ForbiddenError."""
        with self._noted("reindex collection", name):
            self._rights.need("admin", name)
            return self._service.reindex(name, embedder, on_progress)

    def delete_collection(self, name: str) -> None:
        """For admins. Raises NotFoundError, ForbiddenError."""
        with self._noted("delete collection", name):
            self._rights.need("admin", name)
            self._service.delete_collection(name)

    def backlog(self, name: str) -> Backlog:
        """What is accepted and not yet fully searchable. Raises NotFoundError."""
        self._rights.need("reader", name)
        return self._service.backlog(name)


class AuthorizedDocuments(Authorized):
    def upload(
        self,
        collection: str,
        name: str,
        data: BinaryIO,
        *,
        source: str | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
        lane: Priority = "interactive",
    ) -> Acceptance:
        """For editors, within their quota; in the queue, callers take turns.

        Raises what RagService does, ForbiddenError and QuotaError.
        """
        with self._noted("upload", f"{collection}/{name}") as deed:
            self._rights.need("editor", collection)
            self._meter.upload(self.caller, _size(data))
            kept = self._service.upload(
                collection,
                name,
                data,
                source=source,
                metadata=metadata,
                lane=lane,
                owner=self.caller.id or self.caller.address,
            )
            deed.of = f"{kept.document.id} {collection}/{name}"
            return kept

    def document(self, document_id: str) -> Document:
        """Raises NotFoundError."""
        return self._document(document_id)

    def documents(self, collection: str = DEFAULT_COLLECTION) -> list[Document]:
        """Raises NotFoundError."""
        self._rights.need("reader", collection)
        return self._service.documents(collection)

    def listing(
        self,
        collection: str = DEFAULT_COLLECTION,
        *,
        containing: str = "",
        statuses: Sequence[Status] = (),
        order: DocumentSort = "accepted",
        descending: bool = True,
        offset: int = 0,
        count: int = 50,
    ) -> Listing:
        """A part of a collection's documents, as RagService lists them. Raises NotFoundError."""
        self._rights.need("reader", collection)
        return self._service.listing(
            collection,
            containing=containing,
            statuses=statuses,
            order=order,
            descending=descending,
            offset=offset,
            count=count,
        )

    def set_metadata(self, document_id: str, changes: Mapping[str, str | None]) -> Document:
        """For editors. Raises NotFoundError, ForbiddenError."""
        with self._noted("change metadata", document_id):
            self._document(document_id, "editor")
            return self._service.set_metadata(document_id, changes)

    def document_chunks(
        self, document_id: str, version: int | None = None, *, start: int = 0, end: int | None = None
    ) -> list[Chunk]:
        """Those that overlap text[start:end]; in reading order. Raises NotFoundError."""
        self._document(document_id)
        return self._service.document_chunks(document_id, version, start=start, end=end)

    def document_text(self, document_id: str, version: int | None = None) -> ParsedText:
        """Of the live version unless another is named. Raises NotFoundError."""
        self._document(document_id)
        return self._service.document_text(document_id, version)

    def page(self, document_id: str, page: int, version: int | None = None) -> DocumentPage:
        """A page's text, of the live version unless another is named. Raises NotFoundError."""
        self._document(document_id)
        return self._service.page(document_id, page, version)

    def page_image(
        self,
        document_id: str,
        page: int,
        *,
        cited: tuple[int, int] | None = None,
        version: int | None = None,
    ) -> PageImage:
        """A page as a picture, with the words of the span `cited` marked. Raises what RagService does."""
        self._document(document_id)
        return self._service.page_image(document_id, page, cited=cited, version=version)

    def document_bytes(self, document_id: str) -> BinaryIO:
        """The newest version's bytes, to be closed by the caller. Raises NotFoundError."""
        self._document(document_id)
        return self._service.document_bytes(document_id)

    def delete_document(self, document_id: str) -> None:
        """For editors. When it returns, nothing shows the document any more.

        Raises NotFoundError, ForbiddenError.
        """
        with self._noted("delete document", document_id):
            self._document(document_id, "editor")
            self._service.delete_document(document_id)

    def delete_with_receipt(self, document_id: str) -> DeletionReceipt:
        """For editors. Deletes the document from all files at once, and says what was removed where.

        Raises NotFoundError, ForbiddenError, StorageError.
        """
        with self._noted("delete document", document_id):
            self._document(document_id, "editor")
            return _without_paths(self._service.delete_with_receipt(document_id))


def _without_paths(receipt: DeletionReceipt) -> DeletionReceipt:
    """Where this machine keeps its files is no business of those who use it from elsewhere."""
    found = tuple(Path(path).name for path in receipt.search.found)
    return replace(receipt, search=replace(receipt.search, found=found))


def _size(data: BinaryIO) -> int:
    """Bytes from the beginning to the end; the next read is at the beginning."""
    size = data.seek(0, os.SEEK_END)
    data.seek(0)
    return size


class AuthorizedJobs(Authorized):
    def jobs(
        self, collection: str | None = None, *, statuses: Sequence[Status] = UNREADY, count: int = 100
    ) -> list[JobState]:
        """The last `count` in these states, newest first; by default of all collections that may be seen.

        Raises NotFoundError.
        """
        if collection is not None:
            self._rights.need("reader", collection)
        if collection is not None or self._rights.sees_all():
            return self._service.jobs(collection, statuses=statuses, count=count)
        seen = [one.name for one in self._service.collections() if self._rights.sees(one.name)]
        found = [job for name in seen for job in self._service.jobs(name, statuses=statuses, count=count)]
        return sorted(found, key=lambda job: job.accepted_at, reverse=True)[:count]

    def job(self, document_id: str) -> JobState:
        """How far it is, what it waits for, and where the time went. Raises NotFoundError."""
        return self._job(document_id)

    def queue_depths(self) -> list[QueueDepth]:
        """Of all collections, and so for admins of all. Raises ForbiddenError."""
        self._rights.need_everywhere("admin")
        return self._service.queue_depths()

    def retry_job(self, document_id: str) -> JobState:
        """For editors. Raises NotFoundError, ForbiddenError, ConflictError."""
        with self._noted("retry job", document_id):
            self._job(document_id, "editor")
            return self._service.retry_job(document_id)

    def cancel_job(self, document_id: str) -> JobState:
        """For editors. Raises NotFoundError, ForbiddenError, ConflictError."""
        with self._noted("cancel job", document_id):
            self._job(document_id, "editor")
            return self._service.cancel_job(document_id)
