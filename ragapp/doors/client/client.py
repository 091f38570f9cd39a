"""RagappClient: RagService over HTTP."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self
from urllib.parse import quote, urlencode

from ragapp.doors.client.events import ask_events
from ragapp.doors.client.history import ClientHistory
from ragapp.doors.client.transport import Transport
from ragapp.doors.wire import (
    ANY_COLLECTION,
    AskRequest,
    NewCollection,
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
    Collection,
    Document,
    JobState,
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
    thinks, it sends a sign of life every few seconds. Every method also raises ServerUnavailable when no
    server answers.
    """

    def __init__(self, base_url: str = "http://127.0.0.1:8000", *, silence_seconds: float = 60.0) -> None:
        self._transport = Transport(base_url, silence_seconds)
        self.history = ClientHistory(self._transport)

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


def _document_path(document_id: str) -> str:
    """Whichever collection it is in: the id alone names it."""
    return f"{_collection_path(ANY_COLLECTION)}/documents/{quote(document_id, safe='')}"
