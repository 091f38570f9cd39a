"""Search over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from ragapp.api.http.dependencies import Service
from ragapp.types import SearchQuery, SearchResult

router = APIRouter(prefix="/v1/search", tags=["questions"])


@router.post("")
def search(query: SearchQuery, service: Service) -> SearchResult:
    """The chunks that match best, each with the span of the document that it is."""
    return service.search(query)
