"""Collections over HTTP."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Response

from ragapp.doors.http.dependencies import Service
from ragapp.doors.wire import NewCollection
from ragapp.types import Collection

router = APIRouter(prefix="/v1/collections", tags=["collections"])


@router.get("")
def list_collections(service: Service) -> list[Collection]:
    return service.collections()


@router.post("", status_code=201)
def create_collection(wanted: NewCollection, service: Service, response: Response) -> Collection:
    collection = service.create_collection(wanted.name)
    response.headers["Location"] = f"/v1/collections/{quote(collection.name, safe='')}"
    return collection


@router.get("/{collection}")
def show_collection(collection: str, service: Service) -> Collection:
    return service.collection(collection)


@router.delete("/{collection}", status_code=204)
def delete_collection(collection: str, service: Service) -> None:
    """Deletes it with all its documents."""
    service.delete_collection(collection)
