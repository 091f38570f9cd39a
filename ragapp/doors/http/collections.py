"""Collections over HTTP."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from ragapp.doors.http.dependencies import Service
from ragapp.doors.wire import NewCollection
from ragapp.types import Collection, DocumentOrder, Listing, Status

router = APIRouter(prefix="/v1/collections", tags=["collections"])


@router.get("")
def list_collections(service: Service) -> list[Collection]:
    """Those that the caller may read."""
    return service.collections()


@router.post("", status_code=201)
def create_collection(wanted: NewCollection, service: Service, response: Response) -> Collection:
    """Makes an empty collection; its embedder is the one of the settings."""
    collection = service.create_collection(wanted.name)
    response.headers["Location"] = f"/v1/collections/{quote(collection.name, safe='')}"
    return collection


@router.get("/{collection}")
def show_collection(collection: str, service: Service) -> Collection:
    """The collection, its embedder and its revision."""
    return service.collection(collection)


class ListingQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    containing: str = Field(default="", max_length=200, description="Characters in the name.")
    status: list[Status] = Field(default=[], description="One of these; by default any.")
    order: DocumentOrder = "accepted"
    descending: bool = True
    offset: int = Field(default=0, ge=0, le=2**31)
    count: int = Field(default=50, ge=1, le=1000)


@router.get("/{collection}/listing")
def list_part(collection: str, wanted: Annotated[ListingQuery, Query()], service: Service) -> Listing:
    """A part of its documents, filtered and sorted, and how many there are of which status."""
    return service.listing(
        collection,
        containing=wanted.containing,
        statuses=wanted.status,
        order=wanted.order,
        descending=wanted.descending,
        offset=wanted.offset,
        count=wanted.count,
    )


@router.delete("/{collection}", status_code=204)
def delete_collection(collection: str, service: Service) -> None:
    """Deletes it with all its documents."""
    service.delete_collection(collection)
