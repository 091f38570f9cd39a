"""The collections, documents and ingest jobs of a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO
from urllib.parse import urlencode

from ragapp.api.schemas import DocumentChanges, NewCollection, PageBoxes, UploadReport, decode, encode
from ragapp.client.transport import NOTHING, ClientPart, collection_path, document_path, job_path, page_path
from ragapp.types import (
    Acceptance,
    Chunk,
    Collection,
    DeletionReceipt,
    Document,
    DocumentPage,
    DocumentQuery,
    JobState,
    Listing,
    PageImage,
    ParsedText,
    Status,
    UploadSpec,
)


class ClientDocuments(ClientPart):
    def upload(self, spec: UploadSpec, data: BinaryIO) -> Acceptance:
        """Uploads a document. Once this returns, the document is stored on the server's disk.

        The file is streamed, not read whole. The server decides on priority and owner.
        Raises NotFoundError, TooLargeError, UsageError.
        """
        form = {"metadata": encode(dict[str, str], dict(spec.metadata)).decode()}
        if spec.source is not None:
            form["source"] = spec.source
        path = f"{collection_path(spec.collection)}/documents"
        answer = self._transport.send("POST", path, form=form, files={"file": (spec.name, data)})
        (accepted,) = decode(UploadReport, answer).accepted
        return Acceptance(accepted.document, accepted.outcome)

    def upload_archive(
        self, collection: str, name: str, data: BinaryIO, *, metadata: Mapping[str, str] = NOTHING
    ) -> UploadReport:
        """Uploads every document in a ZIP archive, and reports the outcome of each.

        When none is accepted, raises the error of the first.
        """
        form = {"metadata": encode(dict[str, str], dict(metadata)).decode()}
        path = f"{collection_path(collection)}/documents"
        return decode(
            UploadReport, self._transport.send("POST", path, form=form, files={"file": (name, data)})
        )

    def listing(self, query: DocumentQuery) -> Listing:
        """One page of a collection's documents, with the counts by status of them all.

        Raises NotFoundError.
        """
        parameters = [
            ("containing", query.containing),
            *(("status", status) for status in query.statuses),
            ("order", query.order),
            ("descending", str(query.descending).lower()),
            ("offset", str(query.offset)),
            ("count", str(query.count)),
            ("with_gaps", str(query.with_gaps).lower()),
        ]
        path = f"{collection_path(query.collection)}/listing?{urlencode(parameters)}"
        return decode(Listing, self._transport.send("GET", path))

    def set_metadata(self, document_id: str, changes: Mapping[str, str | None]) -> Document:
        """Sets each name to its value, or removes it when the value is None. Raises NotFoundError."""
        body = encode(DocumentChanges, DocumentChanges(changes))
        return decode(Document, self._transport.send("PATCH", document_path(document_id), body=body))

    def document_chunks(
        self, document_id: str, version: int | None = None, *, start: int = 0, end: int | None = None
    ) -> list[Chunk]:
        """The chunks that overlap text[start:end], in reading order; by default those of the live version."""
        span = {"version": version, "start": start, "end": end}
        query = {name: str(value) for name, value in span.items() if value is not None}
        path = f"{document_path(document_id)}/chunks"
        return decode(list[Chunk], self._transport.send("GET", path, query=query))

    def documents(self, collection: str = "default") -> list[Document]:
        """All documents of a collection. Raises NotFoundError."""
        return decode(list[Document], self._transport.send("GET", f"{collection_path(collection)}/documents"))

    def document(self, document_id: str) -> Document:
        """Returns the document. Raises NotFoundError."""
        return decode(Document, self._transport.send("GET", document_path(document_id)))

    def document_text(self, document_id: str, version: int | None = None) -> ParsedText:
        """The text of a document; by default that of the live version. Raises NotFoundError."""
        query = None if version is None else {"version": str(version)}
        return decode(
            ParsedText, self._transport.send("GET", f"{document_path(document_id)}/text", query=query)
        )

    def page(self, document_id: str, page: int, version: int | None = None) -> DocumentPage:
        """The text of a page; by default that of the live version. Raises NotFoundError."""
        query = None if version is None else {"version": str(version)}
        return decode(DocumentPage, self._transport.send("GET", page_path(document_id, page), query=query))

    def page_image(
        self,
        document_id: str,
        page: int,
        *,
        cited: tuple[int, int] | None = None,
        version: int | None = None,
    ) -> PageImage:
        """The image of a page, with the part of the character span `cited` that is on it highlighted.

        Raises NotFoundError, UsageError, UnsupportedFormat for a format without pages, and ParseError when
        the page cannot be rendered.
        """
        query = {} if version is None else {"version": str(version)}
        if cited is not None:
            query["highlight"] = f"{cited[0]}-{cited[1]}"
        path = page_path(document_id, page)
        png = self._transport.send("GET", f"{path}.png", query=query)
        found = decode(PageBoxes, self._transport.send("GET", f"{path}/boxes", query=query))
        return PageImage(png, found.width, found.height, found.boxes)

    def delete_document(self, document_id: str) -> None:
        """Deletes a document. No search or answer shows it once this returns. Raises NotFoundError."""
        self._transport.send("DELETE", document_path(document_id))

    def delete_with_receipt(self, document_id: str) -> DeletionReceipt:
        """Erases the document from all files of the server at once, and reports what was removed where.

        Raises NotFoundError, StorageError.
        """
        query = {"receipt": "true"}
        answer = self._transport.send("DELETE", document_path(document_id), query=query)
        return decode(DeletionReceipt, answer)


class ClientCollections(ClientPart):
    def create_collection(self, name: str) -> Collection:
        """Creates a collection. Raises ConflictError, UsageError, ModelError."""
        body = encode(NewCollection, NewCollection(name))
        return decode(Collection, self._transport.send("POST", "/v1/collections", body=body))

    def collection(self, name: str) -> Collection:
        """Returns the collection. Raises NotFoundError."""
        return decode(Collection, self._transport.send("GET", collection_path(name)))

    def collections(self) -> list[Collection]:
        return decode(list[Collection], self._transport.send("GET", "/v1/collections"))

    def delete_collection(self, name: str) -> None:
        """Deletes a collection with all its documents. Raises NotFoundError."""
        self._transport.send("DELETE", collection_path(name))


class ClientJobs(ClientPart):
    """Ingest jobs. The id of a job is the id of its document."""

    def jobs(
        self, collection: str | None = None, *, statuses: Sequence[Status] = (), count: int = 100
    ) -> list[JobState]:
        """The last `count` jobs, newest first; by default those not ready. Raises NotFoundError."""
        query = [("status", status) for status in statuses] + [("count", str(count))]
        if collection is not None:
            query.append(("collection", collection))
        return decode(list[JobState], self._transport.send("GET", f"/v1/jobs?{urlencode(query)}"))

    def job(self, document_id: str) -> JobState:
        """The state of a job, why it is in it, and how long each stage took. Raises NotFoundError."""
        return decode(JobState, self._transport.send("GET", job_path(document_id)))

    def retry_job(self, document_id: str) -> JobState:
        """Retries a failed or waiting job at once. Raises NotFoundError, ConflictError."""
        return decode(JobState, self._transport.send("POST", f"{job_path(document_id)}/retry"))

    def cancel_job(self, document_id: str) -> JobState:
        """Cancels a job. What is already searchable stays so. Raises NotFoundError, ConflictError."""
        return decode(JobState, self._transport.send("POST", f"{job_path(document_id)}/cancel"))
