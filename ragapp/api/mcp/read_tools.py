"""The MCP tools `list_collections`, `list_documents` and `get_document`."""

from __future__ import annotations

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from ragapp.api.answer_text import one_line
from ragapp.api.mcp.ask_tools import InCollection
from ragapp.api.mcp.backend import BackendOf, Call, tool_errors
from ragapp.api.mcp.schemas import (
    CollectionEntry,
    Collections,
    DocumentEntry,
    DocumentId,
    Documents,
    DocumentText,
    result,
)
from ragapp.types import DocumentQuery

LARGEST_INTEGER = 2**31 - 1
"""The largest integer that every database accepts."""


class ReadTools:
    def __init__(self, backend_of: BackendOf) -> None:
        self._backend_of = backend_of

    def list_collections(self, call: Call) -> Annotated[CallToolResult, Collections]:
        """List the collections of the user's documents; search and ask read one of them at a time."""
        with tool_errors():
            backend = self._backend_of(call)
            names = [collection.name for collection in backend.collections()]
            counts = [sum(backend.listing(DocumentQuery(name, count=1)).statuses.values()) for name in names]
        entries = [
            CollectionEntry(name=name, documents=count) for name, count in zip(names, counts, strict=True)
        ]
        text = "\n".join(f"- {entry.name}: {entry.documents} documents" for entry in entries)
        return result(text or "There are no collections yet.", Collections(collections=entries))

    def list_documents(
        self,
        call: Call,
        *,
        collection: InCollection = "default",
        containing: Annotated[str, Field(description="Only documents whose name contains this.")] = "",
        offset: Annotated[
            int, Field(ge=0, le=LARGEST_INTEGER, description="Number of documents to skip.")
        ] = 0,
        count: Annotated[int, Field(ge=1, le=200, description="Number of documents to list.")] = 50,
    ) -> Annotated[CallToolResult, Documents]:
        """List the documents of a collection with their status, newest first."""
        with tool_errors():
            listing = self._backend_of(call).listing(
                DocumentQuery(collection, containing, offset=offset, count=count)
            )
        seen = offset + len(listing.documents)
        listed = Documents(
            collection=collection,
            total=listing.matching,
            next_offset=seen if listing.documents and seen < listing.matching else None,
            documents=[DocumentEntry.of(document) for document in listing.documents],
        )
        lines = [f"{listed.total} documents in {collection}:", *map(_line, listed.documents)]
        if listed.next_offset is not None:
            lines.append(f"The list continues at offset {listed.next_offset}.")
        return result("\n".join(lines), listed)

    def get_document(
        self,
        call: Call,
        *,
        document_id: DocumentId,
        start: Annotated[
            int, Field(ge=0, le=LARGEST_INTEGER, description="Character to start at, counted from 0.")
        ] = 0,
        page: Annotated[
            int | None,
            Field(ge=1, le=LARGEST_INTEGER, description="Page to start at instead, counted from 1."),
        ] = None,
        length: Annotated[int, Field(ge=1, le=50_000, description="Number of characters.")] = 8000,
        version: Annotated[
            int | None,
            Field(
                ge=1, le=LARGEST_INTEGER, description="Document version. Default: the one that is searched."
            ),
        ] = None,
    ) -> Annotated[CallToolResult, DocumentText]:
        """Read part of a document's text: around a citation, page by page, or from the start.

        To see the context of a citation or passage, start a few hundred characters before its `start`.
        """
        with tool_errors():
            backend = self._backend_of(call)
            document = backend.document(document_id)
            parsed = backend.document_text(document_id, version)
            if page is not None:
                start = backend.page(document_id, page, version).start
        start = min(start, len(parsed.text))
        end = min(start + length, len(parsed.text))
        part = DocumentText(
            document=DocumentEntry.of(document),
            text=parsed.text[start:end],
            start=start,
            end=end,
            page=parsed.page_at(start),
            characters=len(parsed.text),
            next_start=end if end < len(parsed.text) else None,
        )
        where = (
            f"{one_line(document.name)}, page {part.page}, characters {start} to {end} of {part.characters}"
        )
        return result(f"{where}\n\n{part.text}", part)


def _line(entry: DocumentEntry) -> str:
    failure = f": {one_line(entry.error)}" if entry.error else ""
    gaps = f"; not read: {', '.join(one_line(gap.where) for gap in entry.gaps)}" if entry.gaps else ""
    return f"- {one_line(entry.name)} ({entry.document_id}), {entry.status}{failure}{gaps}"
