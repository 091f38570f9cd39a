"""SqlKeys: API keys in the database of the documents."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, exists, insert, select, update

from ragapp.errors import NotFoundError
from ragapp.store import schema as t
from ragapp.store.collections import utc, utc_or_none
from ragapp.store.engine import WRITE
from ragapp.types import Grant, Key, Limits


class SqlKeys:
    """Safe for many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)

    def add(self, key: Key, digest: str) -> None:
        row = dict(
            id=key.id,
            name=key.name,
            digest=digest,
            grants=[asdict(grant) for grant in key.grants],
            limits=asdict(key.limits),
            created_at=key.created_at,
            expires_at=key.expires_at,
        )
        with self._writing.begin() as c:
            c.execute(insert(t.keys).values(row))

    def find(self, key_id: str) -> tuple[Key, str] | None:
        """The key and the digest of its secret, whatever its state."""
        with self._reading.begin() as c:
            row = c.execute(select(t.keys).where(t.keys.c.id == key_id)).one_or_none()
        return None if row is None else (_key(row), row.digest)

    def all(self) -> list[Key]:
        """Oldest first."""
        with self._reading.begin() as c:
            return [_key(row) for row in c.execute(select(t.keys).order_by(t.keys.c.created_at))]

    def any(self) -> bool:
        """Whether a key was ever made."""
        with self._reading.begin() as c:
            return bool(c.scalar(select(exists().where(t.keys.c.id.is_not(None)))))

    def revoke(self, key_id: str, at: datetime) -> Key:
        """The key as it is then; one that was revoked before keeps its time. Raises NotFoundError."""
        standing = (t.keys.c.id == key_id) & t.keys.c.revoked_at.is_(None)
        with self._writing.begin() as c:
            c.execute(update(t.keys).where(standing).values(revoked_at=at))
        found = self.find(key_id)
        if found is None:
            raise NotFoundError(f"There is no key {key_id}. `ragapp keys list` shows those there are.")
        return found[0]

    def touch(self, key_id: str, at: datetime) -> None:
        """Notes when it was last used."""
        with self._writing.begin() as c:
            c.execute(update(t.keys).where(t.keys.c.id == key_id).values(last_used_at=at))


def _key(row: Row[Any]) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        grants=tuple(Grant(**grant) for grant in row.grants),
        created_at=utc(row.created_at),
        expires_at=utc_or_none(row.expires_at),
        revoked_at=utc_or_none(row.revoked_at),
        last_used_at=utc_or_none(row.last_used_at),
        limits=Limits(**row.limits),
    )
