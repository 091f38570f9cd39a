"""The caller's identity, API keys and the audit log over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from ragapp.api.http.authentication import caller_of
from ragapp.api.http.dependencies import Service
from ragapp.api.schemas import ChosenCollection, Me
from ragapp.types import AuditEntry, Key, KeySpec, NewKey

router = APIRouter(prefix="/v1", tags=["access"])


@router.get("/me")
def show_me(service: Service, request: Request) -> Me:
    """Show the caller: its name, rights, limits, and usage since midnight (UTC)."""
    caller = caller_of(request)
    return Me(
        caller.id,
        caller.name,
        caller.grants,
        service.limits(),
        service.usage(),
        last_collection=service.last_collection(),
    )


@router.put("/me/collection", status_code=204)
def remember_collection(chosen: ChosenCollection, service: Service) -> None:
    """Remember the collection that the caller chose; the web page opens with it next time."""
    service.remember_collection(chosen.collection)


@router.get("/keys")
def list_keys(service: Service) -> list[Key]:
    """List all API keys, oldest first, including revoked and expired ones.

    Their secrets are not stored.
    """
    return service.keys()


@router.post("/keys", status_code=201)
def create_key(spec: KeySpec, service: Service, response: Response) -> NewKey:
    """Create an API key.

    Its `secret` is shown only in this response. Once a key exists, every request needs one.
    """
    made = service.create_key(spec)
    response.headers["Location"] = f"/v1/keys/{made.key.id}"
    return made


@router.delete("/keys/{key_id}")
def revoke_key(key_id: str, service: Service) -> Key:
    """Revoke an API key, effective with the next request. It stays in the list."""
    return service.revoke_key(key_id)


@router.get("/audit")
def list_audit(
    service: Service,
    key_id: Annotated[str | None, Query(description="Only entries of this key.")] = None,
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[AuditEntry]:
    """List entries of the audit log, newest first: who did what, to what, when and from where."""
    return service.audit(count, key_id)
