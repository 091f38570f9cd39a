"""SqlPreferences: what each user selected last, for their next visit."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from ragapp.store import schema as t
from ragapp.store.engine import WRITE


class SqlPreferences:
    """PreferenceStore in SQL. Safe for many threads and processes: the last write wins."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)

    def last_collection(self, owner: str) -> str | None:
        with self._reading.begin() as c:
            found: str | None = c.scalar(
                select(t.preferences.c.last_collection).where(t.preferences.c.owner == owner)
            )
        return found

    def remember_collection(self, owner: str, name: str) -> None:
        if self._replace(owner, name):
            return
        with suppress(IntegrityError), self._writing.begin() as c:  # another request may have added the row
            c.execute(insert(t.preferences).values(owner=owner, last_collection=name))
            return
        self._replace(owner, name)

    def _replace(self, owner: str, name: str) -> bool:
        changed = update(t.preferences).where(t.preferences.c.owner == owner).values(last_collection=name)
        with self._writing.begin() as c:
            return bool(c.execute(changed).rowcount)
