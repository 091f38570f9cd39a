"""Measures wall-clock time, and CPU time, which does not depend on other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np


@dataclass(frozen=True, slots=True)
class Taken:
    """Wall-clock time and CPU time of all threads of this process, in milliseconds."""

    ms: float
    cpu_ms: float


class Timer:
    """A timer that starts when it is created."""

    def __init__(self) -> None:
        self._clock, self._cpu = perf_counter(), process_time()

    def taken(self) -> Taken:
        clock, cpu = perf_counter() - self._clock, process_time() - self._cpu
        return Taken(round(1000 * clock, 3), round(1000 * cpu, 3))


def latency(taken: Sequence[Taken]) -> dict[str, float]:
    """The median and p95 of wall-clock time and the median of CPU time; empty if there are no
    measurements.
    """
    if not taken:
        return {}
    p50, p95 = np.percentile([one.ms for one in taken], [50, 95])
    return {"p50": float(p50), "p95": float(p95), "cpu_p50": float(np.median([one.cpu_ms for one in taken]))}
