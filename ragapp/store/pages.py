"""One page of a document version in SQL, without reading the whole text."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ragapp.errors import NotFoundError
from ragapp.store import schema as t
from ragapp.types import DocumentPage

PAGE_BREAK = "\f"


def page(c: Connection, document_id: str, version: int | None, number: int) -> DocumentPage:
    """Of the live version unless another is named. Raises NotFoundError."""
    wanted = (
        t.versions.c.id == t.documents.c.live_version_id
        if version is None
        else t.versions.c.version == version
    )
    found = c.execute(
        select(
            t.versions.c.id,
            t.versions.c.version,
            t.versions.c.name,
            t.versions.c.sha256,
            t.texts.c.page_starts,
            func.length(t.texts.c.text).label("length"),
        )
        .join(t.texts, t.texts.c.version_id == t.versions.c.id)
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .where(t.documents.c.id == document_id, wanted)
    ).one_or_none()
    if found is None:
        which = "" if version is None else f" in version {version}"
        raise NotFoundError(
            f"There is no text of document {document_id}{which}. `ragapp documents show` tells its state."
        )
    starts = found.page_starts
    if not 1 <= number <= len(starts):
        raise NotFoundError(f"{found.name} has {_pages(len(starts))}: there is no page {number}.")
    start = starts[number - 1]
    next_start = starts[number] if number < len(starts) else found.length
    text = c.execute(
        select(func.substr(t.texts.c.text, start + 1, next_start - start)).where(
            t.texts.c.version_id == found.id
        )
    ).scalar_one()
    text = text.removesuffix(PAGE_BREAK) if number < len(starts) else text
    return DocumentPage(
        document_id=document_id,
        name=found.name,
        version=found.version,
        sha256=found.sha256,
        page=number,
        pages=len(starts),
        start=start,
        end=start + len(text),
        text=text,
    )


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count} pages"
