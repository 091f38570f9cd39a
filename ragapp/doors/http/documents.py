"""Documents over HTTP: list, show, read, change, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ragapp.doors.http.dependencies import Service
from ragapp.doors.wire import ANY_COLLECTION, DocumentChanges, encode
from ragapp.errors import NotFoundError
from ragapp.types import Chunk, DeletionReceipt, Document, ParsedText

ONLY_WHILE_CHUNKING = {"tables", "furniture"}
"""What a stored text no longer knows."""

router = APIRouter(prefix="/v1/collections/{collection}/documents", tags=["documents"])


@router.get("")
def list_documents(collection: str, service: Service) -> list[Document]:
    """All documents of the collection; `listing` has them in parts."""
    return service.documents(collection)


@router.get("/{document_id}")
def show_document(collection: str, document_id: str, service: Service) -> Document:
    """The document, and with it how far it has come. `-` stands for whichever collection it is in."""
    return found_in(service, collection, document_id)


@router.get("/{document_id}/text", response_model_exclude=ONLY_WHILE_CHUNKING)
def document_text(
    collection: str,
    document_id: str,
    service: Service,
    version: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> ParsedText:
    """The text that citations and hits point into, of the version searched now unless one is named."""
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
    """What is indexed of its text: the chunks that overlap the characters `start` to `end`."""
    found_in(service, collection, document_id)
    return service.document_chunks(document_id, span.version, start=span.start, end=span.end)


@router.patch("/{document_id}")
def change_document(
    collection: str, document_id: str, changes: DocumentChanges, service: Service
) -> Document:
    """Sets metadata by name; `null` takes a name away, and names that are not sent stay (RFC 7396)."""
    found_in(service, collection, document_id)
    return service.set_metadata(document_id, changes.metadata)


@router.delete(
    "/{document_id}",
    status_code=204,
    responses={200: {"model": DeletionReceipt, "description": "What was removed where."}},
)
def delete_document(
    collection: str,
    document_id: str,
    service: Service,
    receipt: Annotated[
        bool,
        Query(description="Also takes it out of all files at once, and answers with what was removed where."),
    ] = False,
) -> Response:
    """When it answers, nothing shows the document any more. A receipt takes longer."""
    found_in(service, collection, document_id)
    if receipt:
        return Response(
            encode(DeletionReceipt, service.delete_with_receipt(document_id)), media_type="application/json"
        )
    service.delete_document(document_id)
    return Response(status_code=204)


def found_in(service: Service, collection: str, document_id: str) -> Document:
    """The document, if it is in that collection: an id alone opens nothing."""
    document = service.document(document_id)
    if collection not in (document.collection, ANY_COLLECTION):
        raise NotFoundError(
            f"There is no document {document_id} in collection {collection!r}. "
            f"GET /v1/collections/{collection}/documents lists those there are."
        )
    return document
