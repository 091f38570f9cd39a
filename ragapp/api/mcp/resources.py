"""Documents as resources: their texts by address, and a list of them."""

from __future__ import annotations

import re
from typing import Any

from anyio import to_thread
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, ListResourcesResult, Resource

from ragapp.api.mcp.backend import Backend, BackendOf, Call, resource_errors_told
from ragapp.api.mcp.schemas import document_uri
from ragapp.types import DocumentQuery

AT_ONCE = 100
"""Documents in one part of the list."""

_CURSOR = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})")
_FILLED_IN = {"resources", "next_cursor"}


class DocumentResources:
    def __init__(self, library_of: BackendOf) -> None:
        self._library_of = library_of

    def document(self, call: Call, document_id: str) -> str:
        """The whole text of a document, of the version that is searched."""
        with resource_errors_told():
            return self._library_of(call).document_text(document_id).text

    def page(self, call: Call, document_id: str, page: int) -> str:
        """The text of one page, counted from 1. A document without pages has one."""
        with resource_errors_told():
            return self._library_of(call).page(document_id, page).text

    async def listed(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Fills in `resources/list`: the SDK's own list is the same for everyone, and this one is not."""
        listed = await call_next(ctx)
        if ctx.method != "resources/list":
            return listed
        assert isinstance(listed, dict), "what comes from within is the message to be sent"
        library = self._library_of(Context(request_context=ctx))
        with resource_errors_told():
            part = await to_thread.run_sync(_part, library, (ctx.params or {}).get("cursor"))
        return listed | part.model_dump(mode="json", by_alias=True, exclude_none=True, include=_FILLED_IN)


def _part(library: Backend, cursor: str | None) -> ListResourcesResult:
    """Documents of one collection, the newest first; the cursor is the place of the collection and in it."""
    place, offset = _read_cursor(cursor)
    names = [collection.name for collection in library.collections()]
    if place >= len(names):
        return ListResourcesResult(resources=[])
    listing = library.listing(DocumentQuery(names[place], offset=offset, count=AT_ONCE))
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
        raise MCPError(code=INVALID_PARAMS, message="Unknown cursor. Begin the list again without one.")
    return int(found[1]), int(found[2])
