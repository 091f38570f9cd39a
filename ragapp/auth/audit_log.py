"""The audit log: who did what, to what, when and from where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ragapp.errors import ForbiddenError, NotFoundError, QuotaError, RagappError
from ragapp.protocols import AuditStore
from ragapp.types import AuditEntry, Caller

LONGEST_OBJECT = 300
"""Characters of an object's name in the log. Names of documents and sources may be longer."""


@dataclass(slots=True)
class AuditRecord:
    """The object of an action, for the audit log. An action that creates something sets `of` to the new
    id.
    """

    of: str


class AuditLog:
    """Writes audit records. `now` returns the time in UTC. Thread-safe if the store is."""

    def __init__(self, store: AuditStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    @contextmanager
    def recording(self, caller: Caller, action: str, of: str) -> Iterator[AuditRecord]:
        """Records how the action in the block ends: `done`, or why it was rejected."""
        record = AuditRecord(of)
        try:
            yield record
        except RagappError as error:
            self._append_record(caller, action, record.of, _outcome(error))
            raise
        self._append_record(caller, action, record.of, "done")

    def _append_record(self, caller: Caller, action: str, of: str, outcome: str) -> None:
        entry = AuditEntry(self._now(), caller.id, caller.name, caller.address, action, _fit(of), outcome)
        self._store.add(entry)

    def last(self, count: int, key_id: str | None = None) -> list[AuditEntry]:
        """The last `count` entries, newest first: of one key (empty: the person at the machine) or all."""
        return self._store.last(count, key_id)


def _fit(of: str) -> str:
    """One short line without control characters, so that no name can forge a second log line."""
    return "".join(letter if letter.isprintable() else "�" for letter in of[:LONGEST_OBJECT])


def _outcome(error: RagappError) -> str:
    match error:
        case ForbiddenError():
            return "forbidden"
        case NotFoundError():
            return "not found"
        case QuotaError():
            return "over quota"
        case _:
            return "failed"
