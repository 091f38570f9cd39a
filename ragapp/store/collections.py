"""Collections in SQL, and their change logs, which indexes follow."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ragapp.errors import ConflictError, UsageError, no_collection
from ragapp.store import schema as t
from ragapp.store.databases.database import damaged
from ragapp.types import Collection, IndexChange

VALID_NAME = re.compile(r"[\w][\w .-]{0,127}")


def create(c: Connection, name: str, embedder: str, dimension: int) -> Collection:
    if not VALID_NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a valid name for a collection. Use up to 128 letters, digits, spaces, dots, "
            "dashes and underscores, starting with a letter or digit."
        )
    row = dict(name=name, embedder=embedder, dimension=dimension, revision=0, created_at=datetime.now(UTC))
    try:
        c.execute(insert(t.collections).values(row))
    except IntegrityError:
        raise ConflictError(f"The collection {name!r} already exists. Choose another name.") from None
    return get(c, name)


def get(c: Connection, name: str) -> Collection:
    row = c.execute(select(t.collections).where(t.collections.c.name == name)).one_or_none()
    if row is None:
        raise no_collection(name)
    return _collection(row)


def hold(c: Connection, wanted: ColumnElement[bool], *, to_remove: bool = False) -> None:
    """Locks these collections until the commit, so that no other transaction changes their documents.

    Every transaction that changes documents does this first. All of them so take their locks in the same
    order (collection, versions, vectors, blobs), which prevents deadlocks. SQLite has only one writer at a
    time anyway.
    """
    c.execute(
        select(t.collections.c.id)
        .where(wanted)
        .order_by(t.collections.c.id)
        .with_for_update(key_share=not to_remove)
    ).all()


def has_embedder(c: Connection, name: str, embedder: str) -> bool:
    """Whether the collection has that embedder, and keeps it until the commit."""
    matching = (t.collections.c.name == name) & (t.collections.c.embedder == embedder)
    return bool(c.execute(update(t.collections).where(matching).values(embedder=embedder)).rowcount)


def get_all(c: Connection) -> list[Collection]:
    return [_collection(row) for row in c.execute(select(t.collections).order_by(t.collections.c.name))]


def remove(c: Connection, collection_id: int) -> None:
    """Removes a collection, whose documents must have been removed before."""
    c.execute(delete(t.collections).where(t.collections.c.id == collection_id))


def log_change(
    c: Connection, collection_id: int, version_id: int, kind: Literal["parsed", "embedded", "removed"]
) -> None:
    """Appends to the change log.

    Incrementing the collection's revision locks its row until the commit, so revisions are in commit order:
    a reader that has seen one has seen all earlier ones.
    """
    revision = c.execute(
        update(t.collections)
        .where(t.collections.c.id == collection_id)
        .values(revision=t.collections.c.revision + 1)
        .returning(t.collections.c.revision)
    ).scalar_one()
    c.execute(
        insert(t.changes).values(
            collection_id=collection_id, revision=revision, version_id=version_id, kind=kind
        )
    )


def changes(c: Connection, collection_id: int, after: int) -> list[IndexChange]:
    rows = c.execute(
        select(t.changes.c.revision, t.changes.c.version_id, t.changes.c.kind)
        .where(t.changes.c.collection_id == collection_id, t.changes.c.revision > after)
        .order_by(t.changes.c.revision)
    )
    return [IndexChange(*row) for row in rows]


def _collection(row: Row[Any]) -> Collection:
    if not isinstance(row.revision, int):  # SQLite stores anything in any column
        raise damaged(f"the revision of collection {row.name!r} is not a number")
    return Collection(row.id, row.name, row.embedder, row.dimension, row.revision, utc(row.created_at))


def utc(moment: datetime) -> datetime:
    """The moment in UTC. SQLite returns times without a time zone; all of ours are in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def utc_or_none(moment: datetime | None) -> datetime | None:
    return None if moment is None else utc(moment)
