"""What a Redis that goes wrong adds to the slowest answers: python -m tests.fault.measure_redis [QUESTIONS].

Every question is new, so that all are looked up, made and kept; half-way the server goes wrong. The first
half is the measure of the second. Questions come one by one, or from as many threads as a server answers at
once. `store` is the part of a question that waits for the store of answers: other work on the machine hardly
lengthens it.
"""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from pydantic import SecretStr
from redis import Redis

from ragapp.bootstrap import build_service
from ragapp.cache_stores.circuit_breaker import ResilientCacheStore
from ragapp.service import RagService
from ragapp.settings import Settings
from ragapp.terminal.output import print_table
from ragapp.types import AskQuery, UploadSpec
from tests.fault.test_redis_faults import frozen, half_open, killed, stalled
from tests.faultyproxy import FaultyProxy, faulty_proxy
from tests.redisserver import port_of, server
from tests.serving import LIBRARY, ingest_all

T = TypeVar("T")
QUESTIONS = 400
THREADS = 8
APART = 0.05
"""Seconds between two questions, so that the fault lasts as long as several tries of the breaker."""


def nothing(proxy: FaultyProxy, redis: Popen[bytes]) -> None:
    """For comparison: how much two halves differ by themselves."""


def full(proxy: FaultyProxy, redis: Popen[bytes]) -> None:
    with Redis(port=port_of(redis)) as admin:
        admin.config_set("maxmemory-policy", "noeviction")
        admin.config_set("maxmemory", 1)


def flushed(proxy: FaultyProxy, redis: Popen[bytes]) -> None:
    with Redis(port=port_of(redis)) as admin:
        admin.flushall()


FAULTS: Mapping[str, Callable[[FaultyProxy, Popen[bytes]], None]] = {
    fault.__name__: fault for fault in (nothing, killed, stalled, half_open, frozen, full, flushed)
}


def main() -> None:
    questions = int(sys.argv[1]) if len(sys.argv) > 1 else QUESTIONS
    rows = [measured(name, threads, questions // 2) for threads in (1, THREADS) for name in FAULTS]
    columns = ("fault", "threads", "p50 ms before", "with it", "p99 ms before", "with it")
    print_table((*columns, "store p99 ms before", "with it", "max with it"), rows)


def measured(name: str, threads: int, half: int) -> tuple[object, ...]:
    with asked_through_proxy() as (service, proxy, redis):
        before = latencies(service, range(half), threads)
        FAULTS[name](proxy, redis)
        during = latencies(service, range(half, 2 * half), threads)
    spent = np.array([before, during])
    medians, slowest = np.quantile(spent, [0.5, 0.99], axis=1)
    # Of each: the whole answers, and the part of the store.
    figures = (*medians[:, 0], *slowest[:, 0], *slowest[:, 1], spent[1, :, 1].max())
    return name, threads, *(f"{figure:.1f}" for figure in figures)


@contextmanager
def asked_through_proxy() -> Iterator[tuple[RagService, FaultyProxy, Popen[bytes]]]:
    """A service over one document, with a server of its own for its answers, at the default timeout."""
    with (
        TemporaryDirectory() as folder,
        server("redis", Path(folder)) as redis,
        faulty_proxy(port_of(redis)) as proxy,
    ):
        url = SecretStr(f"redis://127.0.0.1:{proxy.port}")
        settings = Settings(data_dir=Path(folder) / "data", generator="extractive", redis_url=url)
        with closing(build_service(settings)) as service:
            service.upload(UploadSpec("tides.txt"), io.BytesIO(LIBRARY["tides.txt"]))
            ingest_all(settings)
            assert isinstance(service.cache._store, ResilientCacheStore)
            service.cache._store = TimedStore(service.cache._store)
            for number in range(20):
                ask(service, -1 - number)  # models load, connections open
            yield service, proxy, redis


class TimedStore(ResilientCacheStore):
    """Adds up what each thread waits for it."""

    def __init__(self, store: ResilientCacheStore) -> None:
        super().__init__(store._store)
        self.waits = threading.local()
        for name in ("get", "nearest", "put", "note", "claim", "release", "counts"):
            setattr(self, name, self._timed(getattr(self, name)))

    def begin(self) -> None:
        self.waits.seconds = 0.0

    def _timed(self, call: Callable[..., T]) -> Callable[..., T]:
        def timed(*given: object, **named: object) -> T:
            started = time.perf_counter()
            try:
                return call(*given, **named)
            finally:
                self.waits.seconds = getattr(self.waits, "seconds", 0.0) + time.perf_counter() - started

        return timed


def latencies(service: RagService, numbers: range, threads: int) -> list[tuple[float, float]]:
    """Milliseconds of each whole answer, and of the store's part in it."""
    store = service.cache._store
    assert isinstance(store, TimedStore)

    def timed(number: int) -> tuple[float, float]:
        store.begin()
        started = time.perf_counter()
        ask(service, number)
        spent = time.perf_counter() - started
        time.sleep(APART * threads)
        return 1000 * spent, 1000 * store.waits.seconds

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(timed, numbers))


def ask(service: RagService, number: int) -> None:
    *_, last = service.ask(AskQuery(f"When was the harbour of quay {number} built?"))
    assert last.answer is not None
    assert last.answer.cache.status == "miss"


if __name__ == "__main__":
    main()
