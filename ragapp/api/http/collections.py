"""Collections over HTTP."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import NewCollection
from ragapp.types import Collection, DocumentQuery, DocumentSort, Listing, Status

router = APIRouter(prefix="/v1/collections", tags=["collections"])


@router.get("")
def list_collections(service: Service) -> list[Collection]:
    """List the collections that the caller may read."""
    return service.collections()


@router.post("", status_code=201)
def create_collection(body: NewCollection, service: Service, response: Response) -> Collection:
    """Create an empty collection, with the embedder of the server's settings."""
    collection = service.create_collection(body.name)
    response.headers["Location"] = f"/v1/collections/{quote(collection.name, safe='')}"
    return collection


@router.get("/{collection}")
def show_collection(collection: str, service: Service) -> Collection:
    """Show a collection with its embedder and revision."""
    return service.collection(collection)


class ListingQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    containing: str = Field(default="", max_length=200, description="Text that the name contains.")
    status: list[Status] = Field(
        default=[], description="Only documents in one of these states. Default: all."
    )
    order: DocumentSort = "accepted"
    descending: bool = True
    offset: int = Field(default=0, ge=0, le=2**31)
    count: int = Field(default=50, ge=1, le=1000)
    with_gaps: bool = Field(default=False, description="Only documents that were not read completely.")

    def of(self, collection: str) -> DocumentQuery:
        return DocumentQuery(
            collection,
            self.containing,
            tuple(self.status),
            self.order,
            self.descending,
            self.offset,
            self.count,
            self.with_gaps,
        )


@router.get("/{collection}/listing")
def list_part(collection: str, query: Annotated[ListingQuery, Query()], service: Service) -> Listing:
    """List one page of a collection's documents, filtered and sorted.

    The counts by status cover all documents of the collection.
    """
    return service.listing(query.of(collection))


@router.delete("/{collection}", status_code=204)
def delete_collection(collection: str, service: Service) -> None:
    """Delete a collection with all its documents."""
    service.delete_collection(collection)
