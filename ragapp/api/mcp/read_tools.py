"""The tools that list collections and documents, and read a document's text."""

from __future__ import annotations

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from ragapp.api.answer_text import one_line
from ragapp.api.mcp.ask_tools import InCollection
from ragapp.api.mcp.backend import BackendOf, Call, errors_told
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

LAST = 2**31 - 1
"""The largest number that any database takes for a place or a version."""


class ReadingTools:
    def __init__(self, library_of: BackendOf) -> None:
        self._library_of = library_of

    def list_collections(self, call: Call) -> Annotated[CallToolResult, Collections]:
        """List the collections of the user's documents; search and ask read one of them at a time."""
        with errors_told():
            library = self._library_of(call)
            names = [collection.name for collection in library.collections()]
            counts = [sum(library.listing(DocumentQuery(name, count=1)).statuses.values()) for name in names]
        entries = [
            CollectionEntry(name=name, documents=count) for name, count in zip(names, counts, strict=True)
        ]
        told = "\n".join(f"- {entry.name}: {entry.documents} documents" for entry in entries)
        return result(told or "There is no collection yet.", Collections(collections=entries))

    def list_documents(
        self,
        call: Call,
        *,
        collection: InCollection = "default",
        containing: Annotated[str, Field(description="Only those with this in their names.")] = "",
        offset: Annotated[int, Field(ge=0, le=LAST, description="How many to pass over.")] = 0,
        count: Annotated[int, Field(ge=1, le=200, description="How many to list.")] = 50,
    ) -> Annotated[CallToolResult, Documents]:
        """List the documents of a collection, the newest first, with what state each is in."""
        with errors_told():
            listing = self._library_of(call).listing(
                DocumentQuery(collection, containing, offset=offset, count=count)
            )
        seen = offset + len(listing.documents)
        listed = Documents(
            collection=collection,
            total=listing.matching,
            next_offset=seen if listing.documents and seen < listing.matching else None,
            documents=[DocumentEntry.of(document) for document in listing.documents],
        )
        told = [f"{listed.total} documents in {collection}:", *map(_line, listed.documents)]
        if listed.next_offset is not None:
            told.append(f"The list goes on at offset {listed.next_offset}.")
        return result("\n".join(told), listed)

    def get_document(
        self,
        call: Call,
        *,
        document_id: DocumentId,
        start: Annotated[int, Field(ge=0, le=LAST, description="Character to begin at, counted from 0.")] = 0,
        page: Annotated[
            int | None, Field(ge=1, le=LAST, description="Page to begin at instead, from 1.")
        ] = None,
        length: Annotated[int, Field(ge=1, le=50_000, description="Characters wanted.")] = 8000,
        version: Annotated[
            int | None,
            Field(ge=1, le=LAST, description="A version; by default the one that is searched."),
        ] = None,
    ) -> Annotated[CallToolResult, DocumentText]:
        """Read a document's text, a part at a time: around a citation, page by page, or from its start.

        To see what surrounds a citation or passage, begin some hundred characters before its `start`.
        """
        with errors_told():
            library = self._library_of(call)
            document = library.document(document_id)
            parsed = library.document_text(document_id, version)
            if page is not None:
                start = library.page(document_id, page, version).start
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
    return f"- {one_line(entry.name)} ({entry.document_id}), {entry.status}{failure}"
