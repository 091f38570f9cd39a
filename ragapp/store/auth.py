"""API keys, their usage and the audit log, in the database of the documents."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from ragapp.errors import NotFoundError
from ragapp.store import schema as t
from ragapp.store.collections import utc, utc_or_none
from ragapp.store.engine import WRITE
from ragapp.types import AuditEntry, Grant, Key, KeyLimits, KeyUsage


class SqlKeys:
    """KeyStore in SQL. Safe for many threads and processes."""

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
        """The key, even an expired or revoked one, and the digest of its secret."""
        with self._reading.begin() as c:
            row = c.execute(select(t.keys).where(t.keys.c.id == key_id)).one_or_none()
        return None if row is None else (_key(row), row.digest)

    def all(self) -> list[Key]:
        """All keys, oldest first."""
        with self._reading.begin() as c:
            return [_key(row) for row in c.execute(select(t.keys).order_by(t.keys.c.created_at))]

    def any(self) -> bool:
        """Whether any key was ever created."""
        with self._reading.begin() as c:
            return bool(c.scalar(select(exists().where(t.keys.c.id.is_not(None)))))

    def revoke(self, key_id: str, at: datetime) -> Key:
        """Revokes the key and returns it. A key that was revoked before keeps its time. Raises
        NotFoundError.
        """
        not_revoked = (t.keys.c.id == key_id) & t.keys.c.revoked_at.is_(None)
        with self._writing.begin() as c:
            c.execute(update(t.keys).where(not_revoked).values(revoked_at=at))
        found = self.find(key_id)
        if found is None:
            raise NotFoundError(f"Key {key_id} does not exist. `ragapp keys list` shows the keys.")
        return found[0]

    def touch(self, key_id: str, at: datetime) -> None:
        """Records when the key was last used."""
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
        limits=KeyLimits(**row.limits),
    )


class SqlUsage:
    """UsageStore in SQL. Safe for many threads and processes: one statement checks and adds to a sum."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)

    def usage(self, key_id: str, day: date) -> KeyUsage:
        columns = (t.key_usage.c.questions, t.key_usage.c.tokens, t.key_usage.c.upload_bytes)
        with self._reading.begin() as c:
            row = c.execute(select(*columns).where(_that_day(key_id, day))).one_or_none()
        return KeyUsage() if row is None else KeyUsage(*row)

    def spend(self, key_id: str, day: date, spent: KeyUsage, within: KeyLimits) -> bool:
        """Adds to the sums of the day. Returns False, and adds nothing, when one would exceed its limit."""
        if self._add_usage(key_id, day, spent, within):
            return True
        with suppress(IntegrityError), self._writing.begin() as c:  # another process may have added the row
            row = dict(key_id=key_id, day=day, questions=0, tokens=0, upload_bytes=0)
            c.execute(insert(t.key_usage).values(row))
        return self._add_usage(key_id, day, spent, within)

    def _add_usage(self, key_id: str, day: date, spent: KeyUsage, within: KeyLimits) -> bool:
        k = t.key_usage.c
        sums = {
            k.questions: (k.questions + spent.questions, spent.questions, within.questions_per_day),
            k.tokens: (k.tokens + spent.tokens, spent.tokens, within.tokens_per_day),
            k.upload_bytes: (
                k.upload_bytes + spent.upload_bytes,
                spent.upload_bytes,
                within.upload_bytes_per_day,
            ),
        }
        fits = [total <= limit for total, more, limit in sums.values() if more and limit is not None]
        added = (
            update(t.key_usage)
            .where(_that_day(key_id, day), *fits)
            .values({column.name: total for column, (total, _, _) in sums.items()})
        )
        with self._writing.begin() as c:
            return bool(c.execute(added).rowcount)


def _that_day(key_id: str, day: date) -> ColumnElement[bool]:
    return and_(t.key_usage.c.key_id == key_id, t.key_usage.c.day == day)


class SqlAudit:
    """AuditStore in SQL. Safe for many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)

    def add(self, entry: AuditEntry) -> None:
        with self._writing.begin() as c:
            c.execute(insert(t.audit).values(asdict(entry)))

    def last(self, count: int, key_id: str | None = None) -> list[AuditEntry]:
        """The last entries, newest first, of one key or of all callers."""
        query = select(t.audit).order_by(t.audit.c.id.desc()).limit(count)
        if key_id is not None:
            query = query.where(t.audit.c.key_id == key_id)
        with self._reading.begin() as c:
            return [
                AuditEntry(
                    utc(row.at), row.key_id, row.name, row.address, row.action, row.object, row.outcome
                )
                for row in c.execute(query)
            ]
