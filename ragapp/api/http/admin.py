"""Administration over HTTP: models, disk use, answer statistics and the answer cache."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import CacheCleared, GeneratorChoice
from ragapp.types import AnswerDay, CacheStats, DiskUse, FoundModel, ModelState

router = APIRouter(prefix="/v1")


@router.get("/admin/models", tags=["admin"])
def list_catalogue(service: Service) -> list[ModelState]:
    """List the models of the catalogue.

    Each comes with how much of it is installed on the server.
    """
    return service.models()


@router.get("/admin/models/found", tags=["admin"])
def find_models(service: Service) -> list[FoundModel]:
    """Look for model servers on the machine of this server, and list their models.

    Each comes with the value of `generator` that uses it. This takes some seconds at most.
    """
    return service.found_models()


@router.put("/admin/generator", tags=["admin"], status_code=HTTPStatus.NO_CONTENT)
def use_generator(choice: GeneratorChoice, service: Service) -> None:
    """Choose the model that writes answers from now on: a found one, `local`, or `extractive` for none.

    The choice is kept. If RAGAPP_GENERATOR is set, it decides, and the choice is refused.
    """
    service.use_generator(choice.generator)


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
