"""The MCP tool `ingest`."""

from __future__ import annotations

import io
from typing import Annotated

import anyio
from anyio import to_thread
from mcp_types import CallToolResult
from pydantic import Field

from ragapp.api.mcp.ask_tools import InCollection
from ragapp.api.mcp.backend import Backend, BackendOf, Call, tool_errors
from ragapp.api.mcp.schemas import DocumentEntry, Ingested, result
from ragapp.types import Document, Status, UploadSpec

LONGEST_WAIT = 120.0
"""Seconds to wait for a document to be processed. The work continues afterwards."""

_POLL_SECONDS = 0.25
"""Seconds between two checks of the status of a document."""

_STAGES: tuple[Status, ...] = ("queued", "parsing", "searchable", "ready")


class IngestTools:
    def __init__(self, backend_of: BackendOf) -> None:
        self._backend_of = backend_of

    async def ingest(
        self,
        call: Call,
        name: Annotated[
            str,
            Field(description="File name. Its extension selects the format: notes.md, page.html, a.txt."),
        ],
        text: Annotated[
            str, Field(description="The whole document as plain text, Markdown, HTML, CSV or JSON.")
        ],
        collection: InCollection = "default",
    ) -> Annotated[CallToolResult, Ingested]:
        """Add a document to a collection, so that it can be searched and cited.

        Do this only when the user asked for it. A document of the same name gets a new version, which
        replaces its former text. Returns once the document can be searched, or with the status reached.
        """
        with tool_errors():
            backend = self._backend_of(call)
            data = io.BytesIO(text.encode())
            acceptance = await to_thread.run_sync(backend.upload, UploadSpec(name, collection), data)
            document = await _processed(backend, acceptance.document, call)
        entry = DocumentEntry.of(document)
        summary = f"{acceptance.outcome}: {document.name} ({document.id}) is {document.status}."
        if document.error:
            summary += f" {document.error}"
        return result(summary, Ingested(document=entry, outcome=acceptance.outcome))


async def _processed(backend: Backend, document: Document, call: Call) -> Document:
    """The document when it is ready or has failed, or as it is after LONGEST_WAIT."""
    seen: Status | None = None
    with anyio.move_on_after(LONGEST_WAIT):
        while document.status not in {"ready", "failed"}:
            if document.status != seen:
                seen = document.status
                why = (await to_thread.run_sync(backend.job, document.id)).why
                await call.report_progress(_STAGES.index(seen), len(_STAGES) - 1, why)
            await anyio.sleep(_POLL_SECONDS)
            document = await to_thread.run_sync(backend.document, document.id)
    return document
