"""What routes are handed: the service that the app was made with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from ragapp.service import RagService


def _service(request: Request) -> RagService:
    service: RagService = request.app.state.service
    return service


Service = Annotated[RagService, Depends(_service)]
