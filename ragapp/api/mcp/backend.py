"""The part of the service that the MCP server uses, and how its errors are reported."""

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
    StoredTable,
    TablePlan,
    TableResult,
    TableSummary,
    UploadSpec,
)

Call = Context[Any, Any]
"""The context of one call, which the SDK passes to tools."""


class Backend(Protocol):
    """Implemented by RagService, by the authorized service and by RagappClient."""

    def collections(self) -> list[Collection]: ...

    def listing(self, query: DocumentQuery) -> Listing: ...

    def document(self, document_id: str) -> Document: ...

    def document_text(self, document_id: str, version: int | None = None) -> ParsedText: ...

    def page(self, document_id: str, page: int, version: int | None = None) -> DocumentPage: ...

    def search(self, query: SearchQuery) -> SearchResult: ...

    def ask(self, query: AskQuery) -> Generator[AskEvent, None, None]: ...

    def tables(self, collection: str, document_id: str | None = None) -> list[TableSummary]: ...

    def table(self, table_id: int) -> StoredTable: ...

    def query_table(self, table_id: int, plan: TablePlan) -> TableResult: ...

    def upload(self, spec: UploadSpec, data: BinaryIO) -> Acceptance: ...

    def job(self, document_id: str) -> JobState: ...


BackendOf = Callable[[Call], Backend]
"""Returns the backend with the rights of the caller of a call."""


@contextmanager
def tool_errors() -> Iterator[None]:
    """Reports errors as failures of the tool; their messages tell the model what to do."""
    try:
        yield
    except RagappError as error:
        raise ToolError(str(error)) from error


@contextmanager
def resource_errors() -> Iterator[None]:
    """Reports errors as failures to read a resource."""
    try:
        yield
    except NotFoundError as error:
        raise ResourceNotFoundError(str(error)) from error
    except RagappError as error:
        raise ResourceError(str(error)) from error
