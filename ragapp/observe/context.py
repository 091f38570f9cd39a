"""For whom something is being done. Every log line says it, in whichever thread it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogContext:
    """`request_id` names the HTTP request, also when a worker does what it asked for."""

    request_id: str = ""
    document_id: str = ""
    worker: str = ""


_NOBODY = LogContext()
_CURRENT: ContextVar[LogContext] = ContextVar("log context", default=_NOBODY)


def current() -> LogContext:
    return _CURRENT.get()


@contextmanager
def within(context: LogContext) -> Iterator[None]:
    """What is logged in the block, or in threads that start with a copy of its context, bears `context`."""
    before = _CURRENT.set(context)
    try:
        yield
    finally:
        _CURRENT.reset(before)
