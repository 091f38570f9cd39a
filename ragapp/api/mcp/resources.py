"""Documents as MCP resources: a list of them, and their texts and pages by URI."""

from __future__ import annotations

import re
from typing import Any

from anyio import to_thread
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, ListResourcesResult, Resource

from ragapp.api.mcp.backend import Backend, BackendOf, Call, resource_errors
from ragapp.api.mcp.schemas import document_uri
from ragapp.types import DocumentQuery

PAGE_SIZE = 100
"""Documents in one page of the list."""

_CURSOR = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")
_OVERRIDDEN = {"resources", "next_cursor"}


class DocumentResources:
    def __init__(self, backend_of: BackendOf) -> None:
        self._backend_of = backend_of

    def document(self, call: Call, document_id: str) -> str:
        """The whole text of a document, in the version that is searched."""
        with resource_errors():
            return self._backend_of(call).document_text(document_id).text

    def page(self, call: Call, document_id: str, page: int) -> str:
        """The text of one page, counted from 1. A document without pages has one page."""
        with resource_errors():
            return self._backend_of(call).page(document_id, page).text

    async def listed(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Replaces the result of `resources/list`, since the SDK's list is the same for all callers."""
        listed = await call_next(ctx)
        if ctx.method != "resources/list":
            return listed
        assert isinstance(listed, dict), "the result of the SDK is a message"
        backend = self._backend_of(Context(request_context=ctx))
        with resource_errors():
            page = await to_thread.run_sync(_page, backend, (ctx.params or {}).get("cursor"))
        return listed | page.model_dump(mode="json", by_alias=True, exclude_none=True, include=_OVERRIDDEN)


def _page(backend: Backend, cursor: str | None) -> ListResourcesResult:
    """Documents of one collection, newest first. The cursor is the index of the collection and an offset."""
    place, offset = _read_cursor(cursor)
    names = [collection.name for collection in backend.collections()]
    if place >= len(names):
        return ListResourcesResult(resources=[])
    listing = backend.listing(DocumentQuery(names[place], offset=offset, count=PAGE_SIZE))
    seen = offset + len(listing.documents)
    more = f"{place}.{seen}" if listing.documents and seen < listing.matching else None
    following = f"{place + 1}.0" if place + 1 < len(names) else None
    return ListResourcesResult(
        resources=[
            Resource(
                uri=document_uri(document.id),
                name=document.name,
                description=f"In collection {names[place]!r}, {document.status}",
                mime_type="text/plain",
            )
            for document in listing.documents
        ],
        next_cursor=more or following,
    )


def _read_cursor(cursor: str | None) -> tuple[int, int]:
    found = _CURSOR.fullmatch(cursor or "0.0")
    if found is None:
        raise MCPError(code=INVALID_PARAMS, message="Unknown cursor. Restart the list without one.")
    return int(found[1]), int(found[2])
