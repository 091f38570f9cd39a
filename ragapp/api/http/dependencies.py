"""The dependencies of routes: the service authorized for the caller, and readiness for probes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ragapp.api.http.authentication import caller_of
from ragapp.authorization import authorized
from ragapp.authorization.policy import AccessPolicy
from ragapp.service import RagService

_BEARER = HTTPBearer(
    scheme_name="ApiKey",
    auto_error=False,  # the middleware in `authentication` has decided already
    description="A key made by `ragapp keys create`. Requests from loopback need none until a key exists.",
)


def _service(
    request: Request, _key: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
) -> RagService:
    service: RagService = request.app.state.service
    return authorized(service, caller_of(request))


Service = Annotated[RagService, Depends(_service)]


def _sees_everything(request: Request, _: Service) -> None:
    AccessPolicy(request.app.state.service, caller_of(request)).require_everywhere("reader")


def _unready(request: Request) -> str | None:
    service: RagService = request.app.state.service
    return service.unready()


READS_EVERYTHING = Depends(_sees_everything)
"""For routes that report on all collections at once without calling the service."""

Unready = Annotated[str | None, Depends(_unready)]
"""Why questions cannot be answered yet, or None: for probes, which have no key."""
