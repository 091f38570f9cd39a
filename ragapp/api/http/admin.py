"""Administration over HTTP: models, disk use, answer statistics and the answer cache."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import CacheCleared
from ragapp.types import AnswerDay, CacheStats, DiskUse, ModelState

router = APIRouter(prefix="/v1")


@router.get("/admin/models", tags=["admin"])
def list_catalogue(service: Service) -> list[ModelState]:
    """List the models of the catalogue.

    Each comes with how much of it is installed on the server.
    """
    return service.models()


@router.get("/admin/disk", tags=["admin"])
def disk_use(service: Service) -> DiskUse:
    """Show the disk space that the server uses, in bytes by purpose."""
    return service.disk_use()


@router.get("/admin/days", tags=["admin"])
def answer_days(service: Service, last: Annotated[int, Query(ge=1, le=366)] = 30) -> list[AnswerDay]:
    """Count the answers of recent days by outcome, one entry per day (UTC)."""
    return service.history.days(last)


@router.get("/cache", tags=["cache"])
def cache_stats(service: Service) -> CacheStats:
    """Show statistics of the answer cache.

    They count hits by kind, misses by reason, the time saved, the stored answers, and the results of audits.
    """
    return service.cache.stats()


@router.delete("/cache", tags=["cache"])
def clear_cache(service: Service, collection: str | None = None, document: str | None = None) -> CacheCleared:
    """Remove cached answers.

    Names of a collection or document limit this to the answers from that collection, or to those that cite
    that document. Without either, all answers and the statistics are removed.
    """
    return CacheCleared(service.cache.clear(collection=collection, document=document))
