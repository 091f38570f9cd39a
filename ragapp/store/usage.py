"""SqlUsage: what each API key has used, by day."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from sqlalchemy import ColumnElement, Engine, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from ragapp.store import schema as t
from ragapp.store.engine import WRITE
from ragapp.types import Limits, Usage


class SqlUsage:
    """Safe for many threads and processes: a sum is checked and raised by one statement."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**WRITE)

    def usage(self, key_id: str, day: date) -> Usage:
        columns = (t.key_usage.c.questions, t.key_usage.c.tokens, t.key_usage.c.upload_bytes)
        with self._reading.begin() as c:
            row = c.execute(select(*columns).where(_that_day(key_id, day))).one_or_none()
        return Usage() if row is None else Usage(*row)

    def spend(self, key_id: str, day: date, spent: Usage, within: Limits) -> bool:
        """False, and nothing is added, where a sum would exceed its limit."""
        if self._raise(key_id, day, spent, within):
            return True
        with suppress(IntegrityError), self._writing.begin() as c:  # the day may have its row
            row = dict(key_id=key_id, day=day, questions=0, tokens=0, upload_bytes=0)
            c.execute(insert(t.key_usage).values(row))
        return self._raise(key_id, day, spent, within)

    def _raise(self, key_id: str, day: date, spent: Usage, within: Limits) -> bool:
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
        raised = (
            update(t.key_usage)
            .where(_that_day(key_id, day), *fits)
            .values({column.name: total for column, (total, _, _) in sums.items()})
        )
        with self._writing.begin() as c:
            return bool(c.execute(raised).rowcount)


def _that_day(key_id: str, day: date) -> ColumnElement[bool]:
    return and_(t.key_usage.c.key_id == key_id, t.key_usage.c.day == day)
