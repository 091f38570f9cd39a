"""What the tools need of a service, and how they come by it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Protocol

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError

from ragapp.errors import NotFoundError, RagappError
from ragapp.types import (
    Acceptance,
    AskEvent,
    AskQuery,
    Collection,
    Document,
    DocumentPage,
    DocumentQuery,
    JobState,
    Listing,
    ParsedText,
    SearchQuery,
    SearchResult,
    UploadSpec,
)

Call = Context[Any, Any]
"""What the SDK hands a tool: the request it serves."""


class Backend(Protocol):
    """RagService has all of this, and so have the service as a caller may use it and RagappClient."""

    def collections(self) -> list[Collection]: ...

    def listing(self, query: DocumentQuery) -> Listing: ...

    def document(self, document_id: str) -> Document: ...

    def document_text(self, document_id: str, version: int | None = None) -> ParsedText: ...

    def page(self, document_id: str, page: int, version: int | None = None) -> DocumentPage: ...

    def search(self, query: SearchQuery) -> SearchResult: ...

    def ask(self, query: AskQuery) -> Generator[AskEvent, None, None]: ...

    def upload(self, spec: UploadSpec, data: BinaryIO) -> Acceptance: ...

    def job(self, document_id: str) -> JobState: ...


BackendOf = Callable[[Call], Backend]
"""The library as whoever makes a call may use it."""


@contextmanager
def errors_told() -> Iterator[None]:
    """Our errors become what a model is told of a tool that failed; their messages say what to do."""
    try:
        yield
    except RagappError as error:
        raise ToolError(str(error)) from error


@contextmanager
def resource_errors_told() -> Iterator[None]:
    """The same for what is read by its address."""
    try:
        yield
    except NotFoundError as error:
        raise ResourceNotFoundError(str(error)) from error
    except RagappError as error:
        raise ResourceError(str(error)) from error
