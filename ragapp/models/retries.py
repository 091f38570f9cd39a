"""Which failures of a model's server may pass, and how long to wait before asking it again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

TRIES = 3
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 10.0
"""Seconds. A server that asks for more patience than this is given up on: a reader waits for the answer."""

_BUSY = frozenset({429, 503})


@runtime_checkable
class _Response(Protocol):
    headers: Mapping[str, str]
    status_code: int


def pause_before(attempt: int, error: BaseException) -> float | None:
    """Seconds to wait before trying again after `attempt` tries; None when that will not help.

    A refused connection and a busy server may heal. A wrong key, a wrong model or silence do not. The
    pause is what the server asks for in Retry-After, else random up to a bound that doubles, so that
    many callers do not come back at once
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    response = _response(error)
    refused = any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error))
    if attempt >= TRIES or not (refused or (response and response.status_code in _BUSY)):
        return None
    asked_for = _retry_after(response) if response else None
    if asked_for is None:
        return random.uniform(0, FIRST_PAUSE * 2**attempt)  # noqa: S311  jitter, not a secret
    return asked_for if asked_for <= LONGEST_PAUSE else None


def _retry_after(response: _Response) -> float | None:
    """The header's seconds; None when there is none or it is a date, which model servers do not send."""
    try:
        return max(0.0, float(response.headers.get("retry-after", "")))
    except ValueError:
        return None


def _response(error: BaseException) -> _Response | None:
    """The HTTP response that the error tells of, as the clients of httpx and requests attach it."""
    for cause in _causes(error):
        response = getattr(cause, "response", None)
        if isinstance(response, _Response):
            return response
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
