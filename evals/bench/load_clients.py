"""Load clients. Each sends its next request after a reply, and obeys `Retry-After` when it is rejected."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx
import numpy as np

BUSY = 503
PATIENCE = 120.0
"""Seconds without a reply that count as an error."""

CheckReply = Callable[[httpx.Response], str | None]
"""Returns what is wrong with a reply; None if it is correct."""


@dataclass(frozen=True, slots=True)
class ClientGroup:
    """A group of `count` clients that POST the `bodies` in turn to `path`."""

    kind: str
    count: int
    path: str
    bodies: Sequence[dict[str, object]]
    judge: CheckReply


@dataclass
class ClientTally:
    """The replies to one group of clients. `seconds` are the latencies of successful requests."""

    seconds: list[float] = field(default_factory=list)
    turned_away: int = 0
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Load:
    """The outcome of many requests. `turned_away` counts rejected requests, `faults` those that failed or had
    a wrong reply. Latencies are in ms.
    """

    kind: str
    users: int
    answered: int
    turned_away: int
    faults: dict[str, int]
    answered_a_second: float
    p50: float
    p95: float
    p99: float


def apply_load(url: str, groups: Sequence[ClientGroup], seconds: float) -> list[Load]:
    """Runs all clients concurrently for the given time."""
    return asyncio.run(_run_groups(url, groups, seconds))


async def _run_groups(url: str, groups: Sequence[ClientGroup], seconds: float) -> list[Load]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    tallies = [ClientTally() for _ in groups]
    until = time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=PATIENCE) as http:
        await asyncio.gather(
            *(
                _run_client(http, users, start, tally, until)
                for users, tally in zip(groups, tallies, strict=True)
                for start in range(users.count)
            )
        )
    return [_load(users, tally, seconds) for users, tally in zip(groups, tallies, strict=True)]


async def _run_client(
    http: httpx.AsyncClient, users: ClientGroup, start: int, tally: ClientTally, until: float
) -> None:
    place = start
    while time.monotonic() < until:
        body = users.bodies[place % len(users.bodies)]
        started = time.monotonic()
        try:
            response = await http.post(users.path, json=body)
        except httpx.HTTPError as error:
            tally.faults[type(error).__name__] += 1
            continue
        if response.status_code == BUSY and (after := response.headers.get("Retry-After")):
            tally.turned_away += 1
            await asyncio.sleep(min(float(after), max(0.0, until - time.monotonic())))
            continue
        fault = users.judge(response) if response.is_success else f"HTTP {response.status_code}"
        if fault:
            tally.faults[fault] += 1
        else:
            tally.seconds.append(time.monotonic() - started)
        place += 1


def _load(users: ClientGroup, tally: ClientTally, seconds: float) -> Load:
    taken = np.percentile(tally.seconds, [50, 95, 99]) * 1000 if tally.seconds else [0.0] * 3
    p50, p95, p99 = (float(one) for one in taken)
    return Load(
        kind=users.kind,
        users=users.count,
        answered=len(tally.seconds),
        turned_away=tally.turned_away,
        faults=dict(tally.faults),
        answered_a_second=len(tally.seconds) / seconds,
        p50=p50,
        p95=p95,
        p99=p99,
    )
