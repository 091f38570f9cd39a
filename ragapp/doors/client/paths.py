"""Where a server has what the client names."""

from __future__ import annotations

from urllib.parse import quote

from ragapp.doors.wire import ANY_COLLECTION


def collection_path(name: str) -> str:
    return f"/v1/collections/{quote(name, safe='')}"


def document_path(document_id: str) -> str:
    """Whichever collection it is in: the id alone names it."""
    return f"{collection_path(ANY_COLLECTION)}/documents/{quote(document_id, safe='')}"


def page_path(document_id: str, page: int) -> str:
    return f"{document_path(document_id)}/pages/{page}"


def job_path(document_id: str) -> str:
    return f"/v1/jobs/{quote(document_id, safe='')}"
