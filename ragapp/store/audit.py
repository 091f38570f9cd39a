"""SqlAudit: who did what. The database itself refuses to change or delete a row of it."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Engine, insert, select

from ragapp.store import schema as t
from ragapp.store.collections import utc
from ragapp.store.engine import WRITE
from ragapp.types import AuditEntry


class SqlAudit:
    """Safe for many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)

    def add(self, entry: AuditEntry) -> None:
        with self._writing.begin() as c:
            c.execute(insert(t.audit).values(asdict(entry)))

    def last(self, count: int, key_id: str | None = None) -> list[AuditEntry]:
        """Newest first: of one key, or of all callers."""
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
