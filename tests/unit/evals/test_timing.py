"""Measurement of wall-clock and CPU time."""

from __future__ import annotations

import time

import pytest

from evals.timing import Taken, Timer, latency


def test_waiting_takes_no_cpu_time() -> None:
    watch = Timer()
    time.sleep(0.05)
    taken = watch.taken()
    assert taken.cpu_ms < taken.ms


def test_latency_has_the_median_and_p95() -> None:
    found = latency([Taken(float(ms), ms / 2) for ms in range(101)])
    assert found == pytest.approx({"p50": 50.0, "p95": 95.0, "cpu_p50": 25.0})
    assert latency([]) == {}
