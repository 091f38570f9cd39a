"""Documents over HTTP: hand in, list, show, read, delete."""

from __future__ import annotations

from fastapi import APIRouter

from ragapp.doors.http.dependencies import Service
from ragapp.doors.wire import ANY_COLLECTION
from ragapp.errors import NotFoundError
from ragapp.service import RagService
from ragapp.types import Document, ParsedText

ONLY_WHILE_CHUNKING = {"tables", "furniture"}
"""What a stored text no longer knows."""

router = APIRouter(prefix="/v1/collections/{collection}/documents", tags=["documents"])


@router.get("")
def list_documents(collection: str, service: Service) -> list[Document]:
    return service.documents(collection)


@router.get("/{document_id}")
def show_document(collection: str, document_id: str, service: Service) -> Document:
    """The document, and with it how far it has come. `-` stands for whichever collection it is in."""
    return _document(service, collection, document_id)


@router.get("/{document_id}/text", response_model_exclude=ONLY_WHILE_CHUNKING)
def document_text(
    collection: str, document_id: str, service: Service, version: int | None = None
) -> ParsedText:
    """The text that citations and hits point into, of the version searched now unless one is named."""
    _document(service, collection, document_id)
    return service.document_text(document_id, version)


@router.delete("/{document_id}", status_code=204)
def delete_document(collection: str, document_id: str, service: Service) -> None:
    _document(service, collection, document_id)
    service.delete_document(document_id)


def _document(service: RagService, collection: str, document_id: str) -> Document:
    """The document, if it is in that collection: an id alone opens nothing."""
    document = service.document(document_id)
    if collection not in (document.collection, ANY_COLLECTION):
        raise NotFoundError(
            f"There is no document {document_id} in collection {collection!r}. "
            f"GET /v1/collections/{collection}/documents lists those there are."
        )
    return document
