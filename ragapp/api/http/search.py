"""Search over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import SearchRequest
from ragapp.types import SearchResult

router = APIRouter(prefix="/v1/search", tags=["questions"])


@router.post("")
def search(wanted: SearchRequest, service: Service) -> SearchResult:
    """The chunks that match best, each with the span of the document that it is."""
    return service.search(
        wanted.query, collection=wanted.collection, k=wanted.k, mode=wanted.mode, filters=wanted.filters
    )
