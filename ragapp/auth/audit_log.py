"""The audit trail: who did what to what, when, and from where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ragapp.errors import ForbiddenError, NotFoundError, QuotaError, RagappError
from ragapp.protocols import AuditStore
from ragapp.types import AuditEntry, Caller

LONGEST_OBJECT = 300
"""Characters. Names of documents and sources may be long, and a log is for looking through."""


@dataclass(slots=True)
class AuditRecord:
    """What something is done to. Whoever makes a thing says here what its id became."""

    of: str


class AuditLog:
    """Safe for many threads when its store is. `now` tells the time, in UTC."""

    def __init__(self, store: AuditStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    @contextmanager
    def noted(self, caller: Caller, action: str, of: str) -> Iterator[AuditRecord]:
        """Notes how what is done within ends: `done`, or how it was refused."""
        deed = AuditRecord(of)
        try:
            yield deed
        except RagappError as error:
            self._note(caller, action, deed.of, _outcome(error))
            raise
        self._note(caller, action, deed.of, "done")

    def _note(self, caller: Caller, action: str, of: str, outcome: str) -> None:
        entry = AuditEntry(self._now(), caller.id, caller.name, caller.address, action, _fit(of), outcome)
        self._store.add(entry)

    def last(self, count: int, key_id: str | None = None) -> list[AuditEntry]:
        """The last `count` entries, newest first: of one key (empty: the person at the machine) or all."""
        return self._store.last(count, key_id)


def _fit(of: str) -> str:
    """One short line, whatever a caller sent as a name: no line of the log can pretend to be two."""
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
