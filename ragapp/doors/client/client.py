"""RagappClient: RagService over HTTP."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self
from urllib.parse import quote, urlencode

from ragapp.doors.client.access import ClientAccess
from ragapp.doors.client.cache import ClientCache
from ragapp.doors.client.events import ask_events
from ragapp.doors.client.history import ClientHistory
from ragapp.doors.client.tasks import ClientTasks
from ragapp.doors.client.transport import Transport
from ragapp.doors.wire import (
    ANY_COLLECTION,
    AskRequest,
    DocumentChanges,
    NewCollection,
    PageBoxes,
    SearchRequest,
    ServerStatus,
    UploadReport,
    decode,
    encode,
)
from ragapp.types import (
    Acceptance,
    AskEvent,
    AskMode,
    Chunk,
    Collection,
    DiskUse,
    Document,
    DocumentOrder,
    DocumentPage,
    JobState,
    Listing,
    ModelState,
    PageImage,
    ParsedText,
    SearchMode,
    SearchResult,
    Status,
    Turn,
)

NOTHING: Mapping[str, str] = MappingProxyType({})


class RagappClient:
    """The service of a ragapp server: methods, results and errors are those of RagService.

    Safe for many threads. `silence_seconds` is how long the server may send nothing; while a model
    thinks, it sends a sign of life every few seconds. `api_key` is by default that of the environment
    variable RAGAPP_API_KEY; with an empty one none is sent. Every method also raises ServerUnavailable when
    no server answers, AuthenticationError without the key that it wants, ForbiddenError, and QuotaError.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        api_key: str | None = None,
        silence_seconds: float = 60.0,
    ) -> None:
        key = os.environ.get("RAGAPP_API_KEY", "") if api_key is None else api_key
        self._transport = Transport(base_url, silence_seconds, key)
        self.access = ClientAccess(self._transport)
        self.history = ClientHistory(self._transport)
        self.cache = ClientCache(self._transport)
        self.tasks = ClientTasks(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def status(self) -> ServerStatus:
        """Whether the server can answer, and with which models."""
        return decode(ServerStatus, self._transport.send("GET", "/v1/status"))

    # -- collections

    def create_collection(self, name: str) -> Collection:
        """Raises ConflictError, UsageError, ModelError."""
        body = encode(NewCollection, NewCollection(name))
        return decode(Collection, self._transport.send("POST", "/v1/collections", body=body))

    def collection(self, name: str) -> Collection:
        """Raises NotFoundError."""
        return decode(Collection, self._transport.send("GET", _collection_path(name)))

    def collections(self) -> list[Collection]:
        return decode(list[Collection], self._transport.send("GET", "/v1/collections"))

    def delete_collection(self, name: str) -> None:
        """Deletes it with all its documents. Raises NotFoundError."""
        self._transport.send("DELETE", _collection_path(name))

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
        """Accepts a document: when it returns, the server has its bytes and its row on disk.

        The file is sent in pieces, not read whole. Raises NotFoundError, TooLargeError, UsageError.
        """
        form = {"metadata": encode(dict[str, str], dict(metadata)).decode()}
        if source is not None:
            form["source"] = source
        answer = self._transport.send(
            "POST", f"{_collection_path(collection)}/documents", form=form, files={"file": (name, data)}
        )
        (accepted,) = decode(UploadReport, answer).accepted
        return Acceptance(accepted.document, accepted.outcome)

    def upload_archive(
        self, collection: str, name: str, data: BinaryIO, *, metadata: Mapping[str, str] = NOTHING
    ) -> UploadReport:
        """Hands in every document of a ZIP archive, and tells of each what became of it.

        Raises what befell the first one when none was accepted.
        """
        form = {"metadata": encode(dict[str, str], dict(metadata)).decode()}
        path = f"{_collection_path(collection)}/documents"
        return decode(
            UploadReport, self._transport.send("POST", path, form=form, files={"file": (name, data)})
        )

    def listing(
        self,
        collection: str = "default",
        *,
        containing: str = "",
        statuses: Sequence[Status] = (),
        order: DocumentOrder = "accepted",
        descending: bool = True,
        offset: int = 0,
        count: int = 50,
    ) -> Listing:
        """A part of a collection's documents, and how many of which status there are.

        Up to `count` from `offset` on, of those in one of the `statuses` (of any, when none is named) with
        `containing` in their names. Raises NotFoundError.
        """
        query = [
            ("containing", containing),
            *(("status", status) for status in statuses),
            ("order", order),
            ("descending", str(descending).lower()),
            ("offset", str(offset)),
            ("count", str(count)),
        ]
        path = f"{_collection_path(collection)}/listing?{urlencode(query)}"
        return decode(Listing, self._transport.send("GET", path))

    def set_metadata(self, document_id: str, changes: Mapping[str, str | None]) -> Document:
        """Sets each name to its value, or takes it away where that is None. Raises NotFoundError."""
        body = encode(DocumentChanges, DocumentChanges(changes))
        return decode(Document, self._transport.send("PATCH", _document_path(document_id), body=body))

    def document_chunks(
        self, document_id: str, version: int | None = None, *, start: int = 0, end: int | None = None
    ) -> list[Chunk]:
        """Those that overlap text[start:end] of the live version, or of the one named; in reading order."""
        span = {"version": version, "start": start, "end": end}
        query = {name: str(value) for name, value in span.items() if value is not None}
        path = f"{_document_path(document_id)}/chunks"
        return decode(list[Chunk], self._transport.send("GET", path, query=query))

    def documents(self, collection: str = "default") -> list[Document]:
        """Raises NotFoundError."""
        return decode(
            list[Document], self._transport.send("GET", f"{_collection_path(collection)}/documents")
        )

    def document(self, document_id: str) -> Document:
        """Raises NotFoundError."""
        return decode(Document, self._transport.send("GET", _document_path(document_id)))

    def document_text(self, document_id: str, version: int | None = None) -> ParsedText:
        """Of the live version unless another is named. Raises NotFoundError."""
        query = None if version is None else {"version": str(version)}
        return decode(
            ParsedText, self._transport.send("GET", f"{_document_path(document_id)}/text", query=query)
        )

    def page(self, document_id: str, page: int, version: int | None = None) -> DocumentPage:
        """A page's text, of the live version unless another is named. Raises NotFoundError."""
        query = None if version is None else {"version": str(version)}
        return decode(DocumentPage, self._transport.send("GET", _page_path(document_id, page), query=query))

    def page_image(
        self,
        document_id: str,
        page: int,
        *,
        cited: tuple[int, int] | None = None,
        version: int | None = None,
    ) -> PageImage:
        """A page as a picture, with the words of the span `cited` marked as far as they stand on it.

        Raises NotFoundError, UsageError, UnsupportedFormat for a format without pages of its own,
        ParseError when the page cannot be drawn.
        """
        query = {} if version is None else {"version": str(version)}
        if cited is not None:
            query["highlight"] = f"{cited[0]}-{cited[1]}"
        path = _page_path(document_id, page)
        png = self._transport.send("GET", f"{path}.png", query=query)
        found = decode(PageBoxes, self._transport.send("GET", f"{path}/boxes", query=query))
        return PageImage(png, found.width, found.height, found.boxes)

    def delete_document(self, document_id: str) -> None:
        """When it returns, nothing shows the document any more. Raises NotFoundError."""
        self._transport.send("DELETE", _document_path(document_id))

    # -- jobs: the work on a document's newest version; a job's id is its document's

    def jobs(
        self, collection: str | None = None, *, statuses: Sequence[Status] = (), count: int = 100
    ) -> list[JobState]:
        """The last `count`, newest first; by default all that are not ready. Raises NotFoundError."""
        query = [("status", status) for status in statuses] + [("count", str(count))]
        if collection is not None:
            query.append(("collection", collection))
        return decode(list[JobState], self._transport.send("GET", f"/v1/jobs?{urlencode(query)}"))

    def job(self, document_id: str) -> JobState:
        """How far it is, what it waits for, and where the time went. Raises NotFoundError."""
        return decode(JobState, self._transport.send("GET", _job_path(document_id)))

    def retry_job(self, document_id: str) -> JobState:
        """Takes failed or postponed work up again, now. Raises NotFoundError, ConflictError."""
        return decode(JobState, self._transport.send("POST", f"{_job_path(document_id)}/retry"))

    def cancel_job(self, document_id: str) -> JobState:
        """Ends the work; what is searchable already stays so. Raises NotFoundError, ConflictError."""
        return decode(JobState, self._transport.send("POST", f"{_job_path(document_id)}/cancel"))

    # -- the server itself

    def models(self) -> list[ModelState]:
        """The models of the catalogue: what they are, and what of them is on the server."""
        return decode(list[ModelState], self._transport.send("GET", "/v1/admin/models"))

    def disk_use(self) -> DiskUse:
        """What the server's data folder and models take on disk."""
        return decode(DiskUse, self._transport.send("GET", "/v1/admin/disk"))

    # -- questions

    def search(
        self,
        query: str,
        *,
        collection: str = "default",
        k: int = 10,
        mode: SearchMode = "hybrid",
        filters: Mapping[str, str] = NOTHING,
    ) -> SearchResult:
        """The `k` best chunks. Raises UsageError, NotFoundError, ModelError, EmbedderMismatch."""
        wanted = SearchRequest(query, collection, k, mode, dict(filters))
        body = encode(SearchRequest, wanted)
        return decode(SearchResult, self._transport.send("POST", "/v1/search", body=body))

    def ask(
        self,
        question: str,
        *,
        collection: str = "default",
        k: int = 8,
        mode: AskMode = "auto",
        filters: Mapping[str, str] = NOTHING,
        history: Sequence[Turn] = (),
        conversation_id: str | None = None,
        standalone_question: str | None = None,
        use_cache: bool = True,
    ) -> Generator[AskEvent, None, None]:
        """Answers in pieces, the last of which is the whole answer. Raises as `search` does.

        A question that leans on earlier ones, those of `history` or of a stored conversation, is searched
        for as one that stands alone; `standalone_question` is the caller's own wording of that. Closing
        the generator tells the server to stop.
        """
        wanted = AskRequest(
            question,
            collection,
            k,
            mode,
            dict(filters),
            history=tuple(history),
            conversation_id=conversation_id,
            standalone_question=standalone_question,
            use_cache=use_cache,
        )
        with self._transport.stream("/v1/ask", encode(AskRequest, wanted)) as pieces:
            yield from ask_events(pieces)


def _collection_path(name: str) -> str:
    return f"/v1/collections/{quote(name, safe='')}"


def _job_path(document_id: str) -> str:
    return f"/v1/jobs/{quote(document_id, safe='')}"


def _page_path(document_id: str, page: int) -> str:
    return f"{_document_path(document_id)}/pages/{page}"


def _document_path(document_id: str) -> str:
    """Whichever collection it is in: the id alone names it."""
    return f"{_collection_path(ANY_COLLECTION)}/documents/{quote(document_id, safe='')}"
