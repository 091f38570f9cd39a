"""What those who keep the server running look at: models, disk, and how answers came out lately."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from ragapp.api.http.dependencies import Service
from ragapp.types import AnswerDay, DiskUse, ModelState

router = APIRouter(prefix="/v1/admin", tags=["admin"])


@router.get("/models")
def list_catalogue(service: Service) -> list[ModelState]:
    """The models that can be fetched by name, and what of them is on the server."""
    return service.models()


@router.get("/disk")
def disk_use(service: Service) -> DiskUse:
    """Bytes on the server's disk, by what they are for."""
    return service.disk_use()


@router.get("/days")
def answer_days(service: Service, last: Annotated[int, Query(ge=1, le=366)] = 30) -> list[AnswerDay]:
    """All answers of the last so many days in numbers, by day (UTC)."""
    return service.history.days(last)
