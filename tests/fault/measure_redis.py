"""What a Redis that goes wrong adds to the slowest answers: python -m tests.fault.measure_redis [QUESTIONS].

Every question is new, so that all are looked up, made and kept; half-way the server goes wrong. The first
half is the measure of the second. Questions come one by one, or from as many threads as a server answers at once.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

import numpy as np
from pydantic import SecretStr
from redis import Redis

from ragapp.bootstrap import build_service
from ragapp.doors.terminal.output import print_table
from ragapp.service import RagService
from ragapp.settings import Settings
from tests.fault.test_redis_faults import frozen, half_open, killed, stalled
from tests.faultyproxy import FaultyProxy, faulty_proxy
from tests.redisserver import port_of, server
from tests.serving import LIBRARY, bring_in

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
    columns = ("fault", "threads", "p50 ms before", "with it", "p99 ms before", "with it", "max with it")
    print_table(columns, rows)


def measured(name: str, threads: int, half: int) -> tuple[object, ...]:
    with asked_through_proxy() as (service, proxy, redis):
        before = latencies(service, range(half), threads)
        FAULTS[name](proxy, redis)
        during = latencies(service, range(half, 2 * half), threads)
    medians, slowest = np.quantile([before, during], [0.5, 0.99], axis=1)
    return name, threads, *(f"{figure:.1f}" for figure in (*medians, *slowest, max(during)))


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
            service.upload("default", "tides.txt", io.BytesIO(LIBRARY["tides.txt"]))
            bring_in(settings)
            for number in range(20):
                ask(service, -1 - number)  # models load, connections open
            yield service, proxy, redis


def latencies(service: RagService, numbers: range, threads: int) -> list[float]:
    def timed(number: int) -> float:
        started = time.perf_counter()
        ask(service, number)
        spent = time.perf_counter() - started
        time.sleep(APART * threads)
        return 1000 * spent

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(timed, numbers))


def ask(service: RagService, number: int) -> None:
    *_, last = service.ask(f"When was the harbour of quay {number} built?")
    assert last.answer is not None
    assert last.answer.cache.status == "miss"


if __name__ == "__main__":
    main()
