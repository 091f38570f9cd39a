"""What routes are handed: the service as the caller may use it, and what is open to everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ragapp.access import GuardedService
from ragapp.doors.http.authentication import caller_of
from ragapp.service import RagService

_BEARER = HTTPBearer(
    scheme_name="ApiKey",
    auto_error=False,  # whether one is needed was decided before: see `authentication`
    description="A key of `ragapp keys create`. None is needed from loopback until the first one is made.",
)


def _service(
    request: Request, _key: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> GuardedService:
    service: RagService = request.app.state.service
    return GuardedService(service, caller_of(request))


Service = Annotated[GuardedService, Depends(_service)]


def _sees_everything(service: Service) -> None:
    service.see_everything()


def _unready(request: Request) -> str | None:
    service: RagService = request.app.state.service
    return service.unready()


READS_EVERYTHING = Depends(_sees_everything)
"""For routes that ask the service for nothing, and tell of all collections at once."""

Unready = Annotated[str | None, Depends(_unready)]
"""Why questions cannot be answered yet, if so: for probes, which have no key."""
