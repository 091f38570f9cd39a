"""Documents over HTTP: list, show, read, change and delete them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import ANY_COLLECTION, DocumentChanges, encode
from ragapp.errors import NotFoundError
from ragapp.types import Chunk, DeletionReceipt, Document, ParsedText

NOT_STORED = {"tables", "boilerplate"}
"""Fields that are known only while a document is chunked."""

router = APIRouter(prefix="/v1/collections/{collection}/documents", tags=["documents"])


@router.get("")
def list_documents(collection: str, service: Service) -> list[Document]:
    """List all documents of a collection.

    `/v1/collections/{collection}/listing` returns them in pages.
    """
    return service.documents(collection)


@router.get("/{document_id}")
def show_document(collection: str, document_id: str, service: Service) -> Document:
    """Show a document with its ingest status.

    `-` as the collection matches any.
    """
    return found_in(service, collection, document_id)


@router.get("/{document_id}/text", response_model_exclude=NOT_STORED)
def document_text(
    collection: str,
    document_id: str,
    service: Service,
    version: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> ParsedText:
    """Return the text of a document, whose characters citations and hits refer to.

    Without `version` this is the text of the version that is searched.
    """
    found_in(service, collection, document_id)
    return service.document_text(document_id, version)


class SpanQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(default=None, ge=1, le=2**31)
    start: int = Field(default=0, ge=0, le=2**31)
    end: int | None = Field(default=None, ge=0, le=2**31)


@router.get("/{document_id}/chunks")
def document_chunks(
    collection: str, document_id: str, span: Annotated[SpanQuery, Query()], service: Service
) -> list[Chunk]:
    """List the indexed chunks of a document that overlap the characters `start` to `end`."""
    found_in(service, collection, document_id)
    return service.document_chunks(document_id, span.version, start=span.start, end=span.end)


@router.patch("/{document_id}")
def change_document(
    collection: str, document_id: str, changes: DocumentChanges, service: Service
) -> Document:
    """Change the metadata of a document.

    The body is a JSON merge patch (RFC 7396): `null` removes a name, and names that are not sent stay.
    """
    found_in(service, collection, document_id)
    return service.set_metadata(document_id, changes.metadata)


@router.delete(
    "/{document_id}",
    status_code=204,
    responses={200: {"model": DeletionReceipt, "description": "The receipt: what was removed from where."}},
)
def delete_document(
    collection: str,
    document_id: str,
    service: Service,
    receipt: Annotated[
        bool,
        Query(description="Also erase the document from all files at once, and return a receipt."),
    ] = False,
) -> Response:
    """Delete a document.

    No search or answer shows it once this returns. With `receipt` it takes longer.
    """
    found_in(service, collection, document_id)
    if receipt:
        return Response(
            encode(DeletionReceipt, service.delete_with_receipt(document_id)), media_type="application/json"
        )
    service.delete_document(document_id)
    return Response(status_code=204)


def found_in(service: Service, collection: str, document_id: str) -> Document:
    """The document, if it is in that collection. Raises NotFoundError."""
    document = service.document(document_id)
    if collection not in (document.collection, ANY_COLLECTION):
        raise NotFoundError(
            f"Collection {collection!r} has no document {document_id}. "
            f"GET /v1/collections/{collection}/documents lists its documents."
        )
    return document
