"""Admission control: how many requests are admitted, wait and are rejected."""

from __future__ import annotations

import anyio
import pytest

from ragapp.api.http.admission import Gate
from ragapp.errors import BusyError
from ragapp.telemetry.metrics import Metrics


def gate(at_once: int, waiting: int, seconds: float = 60) -> Gate:
    return Gate("question", at_once, waiting, seconds, Metrics())


def test_the_limit_holds_and_waiting_requests_are_admitted() -> None:
    inside = most = 0

    async def pass_through(one: Gate) -> None:
        nonlocal inside, most
        async with one.admitted():
            inside += 1
            most = max(most, inside)
            await anyio.sleep(0.001)
            inside -= 1

    async def run_clients() -> None:
        one = gate(at_once=3, waiting=20)
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(pass_through, one)

    anyio.run(run_clients)
    assert most == 3


def test_a_full_queue_rejects_at_once() -> None:
    async def run_clients() -> list[float | None]:
        one, turned_away, over = gate(at_once=1, waiting=2), [], anyio.Event()

        async def hold() -> None:
            try:
                async with one.admitted():
                    await over.wait()
            except BusyError as error:
                turned_away.append(error.retry_after)
                if len(turned_away) == 4:
                    over.set()

        async with anyio.create_task_group() as tasks:
            for _ in range(7):
                tasks.start_soon(hold)
        return turned_away

    assert len(anyio.run(run_clients)) == 4


def test_a_request_that_waits_too_long_is_rejected() -> None:
    async def run_clients() -> None:
        one = gate(at_once=1, waiting=5, seconds=0.01)
        async with one.admitted():
            with pytest.raises(BusyError, match="Retry in"):
                async with one.admitted():
                    pass

    anyio.run(run_clients)


def test_retry_times_are_spread() -> None:
    """All at the same moment they would be turned away again."""

    async def run_clients() -> list[float]:
        one, delays = gate(at_once=1, waiting=0), list[float]()
        async with one.admitted():
            await anyio.sleep(0.2)  # what one request takes, from now on
        async with one.admitted():
            for _ in range(200):
                try:
                    async with one.admitted():
                        pass
                except BusyError as error:
                    delays.append(error.retry_after or 0)
        return delays

    delays = anyio.run(run_clients)
    assert delays == sorted(delays)
    assert delays[-1] > delays[0] >= 1


def test_a_failing_request_frees_its_slot() -> None:
    async def run_clients() -> None:
        one = gate(at_once=1, waiting=0)
        for _ in range(3):
            with pytest.raises(ValueError, match="odd"):
                async with one.admitted():
                    raise ValueError("odd")

    anyio.run(run_clients)
