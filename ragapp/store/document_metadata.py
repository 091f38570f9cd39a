"""What people say of a document: names and values that searches can be narrowed by."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, or_, select

from ragapp.errors import no_document
from ragapp.store import collections, listing
from ragapp.store import schema as t
from ragapp.types import Document


def change(c: Connection, document_id: str, changes: Mapping[str, str | None]) -> Document:
    """Sets each name to its value, or takes it away where that is None; the others stay.

    The live version, which searches filter by, and the newest get the same. Raises NotFoundError.
    """
    its_collection = select(t.documents.c.collection_id).where(t.documents.c.id == document_id)
    collections.hold(c, t.collections.c.id.in_(its_collection))
    versions = c.scalars(
        select(t.versions.c.id)
        .join(t.documents, t.documents.c.id == t.versions.c.document_id)
        .where(
            t.documents.c.id == document_id,
            or_(
                t.versions.c.version == t.documents.c.newest_version,
                t.versions.c.id == t.documents.c.live_version_id,
            ),
        )
    ).all()
    if not versions:
        raise no_document(document_id)
    named = t.document_metadata.c.key.in_(changes)
    c.execute(delete(t.document_metadata).where(t.document_metadata.c.version_id.in_(versions), named))
    rows = [
        dict(version_id=version, key=key, value=value)
        for version in versions
        for key, value in changes.items()
        if value is not None
    ]
    if rows:
        c.execute(insert(t.document_metadata), rows)
    return listing.document(c, document_id)
