"""Retries after transient failures of a model's server: which ones, and after what delay."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

MAX_ATTEMPTS = 3
FIRST_DELAY = 0.25
MAX_DELAY = 10.0
"""Seconds. There is no retry when a server asks for a longer delay, because a user waits for the answer."""

_BUSY = frozenset({429, 503})


@runtime_checkable
class _Response(Protocol):
    headers: Mapping[str, str]
    status_code: int


def delay_before(attempt: int, error: BaseException) -> float | None:
    """Seconds to wait before the next attempt after `attempt` attempts; None when it will not help.

    Refused connections and busy servers are transient failures. A wrong key, an unknown model and silence are
    not. The delay is what the server asks for in Retry-After, or else random up to a limit that doubles with
    each attempt, so that many callers do not return at once
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    response = _response(error)
    refused = any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error))
    if attempt >= MAX_ATTEMPTS or not (refused or (response and response.status_code in _BUSY)):
        return None
    asked_for = _retry_after(response) if response else None
    if asked_for is None:
        return random.uniform(0, FIRST_DELAY * 2**attempt)  # noqa: S311  jitter, not a secret
    return asked_for if asked_for <= MAX_DELAY else None


def _retry_after(response: _Response) -> float | None:
    """The header's seconds; None when there is none, or when it is a date, which model servers do not
    send."""
    try:
        return max(0.0, float(response.headers.get("retry-after", "")))
    except ValueError:
        return None


def _response(error: BaseException) -> _Response | None:
    """The HTTP response of the error, as httpx and requests attach it."""
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
