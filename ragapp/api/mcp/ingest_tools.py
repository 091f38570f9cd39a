"""The tool that brings documents in."""

from __future__ import annotations

import io
from typing import Annotated

import anyio
from anyio import to_thread
from mcp_types import CallToolResult
from pydantic import Field

from ragapp.api.mcp.ask_tools import InCollection
from ragapp.api.mcp.backend import Backend, BackendOf, Call, errors_told
from ragapp.api.mcp.schemas import DocumentEntry, Ingested, result
from ragapp.types import Document, Status, UploadSpec

LONGEST_WAIT = 120.0
"""Seconds to wait for a document to be read; the work goes on afterwards."""

_LOOK_AGAIN = 0.25
"""Seconds between two looks at how far a document is."""

_STAGES: tuple[Status, ...] = ("queued", "parsing", "searchable", "ready")


class IngestingTools:
    def __init__(self, library_of: BackendOf) -> None:
        self._library_of = library_of

    async def ingest(
        self,
        call: Call,
        name: Annotated[
            str,
            Field(description="File name; its ending says how to read the text: notes.md, page.html, a.txt."),
        ],
        text: Annotated[str, Field(description="The whole document as text, Markdown, HTML, CSV or JSON.")],
        collection: InCollection = "default",
    ) -> Annotated[CallToolResult, Ingested]:
        """Put a document into a collection so that it can be searched and cited from then on.

        Only do this when the user asked for it. A document of the same name gets a new version: the text
        it had before is no longer found. Returns once it can be found, or with the status it has reached.
        """
        with errors_told():
            library = self._library_of(call)
            data = io.BytesIO(text.encode())
            kept = await to_thread.run_sync(library.upload, UploadSpec(name, collection), data)
            document = await _read(library, kept.document, call)
        entry = DocumentEntry.of(document)
        told = f"{kept.outcome}: {document.name} ({document.id}) is {document.status}. {document.error or ''}"
        return result(told.strip(), Ingested(document=entry, outcome=kept.outcome))


async def _read(library: Backend, document: Document, call: Call) -> Document:
    """The document once it is ready or has failed, or as it is when that takes too long."""
    seen: Status | None = None
    with anyio.move_on_after(LONGEST_WAIT):
        while document.status not in {"ready", "failed"}:
            if document.status != seen:
                seen = document.status
                why = (await to_thread.run_sync(library.job, document.id)).why
                await call.report_progress(_STAGES.index(seen), len(_STAGES) - 1, why)
            await anyio.sleep(_LOOK_AGAIN)
            document = await to_thread.run_sync(library.document, document.id)
    return document
