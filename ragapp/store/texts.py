"""The texts of document versions in SQL: whole, by page, by chunk and by span."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, exists, func, select

from ragapp.errors import NotFoundError
from ragapp.store import reading_gaps
from ragapp.store import schema as t
from ragapp.types import Chunk, DocumentPage, Heading, ParsedText

PAGE_BREAK = "\f"


def parsed_text(c: Connection, document_id: str, version: int | None) -> ParsedText:
    """Returns the text of a version. Raises NotFoundError."""
    row = c.execute(
        select(t.texts)
        .join(t.versions, t.versions.c.id == t.texts.c.version_id)
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .where(t.documents.c.id == document_id, _version_condition(version))
    ).one_or_none()
    if row is None:
        raise _no_text(document_id, version)
    headings = tuple(Heading(*heading) for heading in row.headings)
    gaps = reading_gaps.of_versions(c, [row.version_id]).get(row.version_id, ())
    return ParsedText(row.text, tuple(row.page_starts), headings, row.title, gaps=gaps)


def chunks(c: Connection, document_id: str, version: int | None, start: int, end: int | None) -> list[Chunk]:
    """The chunks that overlap text[start:end], in reading order."""
    row = t.chunks.c
    query = (
        select(row.start, row.end, row.text, row.page, row.heading)
        .join(t.versions, t.versions.c.id == row.version_id)
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .where(t.documents.c.id == document_id, row.end > start, _version_condition(version))
        .order_by(row.start)
    )
    return [Chunk(*found) for found in c.execute(query if end is None else query.where(row.start < end))]


def _version_condition(version: int | None) -> ColumnElement[bool]:
    """The live version, or the one with that number."""
    if version is None:
        return t.versions.c.id == t.documents.c.live_version_id
    return t.versions.c.version == version


def page_starts(c: Connection, document_id: str, version: int) -> tuple[int, ...]:
    """The offsets at which the pages start; empty when that version no longer exists."""
    found = c.execute(
        select(t.texts.c.page_starts)
        .join(t.versions, t.versions.c.id == t.texts.c.version_id)
        .where(t.versions.c.document_id == document_id, t.versions.c.version == version)
    ).scalar_one_or_none()
    return tuple(found or ())


def span(c: Connection, document_id: str, version: int, start: int, end: int) -> str:
    """text[start:end] of a version. Raises NotFoundError."""
    found = c.execute(
        select(func.substr(t.texts.c.text, start + 1, end - start))
        .join(t.versions, t.versions.c.id == t.texts.c.version_id)
        .where(t.versions.c.document_id == document_id, t.versions.c.version == version)
    ).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"Version {version} of document {document_id} no longer exists. Ask again.")
    return str(found)


def page(c: Connection, document_id: str, version: int | None, number: int) -> DocumentPage:
    """A page of the live version, or of `version`, without reading the whole text. Raises NotFoundError."""
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
        .where(t.documents.c.id == document_id, _version_condition(version))
    ).one_or_none()
    if found is None:
        raise _no_text(document_id, version)
    starts = found.page_starts
    if not 1 <= number <= len(starts):
        count = "1 page" if len(starts) == 1 else f"{len(starts)} pages"
        raise NotFoundError(f"{found.name} has {count}: there is no page {number}.")
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


def occurring_fragments(c: Connection, fragments: Sequence[str]) -> frozenset[str]:
    """The fragments that occur in the text of any document."""
    return frozenset(
        one
        for one in fragments
        if c.execute(select(exists().where(t.texts.c.text.contains(one, autoescape=True)))).scalar()
    )


def _no_text(document_id: str, version: int | None) -> NotFoundError:
    which = "" if version is None else f" in version {version}"
    return NotFoundError(
        f"Document {document_id} has no text{which}. `ragapp documents show` shows its state."
    )
