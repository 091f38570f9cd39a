"""What routes are handed: the service and settings that the app was made with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from ragapp.service import RagService
from ragapp.settings import Settings


def _service(request: Request) -> RagService:
    service: RagService = request.app.state.service
    return service


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


Service = Annotated[RagService, Depends(_service)]
AppSettings = Annotated[Settings, Depends(_settings)]
